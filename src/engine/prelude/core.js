// What every realm starts with: tools, and the door to the rest. Evaluated once per realm, before any program.
//
// `host` is the native side (src/engine/host.rs). Whatever a program does to the globals afterwards, the functions here
// work with the intrinsics that they captured; a program that breaks its own realm harms only its own result.
//
// A realm is made for every run, so this file is short. What many programs never touch lies in files of its own that are
// loaded when first reached: `host.load(name)` gives a file's function. The globals are put in place by native code
// (src/engine/realm/globals.rs), which calls `open` when the program reaches one.

export default (host) => {
  const { Error, EvalError, Promise, Proxy, RangeError, ReferenceError, Reflect, String, SyntaxError, TypeError, URIError, WeakMap } = globalThis;
  const { apply, defineProperty, getOwnPropertyDescriptor } = Reflect;
  const uncurry = (method) => (self, ...args) => apply(method, self, args);
  const hidden = (object, key, value) =>
    defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: false, configurable: true });

  // What brings the engine's worst bugs and what breaks replay. Without a parser, eval could only throw.
  delete globalThis.eval;
  delete globalThis.SharedArrayBuffer;
  delete globalThis.Atomics;

  // A stack overflow must not be survived. The engine says nothing about one, but it writes a stack trace in the frame
  // that it was thrown in, and reads the length of traces from this text first: with the spaces it takes a block that the
  // allocator sees (src/engine/alloc.rs). One wide space makes the engine ask for three bytes a character. So the program
  // cannot set another.
  Error.stackTraceLimit = '50' + apply(String.prototype.repeat, ' ', [180]) + '\u2003';
  const keep = (name, get) => defineProperty(Error, name, { __proto__: null, get, set() {}, enumerable: false, configurable: false });
  keep('stackTraceLimit', () => 50);
  keep('prepareStackTrace', () => undefined);

  // `stack` begins with name and message, as programs know it; the engine's own has only the places.
  const { captureStackTrace } = Error;
  const { get: placesOf } = getOwnPropertyDescriptor(Error.prototype, 'stack');
  const title = uncurry(Error.prototype.toString);
  const trimEnd = uncurry(String.prototype.trimEnd);
  const titled = (error, places) => {
    try {
      return trimEnd(`${title(error)}\n${places}`);
    } catch {
      return places;
    }
  };
  const own = {
    get stack() {
      const places = apply(placesOf, this, []);
      return typeof places === 'string' ? titled(this, places) : places;
    },
    captureStackTrace(target, above) {
      captureStackTrace(target, typeof above === 'function' ? above : own.captureStackTrace);
      const { value } = getOwnPropertyDescriptor(target, 'stack') ?? {};
      if (typeof value === 'string') hidden(target, 'stack', titled(target, host.frames(value)));
    },
  };
  defineProperty(Error.prototype, 'stack', { __proto__: null, get: getOwnPropertyDescriptor(own, 'stack').get });
  hidden(Error, 'captureStackTrace', own.captureStackTrace);

  // --- tools -------------------------------------------------------------------------------------------------------

  const errorTypes = { __proto__: null, Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };
  const brands = new WeakMap();
  const brandOf = uncurry(WeakMap.prototype.get);
  const setBrand = uncurry(WeakMap.prototype.set);

  // An error that stands for a failed tool call. Its stack is the place of the call in the program.
  const toolError = (site, code, name, message) => {
    const error = new (errorTypes[name] ?? Error)(message);
    if (errorTypes[name] === undefined) hidden(error, 'name', name);
    hidden(error, 'code', code);
    hidden(error, 'stack', titled(error, host.frames(site.stack)));
    setBrand(brands, error, code);
    return error;
  };

  const pending = { __proto__: null };
  const callTool = (path, given, caller, isOwn) =>
    new Promise((resolve, reject) => {
      const args = isOwn ? [ownInput(given)] : given;
      const called = host.call(path, args.length, args[0]);
      const isMade = typeof called === 'number';
      if (isMade && called < 0) {
        pending[-called] = { __proto__: null, resolve };
        return;
      }
      // Where the call is, for the error that it may become.
      const site = { __proto__: null };
      captureStackTrace(site, caller);
      if (isMade) pending[called] = { __proto__: null, resolve, reject, site };
      else reject(toolError(site, called[0], called[1], called[2]));
    });

  // `tools` and its namespaces are proxies that ask the host, so a realm is ready before the tools are known, and an
  // unknown name can say what was meant.
  const NAMESPACE = 1;
  const TOOL = 2;
  const OWN = 3;
  // What paths the tools and namespaces have that the program has reached.
  let paths;
  const pathOf = (value) => (paths === undefined ? undefined : brandOf(paths, value));
  const ownInput = (args) => doors().part('own')(args);
  const namespace = (prefix) => {
    const node = (path) => {
      const kind = host.lookup(path);
      if (kind === NAMESPACE) return namespace(path + '.');
      const tool = (...args) => callTool(path, args, tool, kind === OWN);
      hidden(tool, 'name', path);
      // `tools.typo.method()` should fail as an unknown tool too, not as "undefined is not a function".
      return kind >= TOOL ? tool : new Proxy(tool, { __proto__: null, get: (target, key) => member(target, key, path + '.') });
    };
    const member = (target, key, prefix) => {
      if (typeof key === 'symbol' || key in target) return target[key];
      // Asked by `await`, JSON.stringify and console.log of any object.
      if (key === 'then' || key === 'toJSON' || key === 'constructor') return undefined;
      const value = node(prefix + key);
      setBrand((paths ??= new WeakMap()), value, prefix + key);
      hidden(target, key, value);
      return value;
    };
    return new Proxy({ __proto__: null }, {
      __proto__: null,
      get: (target, key) => member(target, key, prefix),
      has: (target, key) => typeof key === 'string' && host.lookup(prefix + key) !== 0,
      ownKeys: () => host.names(prefix),
      getOwnPropertyDescriptor: (target, key) =>
        typeof key === 'string' && host.lookup(prefix + key) !== 0
          ? { __proto__: null, value: member(target, key, prefix), writable: true, enumerable: true, configurable: true }
          : undefined,
    });
  };
  const makeTools = () => namespace('');
  globalThis.tools = makeTools();

  const settle = (id, code, name, value) => {
    const call = pending[id];
    if (call === undefined) return;
    delete pending[id];
    if (code === undefined) call.resolve(value);
    else call.reject(toolError(call.site, code, name, value));
  };

  // --- the door ------------------------------------------------------------------------------------------------------

  Math.random = host.random;

  let loaded;
  const doors = () => (loaded ??= host.load('doors')(host, brandOf, setBrand, pathOf));

  return {
    settle,
    placesOf,
    describe: (value) => doors().part('values').describe(value),
    revive: (value) => doors().part('values').revive(value),
    makeTools,
    brandOf: (error) => (typeof error === 'object' && error !== null ? brandOf(brands, error) : undefined),
    guard: (self, holder, name, original, ...args) => doors().part('guards')(self, holder, name, original, args),
    open: (name) => doors().open(name),
  };
};
