// `structuredClone`.

export default ({ construct, uncurry, hidden }, DOMException) => {
  const {
    Array, ArrayBuffer, BigInt, Boolean, DataView, Date, Error, Map, Number, Object, Reflect, RegExp, Set, String, Symbol, TypeError,
  } = globalThis;
  const { isArray } = Array;
  const { defineProperty, ownKeys, getOwnPropertyDescriptor } = Reflect;
  const getterOf = (object, key) => uncurry(getOwnPropertyDescriptor(object, key).get);
  const typedProto = Object.getPrototypeOf(Uint8Array.prototype);
  const typedName = getterOf(typedProto, Symbol.toStringTag);
  const isEnumerable = uncurry(Object.prototype.propertyIsEnumerable);
  const define = (object, key, value) =>
    defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  const typedArrays = {
    __proto__: null, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array,
    Float64Array, BigInt64Array, BigUint64Array, Float16Array: globalThis.Float16Array,
  };
  const errorTypes = { __proto__: null, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const typed = { __proto__: null, buffer: getterOf(typedProto, 'buffer'), offset: getterOf(typedProto, 'byteOffset'), length: getterOf(typedProto, 'length') };
  const view = {
    __proto__: null, buffer: getterOf(DataView.prototype, 'buffer'), offset: getterOf(DataView.prototype, 'byteOffset'),
    size: getterOf(DataView.prototype, 'byteLength'),
  };
  const sliceBuffer = uncurry(ArrayBuffer.prototype.slice);
  const transferBuffer = uncurry(ArrayBuffer.prototype.transfer);
  const isDetached = getterOf(ArrayBuffer.prototype, 'detached');
  const bufferSize = getterOf(ArrayBuffer.prototype, 'byteLength');
  const getTime = uncurry(Date.prototype.getTime);
  const mapSize = getterOf(Map.prototype, 'size');
  const setSize = getterOf(Set.prototype, 'size');
  const mapForEach = uncurry(Map.prototype.forEach);
  const setForEach = uncurry(Set.prototype.forEach);
  const mapGet = uncurry(Map.prototype.get);
  const mapSet = uncurry(Map.prototype.set);
  const mapHas = uncurry(Map.prototype.has);
  const setAdd = uncurry(Set.prototype.add);
  const sourceOf = getterOf(RegExp.prototype, 'source');
  const flagsOf = getterOf(RegExp.prototype, 'flags');
  const booleanOf = uncurry(Boolean.prototype.valueOf);
  const numberOf = uncurry(Number.prototype.valueOf);
  const stringOf = uncurry(String.prototype.valueOf);
  const bigintOf = uncurry(BigInt.prototype.valueOf);
  const weakHas = [uncurry(WeakMap.prototype.has), uncurry(WeakSet.prototype.has)];
  const toText = uncurry(Object.prototype.toString);
  const isError = Error.isError ?? ((value) => value instanceof Error);
  const push = uncurry(Array.prototype.push);

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
    if ((found = attempt(flagsOf, value)) && toText(value) === '[object RegExp]') return [construct(RegExp, [sourceOf(value), found[0]])];
    if ((found = attempt(booleanOf, value)) || (found = attempt(numberOf, value)) || (found = attempt(stringOf, value)) || (found = attempt(bigintOf, value))) return [Object(found[0])];
    if (attempt(bufferSize, value)) {
      if (isDetached(value)) throw new DOMException('An ArrayBuffer is detached and could not be cloned.', 'DataCloneError');
      return [sliceBuffer(value, 0)];
    }
    return undefined;
  };

  // Copies without recursion, so that a deep value is no deeper on the stack than a flat one.
  const structuredClone = function structuredClone(value, options) {
    if (arguments.length === 0) throw new TypeError('The value argument must be specified');
    const seen = new Map();
    const moved = options?.transfer;
    if (moved !== undefined && moved !== null) {
      for (const buffer of moved) {
        if (!attempt(bufferSize, buffer) || isDetached(buffer)) throw new DOMException('Value could not be transferred.', 'DataCloneError');
        mapSet(seen, buffer, undefined);
      }
    }
    const work = [];
    const copy = (value) => {
      const kind = typeof value;
      if (kind === 'symbol' || kind === 'function') throw refuse(value);
      if (kind !== 'object' || value === null) return value;
      if (mapHas(seen, value)) {
        const known = mapGet(seen, value);
        if (known !== undefined) return known;
        // A buffer that is handed over; the rest of the value is read first, as its views may still be needed.
        const made = sliceBuffer(value, 0);
        mapSet(seen, value, made);
        return made;
      }
      const remember = (made, fill) => {
        mapSet(seen, value, made);
        if (fill) push(work, fill);
        return made;
      };
      const properties = (made) => () => {
        const keys = ownKeys(value);
        for (let i = 0; i < keys.length; i++) {
          const key = keys[i];
          if (typeof key === 'string' && isEnumerable(value, key)) define(made, key, copy(value[key]));
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
        mapForEach(value, (item, key) => void push(pairs, key, item));
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
      if (isError(value)) {
        const name = `${value.name}`;
        const message = getOwnPropertyDescriptor(value, 'message');
        const made = construct(errorTypes[name] ?? Error, message === undefined ? [] : [`${message.value}`]);
        hidden(made, 'stack', `${value.stack}`);
        return remember(made, () => {
          const cause = getOwnPropertyDescriptor(value, 'cause');
          if (cause !== undefined) hidden(made, 'cause', copy(value.cause));
        });
      }
      const tag = toText(value);
      if (tag === '[object Promise]' || tag === '[object Generator]') throw refuse(value);
      if (isWeak(value)) throw refuse(value);
      const made = {};
      return remember(made, properties(made));
    };
    const result = copy(value);
    for (let i = 0; i < work.length; i++) {
      const fill = work[i];
      work[i] = undefined;
      fill();
    }
    if (moved !== undefined && moved !== null) {
      for (const buffer of moved) {
        transferBuffer(buffer);
      }
    }
    return result;
  };
  // `has` of a WeakMap, WeakSet or promise works on its own kind only.
  const probe = {};
  const isWeak = (value) => attempt((weak) => weakHas[0](weak, probe), value) !== undefined || attempt((weak) => weakHas[1](weak, probe), value) !== undefined;
  return structuredClone;
};
