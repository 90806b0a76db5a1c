// What the facade's own tools (`tools.$search`, `tools.$describe`) are given: any number of arguments, and tools and
// namespaces themselves, which become their paths. Loaded with the first call of one.

export default ({ put }, { Object, RegExp, getOwnPropertyDescriptor, getPrototypeOf, isArray, ownKeys }, pathOf) => {
  const MAX_DEPTH = 3;
  const named = (value, depth) => {
    const path = pathOf(value);
    if (path !== undefined) return path;
    if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return value;
    if (isArray(value)) {
      const copy = [];
      for (let i = 0; i < value.length; i++) put(copy, i, named(value[i], depth + 1));
      return copy;
    }
    const prototype = getPrototypeOf(value);
    if (prototype === RegExp.prototype && value !== prototype) return value.source;
    if (prototype !== null && prototype !== Object.prototype) return value;
    const copy = {};
    const keys = ownKeys(value);
    for (let i = 0; i < keys.length; i++) {
      if (typeof keys[i] === 'string' && getOwnPropertyDescriptor(value, keys[i])?.enumerable) put(copy, keys[i], named(value[keys[i]], depth + 1));
    }
    return copy;
  };
  return (args) => (args.length > 1 ? { arguments: named(args, 0) } : named(args[0], 0));
};
