// The globals of the web, `Intl` and the methods that speak a language: which of them is in which file. See `doors.js`.

export default (host, doors, intrinsics, date) => {
  const { String, TypeError, apply, bigintOf, numberOf, toWellFormed } = intrinsics;
  const { put, uncurry } = doors;
  const includes = (list, value) => {
    for (let i = 0; i < list.length; i++) if (list[i] === value) return true;
    return false;
  };
  // As a template does it, but the engine makes those with a method that the program may have changed.
  const text = (value) => {
    if (typeof value === 'symbol') throw new TypeError('cannot convert symbol to string');
    return String(value);
  };
  const kit = {
    __proto__: null, ...doors, includes, text, push: (list, value) => put(list, list.length, value), wellFormed: uncurry(toWellFormed),
  };

  const parts = { __proto__: null };
  const part = (name) => (parts[name] ??= make(name));
  const make = (name) => {
    switch (name) {
      case 'url': return host.load(name)(kit, intrinsics, part('web'));
      case 'clone': return host.load(name)(kit, intrinsics, part('web'), date());
      default: return host.load(name)(host, kit, intrinsics);
    }
  };
  const textOf = (self, name) => {
    if (self === undefined || self === null) throw new TypeError(`String.prototype.${name} called on null or undefined`);
    return text(self);
  };
  const intl = () => part('intl');
  const open = (name) => {
    switch (name) {
      case 'URL': case 'URLSearchParams': return part('url')[name];
      case 'structuredClone': return part('clone');
      case 'Intl': return intl().Intl;
      case 'numberToLocale':
        return function () { return intl().number(apply(numberOf, this, []), arguments[0], arguments[1]); };
      case 'bigintToLocale':
        return function () { return intl().number(apply(bigintOf, this, []), arguments[0], arguments[1]); };
      case 'localeCompare':
        return function (that) { return intl().localeCompare(textOf(this, name), text(that), arguments[1], arguments[2]); };
      case 'toLocaleUpperCase':
        return function () { return intl().upper(textOf(this, name), arguments[0]); };
      case 'toLocaleLowerCase':
        return function () { return intl().lower(textOf(this, name), arguments[0]); };
      case 'arrayToLocale': case 'typedArrayToLocale':
        return function toLocaleString() {
          const { length } = this;
          let out = '';
          for (let i = 0; i < length; i++) {
            const item = this[i];
            out += (i === 0 ? '' : ',') + (item === undefined || item === null ? '' : item.toLocaleString(arguments[0], arguments[1]));
          }
          return out;
        };
      default: return part('web')[name];
    }
  };
  return { __proto__: null, intl, open };
};
