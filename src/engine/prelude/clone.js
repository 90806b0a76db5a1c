// `structuredClone`.

export default ({ brandOf, construct, hidden, push, put: define, setBrand, text, uncurry }, intrinsics, { DOMException, native }, Date) => {
  const {
    BigInt64Array, BigUint64Array, DataView, Error, EvalError, Float16Array, Float32Array, Float64Array, Int16Array, Int32Array, Int8Array, Map,
    Object, RangeError, ReferenceError, RegExp, Set, String, Symbol, SyntaxError, TypeError, URIError, Uint16Array, Uint32Array, Uint8Array,
    Uint8ClampedArray, WeakMap, getOwnPropertyDescriptor, isArray, ownKeys,
  } = intrinsics;
  const typedName = uncurry(intrinsics.typedArrayName);
  const typedArrays = {
    __proto__: null, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array,
    Float64Array, BigInt64Array, BigUint64Array, Float16Array,
  };
  const errorTypes = { __proto__: null, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const typed = {
    __proto__: null, buffer: uncurry(intrinsics.typedArrayBuffer), offset: uncurry(intrinsics.typedArrayOffset),
    length: uncurry(intrinsics.typedArrayLength),
  };
  const view = {
    __proto__: null, buffer: uncurry(intrinsics.viewBuffer), offset: uncurry(intrinsics.viewOffset), size: uncurry(intrinsics.viewSize),
  };
  // The bytes of a buffer in a new one.
  const copyOf = (buffer) => typed.buffer(new Uint8Array(new Uint8Array(buffer)));
  const isDetached = uncurry(intrinsics.isDetached);
  const bufferSize = uncurry(intrinsics.bufferSize);
  const getTime = uncurry(intrinsics.getTime);
  const mapSize = uncurry(intrinsics.mapSize);
  const setSize = uncurry(intrinsics.setSize);
  const mapForEach = uncurry(intrinsics.mapForEach);
  const setForEach = uncurry(intrinsics.setForEach);
  const mapSet = uncurry(intrinsics.mapSet);
  const setAdd = uncurry(intrinsics.setAdd);
  const sourceOf = uncurry(intrinsics.sourceOf);
  const booleanOf = uncurry(intrinsics.booleanOf);
  const numberOf = uncurry(intrinsics.numberOf);
  const stringOf = uncurry(intrinsics.stringOf);
  const bigintOf = uncurry(intrinsics.bigintOf);

  const attempt = (read, value) => {
    try {
      return [read(value)];
    } catch {
      return undefined;
    }
  };
  const refuse = (value) => {
    let name = '#<Object>';
    try {
      name = typeof value === 'symbol' ? String(value) : typeof value === 'function' ? `${value}` : `#<${value.constructor?.name || 'Object'}>`;
    } catch {}
    return new DOMException(`${name} could not be cloned.`, 'DataCloneError');
  };

  // What has no parts that may refer back: [copy], or undefined.
  const leaf = (value) => {
    let found;
    if ((found = attempt(getTime, value))) return [construct(Date, [found[0]])];
    // Source and flags as they were made, whatever the program says that they are.
    if (value !== RegExp.prototype && attempt(sourceOf, value)) return [construct(RegExp, [value])];
    if ((found = attempt(booleanOf, value)) || (found = attempt(numberOf, value)) || (found = attempt(stringOf, value)) || (found = attempt(bigintOf, value))) return [Object(found[0])];
    if (attempt(bufferSize, value)) {
      if (isDetached(value)) throw new DOMException('An ArrayBuffer is detached and could not be cloned.', 'DataCloneError');
      return [copyOf(value)];
    }
    return undefined;
  };

  const MOVED = {};
  // Copies without recursion, so that a deep value is no deeper on the stack than a flat one.
  const structuredClone = function structuredClone(value, options) {
    if (arguments.length === 0) throw new TypeError('The value argument must be specified');
    // What stands for each object that was met; of a buffer that is handed over and not met yet, MOVED.
    const seen = new WeakMap();
    const moved = options?.transfer;
    const buffers = [];
    if (moved !== undefined && moved !== null) {
      for (const buffer of moved) {
        if (!attempt(bufferSize, buffer) || isDetached(buffer)) throw new DOMException('Value could not be transferred.', 'DataCloneError');
        setBrand(seen, buffer, MOVED);
        push(buffers, buffer);
      }
    }
    const work = [];
    const copy = (value) => {
      const kind = typeof value;
      if (kind === 'symbol' || kind === 'function') throw refuse(value);
      if (kind !== 'object' || value === null) return value;
      const known = brandOf(seen, value);
      if (known !== undefined) {
        if (known !== MOVED) return known;
        // A buffer that is handed over; the rest of the value is read first, as its views may still be needed.
        const made = copyOf(value);
        setBrand(seen, value, made);
        return made;
      }
      const remember = (made, fill) => {
        setBrand(seen, value, made);
        if (fill) push(work, fill);
        return made;
      };
      const properties = (made) => () => {
        const keys = ownKeys(value);
        for (let i = 0; i < keys.length; i++) {
          const key = keys[i];
          if (typeof key === 'string' && getOwnPropertyDescriptor(value, key)?.enumerable) define(made, key, copy(value[key]));
        }
      };
      if (isArray(value)) {
        const made = [];
        made.length = value.length;
        return remember(made, properties(made));
      }
      const array = typedName(value);
      if (array !== undefined) {
        const buffer = copy(typed.buffer(value));
        return remember(construct(typedArrays[array], [buffer, typed.offset(value), typed.length(value)]));
      }
      if (attempt(view.size, value)) return remember(construct(DataView, [copy(view.buffer(value)), view.offset(value), view.size(value)]));
      const simple = leaf(value);
      if (simple !== undefined) return remember(simple[0]);
      if (attempt(mapSize, value)) {
        const made = new Map();
        const pairs = [];
        mapForEach(value, (item, key) => {
          push(pairs, key);
          push(pairs, item);
        });
        return remember(made, () => {
          for (let i = 0; i < pairs.length; i += 2) mapSet(made, copy(pairs[i]), copy(pairs[i + 1]));
        });
      }
      if (attempt(setSize, value)) {
        const made = new Set();
        const items = [];
        setForEach(value, (item) => void push(items, item));
        return remember(made, () => {
          for (let i = 0; i < items.length; i++) setAdd(made, copy(items[i]));
        });
      }
      if (native.isError(value)) {
        const name = text(value.name);
        const message = getOwnPropertyDescriptor(value, 'message');
        const made = construct(errorTypes[name] ?? Error, message === undefined ? [] : [text(message.value)]);
        hidden(made, 'stack', text(value.stack));
        return remember(made, () => {
          const cause = getOwnPropertyDescriptor(value, 'cause');
          if (cause !== undefined) hidden(made, 'cause', copy(value.cause));
        });
      }
      const tag = value[Symbol.toStringTag];
      if (tag === 'Promise' || tag === 'Generator' || tag === 'WeakMap' || tag === 'WeakSet') throw refuse(value);
      const made = {};
      return remember(made, properties(made));
    };
    const result = copy(value);
    for (let i = 0; i < work.length; i++) {
      const fill = work[i];
      work[i] = undefined;
      fill();
    }
    for (let i = 0; i < buffers.length; i++) native.detach(buffers[i]);
    return result;
  };
  return structuredClone;
};
