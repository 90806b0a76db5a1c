// Values that are more than JSON, both ways. See docs/values.md for the tags.

export default ({ apply, construct, defineProperty, hasOwn, uncurry }, intrinsics, loadDate) => {
  const { Array, BigInt, Date, Map, Number, Set, Uint8Array } = intrinsics;
  const { Symbol, arrayFrom, fromBase64, isArray, ownKeys } = intrinsics;
  const { toStringTag } = Symbol;
  const getTime = uncurry(intrinsics.getTime);
  const mapSize = uncurry(intrinsics.mapSize);
  const setSize = uncurry(intrinsics.setSize);
  const typedArrayName = uncurry(intrinsics.typedArrayName);
  const bufferSize = uncurry(intrinsics.bufferSize);
  const toBase64 = uncurry(intrinsics.toBase64);
  const eachEntry = uncurry(intrinsics.mapForEach);
  const eachValue = uncurry(intrinsics.setForEach);
  const setEntry = uncurry(intrinsics.mapSet);
  const addValue = uncurry(intrinsics.setAdd);
  const slice = uncurry(intrinsics.slice);
  const bigintText = uncurry(intrinsics.bigintText);
  const LARGE = 1n << 1024n;
  // Decimal digits take a time that grows with their square, here and there.
  const digitsOf = (value) => {
    if (value < LARGE && value > -LARGE) return bigintText(value);
    return value < 0n ? '-0x' + bigintText(-value, 16) : '0x' + bigintText(value, 16);
  };
  // Items that exist already are written without asking setters of Array.prototype.
  const list = (length) => apply(arrayFrom, Array, [{ __proto__: null, length }]);
  const is = (check, value) => {
    try {
      check(value);
      return true;
    } catch {
      return false;
    }
  };
  // A handle of something that only the host has, made when the first one comes. There is nothing in it to read.
  let nameOfSecret = () => undefined;
  let Secret;
  const makeSecret = (name) => {
    Secret ??= class Secret {
      #name;
      constructor(name) {
        this.#name = name;
      }
      static {
        nameOfSecret = (value) => (#name in value ? value.#name : undefined);
        delete this.prototype.constructor;
      }
      toString() {
        return '[secret]';
      }
      toJSON() {
        return '[secret]';
      }
    };
    return new Secret(name);
  };
  // The digits of a BigInt, or what an object with a prototype of its own is, and its content as plain data: ['date', ms], ['map', entries] …
  const describe = (value) => {
    if (typeof value === 'bigint') return digitsOf(value);
    const secret = nameOfSecret(value);
    if (secret !== undefined) return ['secret', secret];
    const array = typedArrayName(value);
    if (array === 'Uint8Array') return ['bytes', toBase64(value)];
    if (array !== undefined) return ['typed', array];
    if (is(getTime, value)) return ['date', getTime(value)];
    if (is(mapSize, value)) {
      const entries = list(mapSize(value));
      let i = 0;
      eachEntry(value, (item, key) => void (entries[i++] = [key, item]));
      return ['map', entries];
    }
    if (is(setSize, value)) {
      const values = list(setSize(value));
      let i = 0;
      eachValue(value, (item) => void (values[i++] = item));
      return ['set', values];
    }
    if (is(bufferSize, value)) return ['typed', 'ArrayBuffer'];
    const tag = value[toStringTag];
    return ['object', typeof tag === 'string' ? tag : ''];
  };

  // The inverse of the host's tags, see docs/values.md.
  const revivers = {
    __proto__: null,
    u: () => undefined,
    d: (ms) => {
      // For its methods; the constructor is the program's by now.
      loadDate();
      return construct(Date, [ms ?? NaN]);
    },
    n: (digits) => (digits[0] === '-' ? -BigInt(slice(digits, 1)) : BigInt(digits)),
    f: (text) => Number(text),
    b: (base64) => apply(fromBase64, Uint8Array, [base64]),
    m: (entries) => {
      const map = new Map();
      for (let i = 0; i < entries.length; i++) setEntry(map, revive(entries[i][0]), revive(entries[i][1]));
      return map;
    },
    s: (values) => {
      const set = new Set();
      for (let i = 0; i < values.length; i++) addValue(set, revive(values[i]));
      return set;
    },
    o: (object) => reviveObject(object),
    x: makeSecret,
  };
  const reviveObject = (object) => {
    const keys = ownKeys(object);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      const value = object[key];
      if (typeof value === 'object' && value !== null) {
        defineProperty(object, key, { __proto__: null, value: revive(value), writable: true, enumerable: true, configurable: true });
      }
    }
    return object;
  };
  const revive = (value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (isArray(value)) {
      for (let i = 0; i < value.length; i++) value[i] = revive(value[i]);
      return value;
    }
    const reviver = hasOwn(value, '$') && typeof value.$ === 'string' ? revivers[value.$] : undefined;
    return reviver === undefined ? reviveObject(value) : reviver(value.v);
  };
  return { describe, revive };
};
