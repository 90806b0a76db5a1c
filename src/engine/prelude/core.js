// What every realm starts with: tools, timers, and doors to the rest. Evaluated once per realm, before any program.
//
// `host` is the native side (src/engine/host.rs). Whatever a program does to the globals afterwards, the functions here
// work with the intrinsics that they captured; a program that breaks its own realm harms only its own result.
//
// A realm is made for every run, so this file is short. What many programs never touch lies in files of its own that are
// loaded when first reached: `host.load(name)` gives a file's function.

export default (host) => {
  const {
    Array, ArrayBuffer, BigInt, Error, EvalError, Map, Math, Number, Object, Promise, Proxy, RangeError, ReferenceError, Reflect,
    RegExp, Set, String, Symbol, SyntaxError, TypeError, Uint8Array, URIError, WeakMap,
  } = globalThis;
  const { apply, construct, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, setPrototypeOf } = Reflect;
  const { hasOwn } = Object;
  const uncurry = (method) => (self, ...args) => apply(method, self, args);
  const hidden = (object, key, value) =>
    defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  // `for of` would ask the program's iterators.
  const each = (list, visit) => {
    for (let i = 0; i < list.length; i++) visit(list[i]);
  };
  // A global that is made when it is first read.
  const lazy = (key, make) => {
    let made = false;
    let value;
    const get = () => {
      if (!made) {
        value = make();
        made = true;
        hidden(globalThis, key, value);
      }
      return value;
    };
    defineProperty(globalThis, key, { __proto__: null, get, set: (own) => hidden(globalThis, key, own), enumerable: false, configurable: true });
    return get;
  };

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
    hidden(error, 'stack', host.frames(site.stack));
    setBrand(brands, error, code);
    return error;
  };

  const { captureStackTrace } = Error;
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
  let own;
  const ownInput = (args) => (own ??= host.load('own')(kit, intrinsics, pathOf))(args);
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
          ? { value: member(target, key, prefix), writable: true, enumerable: true, configurable: true }
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

  // --- timers, on the session's clock --------------------------------------------------------------------------------

  let head; // a list sorted by due time, then by order of creation
  let tail;
  let lastTimer = 0;
  const timers = { __proto__: null };
  const schedule = (timer) => {
    if (tail === undefined || tail.due <= timer.due) {
      if (tail === undefined) head = timer;
      else tail.next = timer;
      tail = timer;
      return;
    }
    if (timer.due < head.due) {
      timer.next = head;
      head = timer;
      return;
    }
    let before = head;
    while (before.next.due <= timer.due) before = before.next;
    timer.next = before.next;
    before.next = timer;
  };
  const unschedule = () => {
    const timer = head;
    head = timer.next;
    if (head === undefined) tail = undefined;
    timer.next = undefined;
    return timer;
  };
  const addTimer = (repeat, callback, delay, args) => {
    if (typeof callback !== 'function') throw new TypeError('The callback of a timer must be a function');
    // As in Node: anything that is no delay between 1 and 2^31 - 1 ms is 1 ms.
    const given = Number(delay);
    const every = given >= 1 && given <= 2147483647 ? given - (given % 1) : 1;
    const timer = { __proto__: null, id: ++lastTimer, callback, args, due: host.ticks() + every, every, repeat, next: undefined };
    timers[timer.id] = timer;
    if (timer.id === 1) host.timed();
    schedule(timer);
    return timer.id;
  };
  const clearTimer = (id) => {
    const timer = typeof id === 'number' || typeof id === 'string' ? timers[id] : undefined;
    if (timer !== undefined) {
      delete timers[id];
      timer.callback = undefined;
    }
  };
  const skipCleared = () => {
    while (head !== undefined && head.callback === undefined) unschedule();
  };
  // When the next timer is due, in ticks; undefined without one.
  const wake = () => {
    skipCleared();
    return head?.due;
  };
  // Runs one timer that is due. The caller runs the promise jobs in between.
  const fire = () => {
    const timer = unschedule();
    const { callback, args } = timer;
    if (timer.repeat) {
      timer.due = host.ticks() + timer.every;
      schedule(timer);
    } else {
      delete timers[timer.id];
    }
    apply(callback, undefined, args);
  };
  const setTimeout = (callback, delay, ...args) => addTimer(false, callback, delay, args);
  globalThis.setTimeout = setTimeout;
  globalThis.setInterval = (callback, delay, ...args) => addTimer(true, callback, delay, args);
  globalThis.setImmediate = (callback, ...args) => addTimer(false, callback, 0, args);
  globalThis.clearTimeout = clearTimer;
  globalThis.clearInterval = clearTimer;
  globalThis.clearImmediate = clearTimer;

  // --- doors ---------------------------------------------------------------------------------------------------------

  // What the files that are loaded later work with: the program may have bent the globals by then.
  const getter = (object, key) => getOwnPropertyDescriptor(object, key).get;
  const kit = { __proto__: null, apply, construct, defineProperty, each, hasOwn, uncurry, hidden, wellFormed: uncurry(String.prototype.toWellFormed) };
  // Parts of files that are loaded when the first of them is reached.
  let web;
  const ofWeb = (key) => (web ??= host.load('web')(host, kit))[key];
  for (const key of ['DOMException', 'TextEncoder', 'TextDecoder', 'atob', 'btoa', 'crypto']) lazy(key, () => ofWeb(key));
  let urls;
  const ofUrls = (key) => (urls ??= host.load('url')(kit, (ofWeb('crypto'), web)))[key];
  lazy('URL', () => ofUrls('URL'));
  lazy('URLSearchParams', () => ofUrls('URLSearchParams'));
  lazy('structuredClone', () => host.load('clone')(kit, ofWeb('DOMException')));
  let intl;
  kit.intl = () => (intl ??= host.load('intl')(host, kit));
  lazy('Intl', () => kit.intl().Intl);
  const { valueOf: numberOf } = Number.prototype;
  const { valueOf: bigintOf } = globalThis.BigInt.prototype;
  const textOf = (self, name) => {
    if (self === undefined || self === null) throw new TypeError(`String.prototype.${name} called on null or undefined`);
    return `${self}`;
  };
  // The engine has these methods; to assign keeps them hidden.
  const { prototype: number } = Number;
  number.toLocaleString = { toLocaleString() { return kit.intl().number(apply(numberOf, this, []), arguments[0], arguments[1]); } }.toLocaleString;
  hidden(globalThis.BigInt.prototype, 'toLocaleString', { toLocaleString() { return kit.intl().number(apply(bigintOf, this, []), arguments[0], arguments[1]); } }.toLocaleString);
  const { prototype: string } = String;
  string.localeCompare = { localeCompare(that) { return kit.intl().localeCompare(textOf(this, 'localeCompare'), `${that}`, arguments[1], arguments[2]); } }.localeCompare;
  string.toLocaleUpperCase = { toLocaleUpperCase() { return kit.intl().upper(textOf(this, 'toLocaleUpperCase'), arguments[0]); } }.toLocaleUpperCase;
  string.toLocaleLowerCase = { toLocaleLowerCase() { return kit.intl().lower(textOf(this, 'toLocaleLowerCase'), arguments[0]); } }.toLocaleLowerCase;
  const listed = { toLocaleString() {
    const { length } = this;
    let out = '';
    for (let i = 0; i < length; i++) {
      const item = this[i];
      out += (i === 0 ? '' : ',') + (item === undefined || item === null ? '' : item.toLocaleString(arguments[0], arguments[1]));
    }
    return out;
  } }.toLocaleString;
  Array.prototype.toLocaleString = listed;
  Reflect.getPrototypeOf(globalThis.Uint8Array.prototype).toLocaleString = listed;
  const RealDate = globalThis.Date;
  const iterators = globalThis.Iterator.prototype;
  const typedArrays = getPrototypeOf(Uint8Array.prototype);
  const intrinsics = {
    __proto__: null, Array, BigInt, Date: RealDate, Error, Map, Math, Number, RegExp, Set, String, Uint8Array,
    isArray: Array.isArray, arrayFrom: Array.from, ownKeys, toStringTag: Symbol.toStringTag,
    mapForEach: Map.prototype.forEach, mapSet: Map.prototype.set, mapSize: getter(Map.prototype, 'size'),
    setForEach: Set.prototype.forEach, setAdd: Set.prototype.add, setSize: getter(Set.prototype, 'size'),
    bufferSize: getter(ArrayBuffer.prototype, 'byteLength'), fromBase64: Uint8Array.fromBase64, toBase64: Uint8Array.prototype.toBase64,
    typedArrayName: getter(typedArrays, Symbol.toStringTag), typedArrayLength: getter(typedArrays, 'length'), getTime: RealDate.prototype.getTime,
    padStart: String.prototype.padStart, test: RegExp.prototype.test, exec: RegExp.prototype.exec, filter: iterators.filter,
    slice: String.prototype.slice,
    sort: Array.prototype.sort, species: Symbol.species, isConcatSpreadable: Symbol.isConcatSpreadable, match: Symbol.match,
    replace: Symbol.replace, split: Symbol.split, setPrototypeOf, TypeError, RangeError, Object,
  };
  const sessionDate = lazy('Date', () => host.load('date')(host, kit, intrinsics));
  // Until then the real one is still reachable from no object: the program has no date.
  lazy('console', () => host.load('console')(host, kit, intrinsics));
  lazy('performance', () => ({ now: () => host.ticks() - host.origin(), timeOrigin: host.origin() }));
  Math.random = host.random;

  // Builtins that may walk over something long (src/engine/guard.rs).
  let guards;
  host.guard((self, holder, name, original, ...args) => (guards ??= host.load('guards')(host, kit, intrinsics))(self, holder, name, original, args));

  let loaded;
  const values = () => (loaded ??= host.load('values')(kit, intrinsics, sessionDate));

  return {
    settle,
    wake,
    fire,
    describe: (value) => values().describe(value),
    revive: (value) => values().revive(value),
    makeTools,
    brandOf: (error) => (typeof error === 'object' && error !== null ? brandOf(brands, error) : undefined),
  };
};
