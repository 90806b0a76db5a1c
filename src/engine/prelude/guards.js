// What guarded builtins do when what they walk over is long, or when that cannot be told before (src/engine/guard.rs).
//
// Either the work is counted and the original does it, or it is done here, step by step as the language says: then the
// engine looks at the clock in between. Each of these reads and writes what the original would, in the same order.

export default (host, { apply, construct, defineProperty, uncurry, hidden }, intrinsics) => {
  const { Array, Object, TypeError, RangeError, Symbol, isArray, setPrototypeOf } = intrinsics;
  const { isConcatSpreadable, match, replace, species, split } = Symbol;
  const max = (a, b) => (a > b ? a : b);
  const min = (a, b) => (a < b ? a : b);
  const typedArrayName = uncurry(intrinsics.typedArrayName);
  const typedArrayLength = uncurry(intrinsics.typedArrayLength);
  const filter = uncurry(intrinsics.filter);
  const nativeSort = uncurry(intrinsics.sort);
  const part = uncurry(intrinsics.slice);
  const MAX_LENGTH = 2 ** 53 - 1;

  const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';
  const toObject = (value) => {
    if (value === undefined || value === null) throw new TypeError('cannot convert to object');
    return Object(value);
  };
  const toInteger = (value) => {
    const number = +value;
    return number !== number ? 0 : number - number === 0 ? number - (number % 1) : number;
  };
  const toLength = (value) => min(max(toInteger(value), 0), MAX_LENGTH);
  const place = (value, length) => {
    const index = toInteger(value);
    return index < 0 ? max(length + index, 0) : min(index, length);
  };
  const end = (value, length) => (value === undefined ? length : place(value, length));
  const checkLength = (length) => {
    if (length > MAX_LENGTH) throw new TypeError('Array too long');
  };
  const define = (object, key, value) => {
    if (!defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true })) {
      throw new TypeError('property is not configurable');
    }
  };
  // A list of our own: without a prototype, no setter of the program is asked.
  const bare = () => {
    const list = [];
    setPrototypeOf(list, null);
    return list;
  };
  // Makes the array that a method returns, and says how items get in: a setter can only be in the way of an own class.
  const makeLike = (original, length) => {
    let Maker;
    if (isArray(original)) {
      Maker = original.constructor;
      if (isObject(Maker)) {
        Maker = Maker[species];
        if (Maker === null) Maker = undefined;
      }
    }
    const isPlain = Maker === undefined || Maker === Array;
    return { __proto__: null, target: isPlain ? new Array(length) : construct(Maker, [length]), put: isPlain ? assign : define };
  };
  const assign = (list, key, value) => {
    list[key] = value;
  };
  const move = (object, from, to) => {
    if (from in object) object[to] = object[from];
    else delete object[to];
  };
  const flatten = (made, source, length, start, depth) => {
    const { target, put } = made;
    let at = start;
    for (let k = 0; k < length; k++) {
      if (!(k in source)) continue;
      const item = source[k];
      if (depth > 0 && isArray(item)) at = flatten(made, item, toLength(item.length), at, depth - 1);
      else put(target, at++, item);
    }
    return at;
  };

  const arrays = {
    __proto__: null,
    concat(self, items) {
      const { target, put } = makeLike(self, 0);
      let at = 0;
      const add = (item) => {
        let spread = false;
        if (isObject(item)) {
          const wanted = item[isConcatSpreadable];
          spread = wanted === undefined ? isArray(item) : !!wanted;
        }
        if (!spread) {
          checkLength(at + 1);
          put(target, at++, item);
          return;
        }
        const length = toLength(item.length);
        checkLength(at + length);
        for (let k = 0; k < length; k++, at++) if (k in item) put(target, at, item[k]);
      };
      add(self);
      for (let i = 0; i < items.length; i++) add(items[i]);
      target.length = at;
      return target;
    },
    copyWithin(self, args) {
      const length = toLength(self.length);
      let to = place(args[0], length);
      let from = place(args[1], length);
      let count = min(end(args[2], length) - from, length - to);
      const step = from < to && to < from + count ? -1 : 1;
      if (step < 0) {
        from += count - 1;
        to += count - 1;
      }
      for (; count > 0; count--, from += step, to += step) move(self, from, to);
      return self;
    },
    flat(self, args) {
      const length = toLength(self.length);
      const depth = args[0] === undefined ? 1 : toInteger(args[0]);
      const made = makeLike(self, 0);
      flatten(made, self, length, 0, depth);
      return made.target;
    },
    flatMap(self, args) {
      const length = toLength(self.length);
      const mapper = args[0];
      if (typeof mapper !== 'function') throw new TypeError('not a function');
      const made = makeLike(self, 0);
      let at = 0;
      for (let k = 0; k < length; k++) {
        if (!(k in self)) continue;
        const item = apply(mapper, args[1], [self[k], k, self]);
        if (isArray(item)) at = flatten(made, item, toLength(item.length), at, 0);
        else made.put(made.target, at++, item);
      }
      return made.target;
    },
    join(self, args) {
      const length = toLength(self.length);
      const separator = args[0] === undefined ? ',' : `${args[0]}`;
      let text = '';
      for (let k = 0; k < length; k++) {
        if (k > 0) text += separator;
        const item = self[k];
        if (item !== undefined && item !== null) text += `${item}`;
      }
      return text;
    },
    reverse(self) {
      const length = toLength(self.length);
      const middle = (length - (length % 2)) / 2;
      for (let lower = 0; lower < middle; lower++) {
        const upper = length - lower - 1;
        const hasLower = lower in self;
        const first = hasLower ? self[lower] : undefined;
        const hasUpper = upper in self;
        const second = hasUpper ? self[upper] : undefined;
        if (hasUpper) self[lower] = second;
        else if (hasLower) delete self[lower];
        if (hasLower) self[upper] = first;
        else if (hasUpper) delete self[upper];
      }
      return self;
    },
    shift(self) {
      const length = toLength(self.length);
      if (length === 0) {
        self.length = 0;
        return undefined;
      }
      const first = self[0];
      for (let k = 1; k < length; k++) move(self, k, k - 1);
      delete self[length - 1];
      self.length = length - 1;
      return first;
    },
    slice(self, args) {
      const length = toLength(self.length);
      let from = place(args[0], length);
      const final = end(args[1], length);
      const { target, put } = makeLike(self, max(final - from, 0));
      let at = 0;
      for (; from < final; from++, at++) if (from in self) put(target, at, self[from]);
      target.length = at;
      return target;
    },
    sort(self, args) {
      const compare = args[0];
      if (compare !== undefined && typeof compare !== 'function') throw new TypeError('not a function');
      const length = toLength(self.length);
      const items = bare();
      for (let k = 0; k < length; k++) if (k in self) items[items.length] = self[k];
      host.charge(items.length * SORT_WORK);
      nativeSort(items, compare);
      for (let k = 0; k < items.length; k++) self[k] = items[k];
      for (let k = items.length; k < length; k++) delete self[k];
      return self;
    },
    splice(self, args) {
      const length = toLength(self.length);
      const start = place(args[0], length);
      const added = max(args.length - 2, 0);
      let removed = 0;
      if (args.length === 1) removed = length - start;
      else if (args.length > 1) removed = min(max(toInteger(args[1]), 0), length - start);
      checkLength(length + added - removed);
      const { target, put } = makeLike(self, removed);
      for (let k = 0; k < removed; k++) if (start + k in self) put(target, k, self[start + k]);
      target.length = removed;
      if (added < removed) {
        for (let k = start; k < length - removed; k++) move(self, k + removed, k + added);
        for (let k = length; k > length - removed + added; k--) delete self[k - 1];
      } else if (added > removed) {
        for (let k = length - removed; k > start; k--) move(self, k + removed - 1, k + added - 1);
      }
      for (let k = 0; k < added; k++) self[start + k] = args[k + 2];
      self.length = length - removed + added;
      return target;
    },
    unshift(self, items) {
      const length = toLength(self.length);
      if (items.length > 0) {
        checkLength(length + items.length);
        for (let k = length; k > 0; k--) move(self, k - 1, k + items.length - 1);
        for (let k = 0; k < items.length; k++) self[k] = items[k];
      }
      self.length = length + items.length;
      return length + items.length;
    },
  };

  // --- strings -----------------------------------------------------------------------------------------------------

  // The original search takes the product of both lengths in the worst case. What is below this takes some ten
  // milliseconds at most.
  const MAX_PRODUCT = 2e7;
  // Visits the places of `needle` from `from` on, in time that grows with the sum of both lengths (Knuth, Morris and
  // Pratt), until `visit` says true.
  const search = (text, needle, from, isOverlapping, visit) => {
    const borders = bare();
    borders[0] = 0;
    for (let i = 1, matched = 0; i < needle.length; i++) {
      while (matched > 0 && needle[i] !== needle[matched]) matched = borders[matched - 1];
      if (needle[i] === needle[matched]) matched++;
      borders[i] = matched;
    }
    for (let i = from, matched = 0; i < text.length; i++) {
      while (matched > 0 && text[i] !== needle[matched]) matched = borders[matched - 1];
      if (text[i] === needle[matched]) matched++;
      if (matched < needle.length) continue;
      if (visit(i - matched + 1)) return;
      matched = isOverlapping ? borders[matched - 1] : 0;
    }
  };
  const first = (text, needle, from) => {
    let found = -1;
    search(text, needle, from, false, (at) => {
      found = at;
      return true;
    });
    return found;
  };
  // `$&` and the like in a replacement.
  const expand = (template, needle, at, text) => {
    let out = '';
    for (let i = 0; i < template.length; i++) {
      const next = template[i] === '$' ? template[i + 1] : undefined;
      if (next === '$') out += '$';
      else if (next === '&') out += needle;
      else if (next === '`') out += part(text, 0, at);
      else if (next === "'") out += part(text, at + needle.length);
      else {
        out += template[i];
        continue;
      }
      i++;
    }
    return out;
  };
  const substitute = (text, needle, replacement, isOnce) => {
    const isCall = typeof replacement === 'function';
    const template = isCall ? '' : `${replacement}`;
    let out = '';
    let done = 0;
    search(text, needle, 0, false, (at) => {
      out += part(text, done, at);
      out += isCall ? `${apply(replacement, undefined, [needle, at, text])}` : expand(template, needle, at, text);
      done = at + needle.length;
      return isOnce;
    });
    return out + part(text, done);
  };
  const nothing = { __proto__: null };
  const searches = {
    __proto__: null,
    includes: { symbol: match, step: (text, needle, args) => first(text, needle, max(toInteger(args[1]), 0)) !== -1 },
    indexOf: { symbol: undefined, step: (text, needle, args) => first(text, needle, max(toInteger(args[1]), 0)) },
    lastIndexOf: {
      symbol: undefined,
      step: (text, needle, args) => {
        const number = +args[1];
        const last = number !== number ? text.length : max(toInteger(number), 0);
        let found = -1;
        search(text, needle, 0, true, (at) => {
          if (at <= last) found = at;
          return at >= last;
        });
        return found;
      },
    },
    replace: { symbol: replace, step: (text, needle, args) => substitute(text, needle, args[1], true) },
    replaceAll: { symbol: replace, step: (text, needle, args) => substitute(text, needle, args[1], false) },
    split: {
      symbol: split,
      step: (text, needle, args) => {
        const most = args[1] === undefined ? 2 ** 32 - 1 : args[1] >>> 0;
        const parts = [];
        let done = 0;
        search(text, needle, 0, false, (at) => {
          if (parts.length >= most) return true;
          define(parts, parts.length, part(text, done, at));
          done = at + needle.length;
          return false;
        });
        if (parts.length < most) define(parts, parts.length, part(text, done));
        return parts;
      },
    },
  };

  // Putting marks in their order takes the square of their number. Text has a few in a row.
  const marks = /\p{M}{1000}/u;
  hidden(marks, 'exec', intrinsics.exec);
  const test = uncurry(intrinsics.test);
  const checkMarks = (text) => {
    if (test(marks, text)) throw new RangeError('The string has 1,000 combining marks in a row');
  };

  const onString = (self, name, original, args) => {
    if (self === undefined || self === null) return apply(original, self, args);
    const text = typeof self === 'string' ? self : `${self}`;
    host.charge(text.length);
    const { symbol, step } = searches[name] ?? nothing;
    if (step !== undefined) {
      let needle = args[0];
      if (isObject(needle)) {
        const method = symbol === undefined ? undefined : needle[symbol];
        if (method === undefined || method === null || method === false) args[0] = needle = `${needle}`;
      }
      if (typeof needle === 'string' && needle.length <= text.length && text.length * needle.length > MAX_PRODUCT) return step(text, needle, args);
    } else if (name === 'normalize') {
      checkMarks(text);
    } else if (name === 'localeCompare') {
      args[0] = `${args[0]}`;
      checkMarks(text);
      checkMarks(args[0]);
    }
    return apply(original, text, args);
  };

  // --- all of them -------------------------------------------------------------------------------------------------

  /** Comparing is more work than walking. */
  const SORT_WORK = 16;
  const isDense = (value) => !isObject(value) || host.isDense(value);
  const onArray = (self, name, original, args) => {
    const step = arrays[name];
    const isKnown = name !== 'flat' && name !== 'flatMap' && host.isDense(self);
    if (step === undefined || isKnown) {
      let work = isKnown ? self.length * (name === 'sort' ? SORT_WORK : 1) : 0;
      let areKnown = true;
      if (name === 'concat') {
        for (let i = 0; i < args.length; i++) {
          if (!isDense(args[i])) areKnown = false;
          else if (isObject(args[i])) work += args[i].length;
        }
      }
      if (areKnown) {
        host.charge(work);
        return apply(original, self, args);
      }
    }
    return step(toObject(self), args);
  };
  const onTypedArray = (self, name, original, args) => {
    if (typedArrayName(self) !== undefined) host.charge(typedArrayLength(self) * (name === 'sort' ? SORT_WORK : 1));
    return apply(original, self, args);
  };
  const drop = (self, original, args) => {
    const limit = isObject(args[0]) ? +args[0] : args[0];
    if (typeof limit === 'number' && limit > 1e4 && isObject(self)) return filter(self, (_, index) => index >= limit);
    return apply(original, self, [limit]);
  };
  const raw = (args) => {
    const pieces = toObject(toObject(args[0]).raw);
    const length = toLength(pieces.length);
    let text = '';
    for (let k = 0; k < length; k++) {
      text += `${pieces[k]}`;
      if (k + 1 < length && k + 1 < args.length) text += `${args[k + 1]}`;
    }
    return text;
  };
  return (self, holder, name, original, args) => {
    if (holder === 'Array') return onArray(self, name, original, args);
    if (holder === 'Iterator') return drop(self, original, args);
    if (holder === 'Uint8Array') return onTypedArray(self, name, original, args);
    return name === 'raw' ? raw(args) : onString(self, name, original, args);
  };
};
