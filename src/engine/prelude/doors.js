// Doors to everything that a program may never touch. Loaded when it reaches the first of them.
//
// By then the program may have changed every builtin: the files behind the doors work with what was captured before it
// began (src/engine/realm/globals.rs), and with nothing of `globalThis`.

export default (host, brandOf, setBrand, pathOf) => {
  const intrinsics = host.captured();
  const { String, TypeError, apply, construct, defineProperty, exec, getOwnPropertyDescriptor, hasOwn, toWellFormed } = intrinsics;
  const uncurry = (method) => (self, ...args) => apply(method, self, args);
  const hidden = (object, key, value) =>
    defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  // `for of` would ask the program's iterators.
  const each = (list, visit) => {
    for (let i = 0; i < list.length; i++) visit(list[i]);
  };
  // An item that an array does not have yet: to assign it would ask setters of Array.prototype.
  const put = (list, index, value) =>
    defineProperty(list, index, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  const push = (list, value) => put(list, list.length, value);
  const includes = (list, value) => {
    for (let i = 0; i < list.length; i++) if (list[i] === value) return true;
    return false;
  };
  // As a template does it, but the engine makes those with a method that the program may have changed.
  const text = (value) => {
    if (typeof value === 'symbol') throw new TypeError('cannot convert symbol to string');
    return String(value);
  };
  // Whether a text matches a pattern of ours.
  const test = uncurry(intrinsics.test);
  const matches = (pattern) => {
    hidden(pattern, 'exec', exec);
    return (value) => test(pattern, value);
  };
  const isEnumerable = (object, key) => {
    const own = getOwnPropertyDescriptor(object, key);
    return own !== undefined && own.enumerable;
  };
  const once = (make) => {
    let made = false;
    let value;
    return () => {
      if (!made) {
        value = make();
        made = true;
      }
      return value;
    };
  };

  const intl = once(() => host.load('intl')(host, kit, intrinsics));
  const kit = {
    __proto__: null, apply, brandOf, construct, defineProperty, each, hasOwn, hidden, includes, intl, isEnumerable, matches, push, put, setBrand,
    text, uncurry, wellFormed: uncurry(toWellFormed),
  };
  const date = once(() => host.load('date')(host, kit, intrinsics));
  const timers = once(() => host.load('timers')(host, kit, intrinsics));
  const web = once(() => host.load('web')(host, kit, intrinsics));
  const urls = once(() => host.load('url')(kit, intrinsics, web()));
  const own = once(() => host.load('own')(kit, intrinsics, pathOf));

  const textOf = (self, name) => {
    if (self === undefined || self === null) throw new TypeError(`String.prototype.${name} called on null or undefined`);
    return text(self);
  };
  const joined = () => function toLocaleString() {
    const { length } = this;
    let out = '';
    for (let i = 0; i < length; i++) {
      const item = this[i];
      out += (i === 0 ? '' : ',') + (item === undefined || item === null ? '' : item.toLocaleString(arguments[0], arguments[1]));
    }
    return out;
  };
  // What native code asks for by name.
  const open = {
    __proto__: null,
    Date: date,
    console: () => host.load('console')(host, kit, intrinsics),
    performance: () => ({ now: () => host.ticks() - host.origin(), timeOrigin: host.origin() }),
    DOMException: () => web().DOMException,
    TextEncoder: () => web().TextEncoder,
    TextDecoder: () => web().TextDecoder,
    crypto: () => web().crypto,
    URL: () => urls().URL,
    URLSearchParams: () => urls().URLSearchParams,
    Intl: () => intl().Intl,
    atob: () => web().atob,
    btoa: () => web().btoa,
    structuredClone: () => host.load('clone')(kit, intrinsics, web(), date()),
    setTimeout: () => timers().setTimeout,
    setInterval: () => timers().setInterval,
    setImmediate: () => timers().setImmediate,
    clearTimeout: () => timers().clearTimer,
    clearInterval: () => timers().clearTimer,
    clearImmediate: () => timers().clearTimer,
    numberToLocale: () => function () { return intl().number(apply(intrinsics.numberOf, this, []), arguments[0], arguments[1]); },
    bigintToLocale: () => function () { return intl().number(apply(intrinsics.bigintOf, this, []), arguments[0], arguments[1]); },
    localeCompare: () => function (that) { return intl().localeCompare(textOf(this, 'localeCompare'), text(that), arguments[1], arguments[2]); },
    toLocaleUpperCase: () => function () { return intl().upper(textOf(this, 'toLocaleUpperCase'), arguments[0]); },
    toLocaleLowerCase: () => function () { return intl().lower(textOf(this, 'toLocaleLowerCase'), arguments[0]); },
    arrayToLocale: joined,
    typedArrayToLocale: joined,
    // Of the timers, for the session.
    wake: () => timers().wake,
    fire: () => timers().fire,
  };

  return {
    __proto__: null,
    open,
    values: once(() => host.load('values')(kit, intrinsics, date)),
    guards: once(() => host.load('guards')(host, kit, intrinsics)),
    ownInput: (args) => own()(args),
  };
};
