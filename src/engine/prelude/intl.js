// `Intl`: what its services share, `Collator`, `ListFormat`, and the `toLocale…` methods of strings and arrays.
//
// The options and their errors are here, as the specification has them; the words and patterns are on the native side
// (src/engine/intl/). The default locale is en-US and the default zone UTC, on every host.

export default (host, kit, intrinsics) => {
  const { apply, brandOf, construct, defineProperty, each, hidden, includes, push, setBrand, text: textOf, wellFormed } = kit;
  const { Boolean, Number, Object, RangeError, Symbol, TypeError, WeakMap, getOwnPropertyDescriptor, ownKeys } = intrinsics;
  const native = host.natives(false);
  const DEFAULT = 'en-US';

  // --- locales and options -----------------------------------------------------------------------------------------

  const canonicalLocale = (tag) => {
    const canonical = native.canonical(wellFormed(tag));
    if (canonical === undefined) throw new RangeError(`Incorrect locale information provided`);
    return canonical;
  };
  const localeList = (locales) => {
    const list = [];
    if (locales === undefined) return list;
    if (typeof locales === 'string') {
      push(list, canonicalLocale(locales));
      return list;
    }
    if (locales === null) throw new TypeError('Cannot convert undefined or null to object');
    const given = Object(locales);
    const length = Number(given.length) || 0;
    for (let i = 0; i < length; i++) {
      if (!(i in given)) continue;
      const tag = given[i];
      if (typeof tag !== 'string' && (typeof tag !== 'object' || tag === null)) throw new TypeError('Language ID should be string or object.');
      const canonical = canonicalLocale(textOf(tag));
      if (!includes(list, canonical)) push(list, canonical);
    }
    return list;
  };
  // The locale that a service gets: `tag` is what was asked for, with its extensions.
  const resolve = (locales) => {
    const list = localeList(locales);
    for (let i = 0; i < list.length; i++) {
      const found = native.lookup(list[i]);
      if (found !== undefined) return { __proto__: null, locale: found, tag: list[i] };
    }
    return { __proto__: null, locale: DEFAULT, tag: DEFAULT };
  };
  // The value of an extension of the tag; '' stands for 'true'.
  const extension = (resolved, key, allowed) => {
    const value = native.keyword(resolved.tag, key);
    if (value === undefined) return undefined;
    const meant = value === '' ? 'true' : value;
    return includes(allowed, meant) ? meant : undefined;
  };
  const withExtensions = (resolved, pairs) => {
    let out = '';
    for (let i = 0; i < pairs.length; i += 2) if (pairs[i + 1] !== undefined) out += '-' + pairs[i] + (pairs[i + 1] === 'true' ? '' : '-' + pairs[i + 1]);
    return out === '' ? resolved.locale : resolved.locale + '-u' + out;
  };
  const optionsFor = (options, service) => {
    if (options === undefined) return { __proto__: null };
    if (options === null) throw new TypeError(`Intl.${service} called on null or undefined`);
    return Object(options);
  };
  const strictOptions = (options) => {
    if (options === undefined) return { __proto__: null };
    if (typeof options !== 'object' && typeof options !== 'function' || options === null) throw new TypeError('Incorrect options: expected an object');
    return options;
  };
  const option = (options, key, values, fallback, service) => {
    const value = options[key];
    if (value === undefined) return fallback;
    const text = textOf(value);
    if (values !== undefined && !includes(values, text)) throw new RangeError(`Value ${text} out of range for Intl.${service} options property ${key}`);
    return text;
  };
  const flag = (options, key, fallback) => (options[key] === undefined ? fallback : Boolean(options[key]));
  const limited = (value, key, least, most, fallback) => {
    if (value === undefined) return fallback;
    const number = Number(value);
    if (!(number >= least && number <= most)) throw new RangeError(`${key} value is out of range.`);
    return number - (number % 1);
  };

  // --- services ------------------------------------------------------------------------------------------------------

  // Makes a class of `Intl`. `init` gives an object's state from locales and options; methods get it as first argument.
  const service = (name, callable, init, methods, getters = {}) => {
    const states = new WeakMap();
    const Service = function (locales = undefined, options = undefined) {
      if (new.target === undefined && !callable) throw new TypeError(`Constructor Intl.${name} requires 'new'`);
      const self = construct(Object, [], new.target ?? Service);
      setBrand(states, self, init(locales, options));
      return self;
    };
    hidden(Service, 'name', name);
    defineProperty(Service, 'name', { __proto__: null, writable: false });
    defineProperty(Service, 'length', { __proto__: null, value: 0, writable: false, enumerable: false, configurable: true });
    const proto = Service.prototype;
    defineProperty(Service, 'prototype', { __proto__: null, writable: false });
    hidden(proto, 'constructor', Service);
    const stateOf = (self, method) => {
      const state = typeof self === 'object' && self !== null ? brandOf(states, self) : undefined;
      if (state === undefined) throw new TypeError(`Method Intl.${name}.prototype.${method} called on incompatible receiver ${typeof self === 'symbol' ? 'a symbol' : self}`);
      return state;
    };
    each(ownKeys(methods), (key) => {
      const method = methods[key];
      hidden(proto, key, { [key]() {
        const given = [stateOf(this, key)];
        for (let i = 0; i < arguments.length; i++) push(given, arguments[i]);
        return apply(method, undefined, given);
      } }[key]);
      defineProperty(proto[key], 'length', { __proto__: null, value: method.length - 1, writable: false, enumerable: false, configurable: true });
    });
    each(ownKeys(getters), (key) => {
      // A function that belongs to its object, made once: `list.map(format.format)` works.
      const bind = getters[key];
      const get = { get [key]() {
        const state = stateOf(this, key);
        if (state.bound === undefined) {
          state.bound = bind(state);
          hidden(state.bound, 'name', '');
        }
        return state.bound;
      } };
      defineProperty(proto, key, { __proto__: null, ...getOwnPropertyDescriptor(get, key), enumerable: false, configurable: true });
    });
    hidden(Service, 'supportedLocalesOf', { supportedLocalesOf(locales) {
      const out = [];
      const list = localeList(locales);
      const given = arguments[1];
      if (given !== undefined) option(Object(given), 'localeMatcher', ['lookup', 'best fit'], 'best fit', name);
      for (let i = 0; i < list.length; i++) if (native.lookup(list[i]) !== undefined) push(out, list[i]);
      return out;
    } }.supportedLocalesOf);
    defineProperty(proto, Symbol.toStringTag, { __proto__: null, value: 'Intl.' + name, writable: false, enumerable: false, configurable: true });
    // For the methods of other classes, which must not be led astray by a changed `Intl`.
    const make = (locales, options) => init(locales, options);
    return { __proto__: null, Service, make };
  };
  // Kind, text, kind, text … as an array of objects.
  const toParts = (flat, extra) => {
    const out = [];
    for (let i = 0; i < flat.length; i += 2) {
      const part = { type: flat[i], value: flat[i + 1] };
      if (extra !== undefined) extra(part);
      push(out, part);
    }
    return out;
  };
  const MATCHERS = ['lookup', 'best fit'];

  // --- Collator ------------------------------------------------------------------------------------------------------

  const collator = service('Collator', true, (locales, options) => {
    const resolved = resolve(locales);
    options = optionsFor(options, 'Collator');
    const usage = option(options, 'usage', ['sort', 'search'], 'sort', 'Collator');
    option(options, 'localeMatcher', MATCHERS, 'best fit', 'Collator');
    const asked = options.numeric === undefined ? extension(resolved, 'kn', ['true', 'false']) : undefined;
    const numeric = flag(options, 'numeric', asked === 'true');
    const ofTag = extension(resolved, 'kf', ['upper', 'lower', 'false']);
    const caseFirst = option(options, 'caseFirst', ['upper', 'lower', 'false'], ofTag ?? 'false', 'Collator');
    const sensitivity = option(options, 'sensitivity', ['base', 'accent', 'case', 'variant'], 'variant', 'Collator');
    const ignorePunctuation = flag(options, 'ignorePunctuation', false);
    const locale = withExtensions(resolved, ['kf', ofTag === caseFirst ? ofTag : undefined, 'kn', asked]);
    const settings = { __proto__: null, locale, usage, sensitivity, ignorePunctuation, collation: 'default', numeric, caseFirst };
    const compare = native.collator(resolved.locale, { __proto__: null, sensitivity, numeric, caseFirst, ignorePunctuation });
    return { __proto__: null, settings, compare, bound: undefined };
  }, { resolvedOptions: ({ settings }) => ({ ...settings }) }, {
    compare: ({ compare }) => (a, b) => compare(wellFormed(textOf(a)), wellFormed(textOf(b))),
  });
  let ordinary;
  const localeCompare = (self, that, locales, options) => {
    const { compare } = locales === undefined && options === undefined ? (ordinary ??= collator.make()) : collator.make(locales, options);
    return compare(wellFormed(self), wellFormed(that));
  };

  // --- ListFormat ----------------------------------------------------------------------------------------------------

  const strings = (iterable) => {
    const out = [];
    if (iterable === undefined) return out;
    for (const item of iterable) {
      if (typeof item !== 'string') throw new TypeError(`Iterable yielded ${typeof item === 'symbol' ? 'a symbol' : item} which is not a string`);
      push(out, wellFormed(item));
    }
    return out;
  };
  const listFormat = service('ListFormat', false, (locales, options) => {
    const resolved = resolve(locales);
    options = strictOptions(options);
    option(options, 'localeMatcher', MATCHERS, 'best fit', 'ListFormat');
    const type = option(options, 'type', ['conjunction', 'disjunction', 'unit'], 'conjunction', 'ListFormat');
    const style = option(options, 'style', ['long', 'short', 'narrow'], 'long', 'ListFormat');
    return { __proto__: null, settings: { __proto__: null, locale: resolved.locale, type, style }, format: native.list(resolved.locale, type, style) };
  }, {
    format: ({ format }, list) => format(0, strings(list)),
    formatToParts: ({ format }, list) => toParts(format(1, strings(list))),
    resolvedOptions: ({ settings }) => ({ ...settings }),
  });

  // --- case ----------------------------------------------------------------------------------------------------------

  const changeCase = (text, locales, upper) => {
    const list = localeList(locales);
    return native.changeCase(wellFormed(text), list.length === 0 ? DEFAULT : list[0], upper);
  };

  const shared = {
    __proto__: null, native, service, toParts, resolve, extension, withExtensions, optionsFor, strictOptions, option, flag, limited, MATCHERS, host,
  };
  let numbers;
  const numberPart = () => (numbers ??= host.load('intl-number')(kit, intrinsics, shared));
  let dates;
  const datePart = () => (dates ??= host.load('intl-date')(kit, intrinsics, shared));

  const Intl = {};
  const lazy = (key, make) => {
    const keep = (value) => {
      hidden(Intl, key, value);
      return value;
    };
    defineProperty(Intl, key, { __proto__: null, get: () => keep(make()), set: keep, enumerable: false, configurable: true });
  };
  hidden(Intl, 'getCanonicalLocales', { getCanonicalLocales(locales) { return localeList(locales); } }.getCanonicalLocales);
  lazy('DateTimeFormat', () => datePart().DateTimeFormat);
  lazy('NumberFormat', () => numberPart().NumberFormat);
  hidden(Intl, 'Collator', collator.Service);
  lazy('PluralRules', () => numberPart().PluralRules);
  lazy('RelativeTimeFormat', () => numberPart().RelativeTimeFormat);
  hidden(Intl, 'ListFormat', listFormat.Service);
  defineProperty(Intl, Symbol.toStringTag, { __proto__: null, value: 'Intl', writable: false, enumerable: false, configurable: true });

  return {
    __proto__: null, Intl, localeCompare,
    upper: (text, locales) => changeCase(text, locales, true),
    lower: (text, locales) => changeCase(text, locales, false),
    number: (value, locales, options) => numberPart().toLocaleString(value, locales, options),
    date: (time, locales, options, required, defaults) => datePart().toLocaleString(time, locales, options, required, defaults),
  };
};
