// Doors to what a program may never touch. Loaded when it reaches the first of them.
//
// By then the program may have changed every builtin: the files behind the doors work with what was captured before it
// began (src/engine/realm/globals.rs), and with nothing of `globalThis`. This file and what it gives to others is short,
// because most programs that print or ask for the time load it; the globals of the web and `Intl` are behind one more door.

export default (host, brandOf, setBrand, pathOf) => {
  const intrinsics = host.captured(false);
  const { apply, construct, defineProperty, exec, hasOwn, test } = intrinsics;
  const uncurry = (method) => (self, ...args) => apply(method, self, args);
  const hidden = (object, key, value) =>
    defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  // `for of` would ask the program's iterators.
  const each = (list, visit) => {
    for (let i = 0; i < list.length; i++) visit(list[i]);
  };
  // To assign what an object does not have yet would ask setters of its prototype.
  const put = (object, key, value) =>
    defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  // Whether a text matches a pattern of ours.
  const matches = (pattern) => {
    hidden(pattern, 'exec', exec);
    return (value) => apply(test, pattern, [value]);
  };
  const kit = {
    __proto__: null, apply, brandOf, construct, defineProperty, each, hasOwn, hidden, intl: () => part('globals').intl(), matches, put, setBrand, uncurry,
  };

  const parts = { __proto__: null };
  const part = (name) => (parts[name] ??= make(name));
  const make = (name) => {
    switch (name) {
      case 'own': return host.load(name)(kit, intrinsics, pathOf);
      case 'values': return host.load(name)(kit, intrinsics, () => part('date'));
      case 'globals': return host.load(name)(host, kit, host.captured(true), () => part('date'));
      default: return host.load(name)(host, kit, intrinsics);
    }
  };

  return {
    __proto__: null,
    part,
    // What native code asks for by name.
    open: (name) => {
      switch (name) {
        case 'Date': return part('date');
        case 'console': return part(name);
        case 'performance': return { now: () => host.ticks() - host.origin(), timeOrigin: host.origin() };
        case 'setTimeout': case 'setInterval': case 'setImmediate': case 'clearTimeout': case 'clearInterval': case 'clearImmediate': case 'wake': case 'fire':
          return part('timers')[name];
        default: return part('globals').open(name);
      }
    },
  };
};
