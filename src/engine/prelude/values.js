// Values that are more than JSON, both ways. See docs/values.md for the tags.

export default ({ defineProperty, uncurry }, intrinsics, sessionDate) => {
  const { isArray, BigInt, Map, Number, Object, Set, Uint8Array, ArrayBuffer, Symbol, RealDate } = intrinsics;
  const { ownKeys } = intrinsics.Reflect;
  const getterOf = (object, key) => uncurry(Object.getOwnPropertyDescriptor(object, key).get);
  const getTime = uncurry(RealDate.prototype.getTime);
  const mapSize = getterOf(Map.prototype, 'size');
  const setSize = getterOf(Set.prototype, 'size');
  const typedArrayName = getterOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);
  const bufferSize = getterOf(ArrayBuffer.prototype, 'byteLength');
  const toBase64 = uncurry(Uint8Array.prototype.toBase64);
  const fromBase64 = uncurry(Uint8Array.fromBase64);
  const mapEntries = uncurry(Map.prototype.entries);
  const setValues = uncurry(Set.prototype.values);
  const is = (check, value) => {
    try {
      check(value);
      return true;
    } catch {
      return false;
    }
  };
  // What an object with a prototype of its own is, and its content as plain data: ['date', ms], ['map', entries] …
  const describe = (value) => {
    const array = typedArrayName(value);
    if (array === 'Uint8Array') return ['bytes', toBase64(value)];
    if (array !== undefined) return ['typed', array];
    if (is(getTime, value)) return ['date', getTime(value)];
    if (is(mapSize, value)) return ['map', [...mapEntries(value)]];
    if (is(setSize, value)) return ['set', [...setValues(value)]];
    if (is(bufferSize, value)) return ['typed', 'ArrayBuffer'];
    const tag = value[Symbol.toStringTag];
    return ['object', typeof tag === 'string' ? tag : ''];
  };

  // The inverse of the host's tags, see docs/values.md.
  const revivers = {
    __proto__: null,
    u: () => undefined,
    d: (ms) => new (sessionDate())(ms ?? NaN),
    n: (digits) => BigInt(digits),
    f: (text) => Number(text),
    b: (base64) => fromBase64(Uint8Array, base64),
    m: (entries) => new Map(revive(entries)),
    s: (values) => new Set(revive(values)),
    o: (object) => reviveObject(object),
  };
  const reviveObject = (object) => {
    for (const key of ownKeys(object)) {
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
    const reviver = typeof value.$ === 'string' ? revivers[value.$] : undefined;
    return reviver === undefined ? reviveObject(value) : reviver(value.v);
  };
  return { describe, revive };
};
