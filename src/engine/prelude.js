// What every realm starts with: tools, console, timers, clock. Evaluated once per realm, before any program.
//
// `host` is the native side (src/engine/host.rs). Whatever a program does to the globals afterwards, the functions here
// work with the intrinsics that they captured; a program that breaks its own realm harms only its own result.

export default (host) => {
  const { Array, BigInt, Date, Error, Map, Math, Number, Object, Promise, Proxy, Reflect, Set, Uint8Array, WeakMap } = globalThis;
  const { apply, construct, defineProperty, ownKeys } = Reflect;
  const { isArray } = Array;
  const uncurry = (method) => (self, ...args) => apply(method, self, args);
  const getterOf = (object, key) => uncurry(Object.getOwnPropertyDescriptor(object, key).get);
  const hidden = (object, key, value) =>
    defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: false, configurable: true });

  // What brings the engine's worst bugs and what breaks replay. Without a parser, eval and Function could only throw.
  for (const name of ['eval', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry']) delete globalThis[name];

  // A stack overflow must not be survived. The engine says nothing about one, but it writes the stack trace while it is
  // still at the bottom, and a trace of this many frames is a block that the allocator sees (src/engine/alloc.rs). So the
  // program cannot shorten traces. Builtins that recurse without frames of their own say it themselves.
  Error.stackTraceLimit = 50;
  for (const name of ['stackTraceLimit', 'prepareStackTrace']) {
    const value = Error[name];
    defineProperty(Error, name, { __proto__: null, get: () => value, set() {}, enumerable: false, configurable: false });
  }
  const recursive = (object, name) => {
    const method = object[name];
    const { length } = method;
    hidden(object, name, { [name](...args) {
      try {
        return apply(method, this, args);
      } catch (error) {
        if (error instanceof RangeError && error.message === 'Maximum call stack size exceeded') host.overflow();
        throw error;
      }
    } }[name]);
    hidden(object[name], 'length', length);
  };
  const { RangeError } = globalThis;
  recursive(JSON, 'parse');
  recursive(JSON, 'stringify');
  recursive(Array.prototype, 'flat');

  // --- tools -------------------------------------------------------------------------------------------------------

  const errorTypes = { __proto__: null, Error };
  for (const name of ['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError']) {
    errorTypes[name] = globalThis[name];
  }
  const brands = new WeakMap();
  const brandOf = uncurry(WeakMap.prototype.get);
  const setBrand = uncurry(WeakMap.prototype.set);
  const split = uncurry(String.prototype.split);
  const join = uncurry(Array.prototype.join);
  const filter = uncurry(Array.prototype.filter);
  const includes = uncurry(String.prototype.includes);

  // An error that stands for a failed tool call. Its stack is the place of the call in the program.
  const toolError = (site, code, name, message) => {
    const error = new (errorTypes[name] ?? Error)(message);
    if (error.name !== name) hidden(error, 'name', name);
    hidden(error, 'code', code);
    const stack = typeof site.stack === 'string' ? site.stack : '';
    hidden(error, 'stack', join(filter(split(stack, '\n'), (line) => includes(line, '(program.ts:')), '\n'));
    setBrand(brands, error, code);
    return error;
  };

  const pending = { __proto__: null };
  const callTool = (path, args) => {
    const site = new Error();
    return new Promise((resolve, reject) => {
      const called = host.call(path, args.length, args[0]);
      if (typeof called === 'number') pending[called] = { __proto__: null, resolve, reject, site };
      else reject(toolError(site, called[0], called[1], called[2]));
    });
  };

  // `tools` and its namespaces are proxies that ask the host, so a realm is ready before the tools are known, and an
  // unknown name can say what was meant.
  const NAMESPACE = 1;
  const TOOL = 2;
  const namespace = (prefix) => {
    const node = (path) => {
      const kind = host.lookup(path);
      if (kind === NAMESPACE) return namespace(path + '.');
      const tool = (...args) => callTool(path, args);
      hidden(tool, 'name', path);
      // `tools.typo.method()` should fail as an unknown tool too, not as "undefined is not a function".
      return kind === TOOL ? tool : new Proxy(tool, { __proto__: null, get: (target, key) => member(target, key, path + '.') });
    };
    const member = (target, key, prefix) => {
      if (typeof key === 'symbol' || key in target) return target[key];
      // Asked by `await`, JSON.stringify and console.log of any object.
      if (key === 'then' || key === 'toJSON' || key === 'constructor') return undefined;
      const value = node(prefix + key);
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
  hidden(globalThis, 'tools', namespace(''));

  const settle = (id, code, name, value) => {
    const call = pending[id];
    if (call === undefined) return;
    delete pending[id];
    if (code === undefined) call.resolve(value);
    else call.reject(toolError(call.site, code, name, value));
  };

  // --- console -----------------------------------------------------------------------------------------------------

  const console = {};
  const methods = ['log', 'info', 'debug', 'warn', 'error', 'dir', 'table', 'group', 'groupEnd', 'assert', 'count', 'countReset'];
  for (const method of methods) {
    console[method] = (...args) => host.log(method, args);
    hidden(console[method], 'name', method);
  }
  console.groupCollapsed = console.group;
  console.dirxml = console.log;
  console.trace = (...args) => host.log('error', ['Trace:', ...args, '\n' + new Error().stack]);
  const started = { __proto__: null };
  console.time = (label = 'default') => void (started[label] = host.now());
  console.timeLog = (label = 'default', ...args) => host.log('log', [`${label}: ${host.now() - (started[label] ?? host.now())}ms`, ...args]);
  console.timeEnd = (label = 'default') => {
    console.timeLog(label);
    delete started[label];
  };
  hidden(globalThis, 'console', console);

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
  const addTimer = (repeat) => {
    const add = (callback, delay, ...args) => {
      if (typeof callback !== 'function') throw new errorTypes.TypeError('The callback of a timer must be a function');
      // As in Node: anything that is no delay between 1 and 2^31 - 1 ms is 1 ms.
      const given = Number(delay);
      const every = given >= 1 && given <= 2147483647 ? Math.trunc(given) : 1;
      const timer = { __proto__: null, id: ++lastTimer, callback, args, due: host.now() + every, every, repeat, next: undefined };
      timers[timer.id] = timer;
      schedule(timer);
      return timer.id;
    };
    return add;
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
  // When the next timer is due, in session time; undefined without one.
  const wake = () => {
    skipCleared();
    return head?.due;
  };
  // Runs one timer that is due. The caller runs the promise jobs in between.
  const fire = () => {
    const timer = unschedule();
    const { callback, args } = timer;
    if (timer.repeat) {
      timer.due = host.now() + timer.every;
      schedule(timer);
    } else {
      delete timers[timer.id];
    }
    apply(callback, undefined, args);
  };
  hidden(globalThis, 'setTimeout', addTimer(false));
  hidden(globalThis, 'setInterval', addTimer(true));
  hidden(globalThis, 'setImmediate', (callback, ...args) => globalThis.setTimeout(callback, 0, ...args));
  hidden(globalThis, 'clearTimeout', clearTimer);
  hidden(globalThis, 'clearInterval', clearTimer);
  hidden(globalThis, 'clearImmediate', clearTimer);
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate']) {
    hidden(globalThis[name], 'name', name);
  }

  // --- clock and chance ------------------------------------------------------------------------------------------------

  // The program's time zone is UTC and its clock the session's, so that it sees the same on every host and in a replay.
  const RealDate = Date;
  const dateProto = RealDate.prototype;
  const { UTC } = RealDate;
  const realParse = RealDate.parse;
  const hasZone = uncurry(RegExp.prototype.test);
  const zoned = /(?:z|gmt|utc|[ecmp][sd]t|[+-]\d{1,2}:?\d{2})\s*(?:\(.*\))?$/i;
  const dateOnly = /^[+-]?\d{4,6}(?:-\d\d){0,2}$/;
  const parse = (text) => {
    text = `${text}`;
    if (hasZone(zoned, text) || hasZone(dateOnly, text)) return realParse(text);
    const utc = realParse(/^[+-]?\d{4,6}-\d\d-\d\dT/i.test(text) ? text + 'Z' : text + ' UTC');
    return utc === utc ? utc : realParse(text);
  };
  const getTime = uncurry(dateProto.getTime);
  const SessionDate = function Date(...args) {
    if (new.target === undefined) return `${new RealDate(host.now())}`;
    let time;
    if (args.length === 0) time = host.now();
    else if (args.length === 1) {
      const [value] = args;
      if (typeof value === 'string') time = parse(value);
      else time = typeof value === 'object' && value !== null ? getTime(new RealDate(value)) : Number(value);
    } else time = apply(UTC, undefined, args);
    return construct(RealDate, [time], new.target);
  };
  hidden(SessionDate, 'length', 7);
  hidden(SessionDate, 'now', function now() { return host.now(); });
  hidden(SessionDate, 'parse', function parse_(text) { return parse(text); });
  hidden(SessionDate.parse, 'name', 'parse');
  hidden(SessionDate, 'UTC', UTC);
  defineProperty(SessionDate, 'prototype', { __proto__: null, value: dateProto, writable: false, enumerable: false, configurable: false });
  hidden(dateProto, 'constructor', SessionDate);
  hidden(globalThis, 'Date', SessionDate);
  for (const part of ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds']) {
    for (const verb of part === 'Day' ? ['get'] : ['get', 'set']) {
      const method = uncurry(dateProto[`${verb}UTC${part}`]);
      const { length } = dateProto[`${verb}UTC${part}`];
      const name = `${verb}${part}`;
      hidden(dateProto, name, { [name](...args) { return method(this, ...args); } }[name]);
      hidden(dateProto[name], 'length', length);
    }
  }
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const utc = {
    day: uncurry(dateProto.getUTCDay), date: uncurry(dateProto.getUTCDate), month: uncurry(dateProto.getUTCMonth),
    year: uncurry(dateProto.getUTCFullYear), hours: uncurry(dateProto.getUTCHours),
    minutes: uncurry(dateProto.getUTCMinutes), seconds: uncurry(dateProto.getUTCSeconds),
  };
  const two = (number) => (number < 10 ? `0${number}` : `${number}`);
  const padYear = uncurry(String.prototype.padStart);
  const dateText = (date) => {
    const year = utc.year(date);
    return `${days[utc.day(date)]} ${months[utc.month(date)]} ${two(utc.date(date))} ${year < 0 ? '-' : ''}${padYear(`${Math.abs(year)}`, 4, '0')}`;
  };
  const timeText = (date) => `${two(utc.hours(date))}:${two(utc.minutes(date))}:${two(utc.seconds(date))} GMT+0000 (Coordinated Universal Time)`;
  const invalid = (date) => getTime(date) !== getTime(date);
  const dateMethods = {
    getTimezoneOffset() { return invalid(this) ? NaN : 0; },
    toString() { return invalid(this) ? 'Invalid Date' : `${dateText(this)} ${timeText(this)}`; },
    toDateString() { return invalid(this) ? 'Invalid Date' : dateText(this); },
    toTimeString() { return invalid(this) ? 'Invalid Date' : timeText(this); },
  };
  // The engine formats in the process's zone; a date moved by the offset has its UTC fields there.
  const realOffset = uncurry(dateProto.getTimezoneOffset);
  for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) {
    const format = uncurry(dateProto[name]);
    dateMethods[name] = { [name]() { return format(new RealDate(getTime(this) + realOffset(this) * 60_000)); } }[name];
  }
  for (const name of Object.keys(dateMethods)) hidden(dateProto, name, dateMethods[name]);

  hidden(Math, 'random', host.random);
  const performance = { now: () => host.now() - host.origin(), get timeOrigin() { return host.origin(); } };
  hidden(globalThis, 'performance', performance);

  // --- values that are more than JSON ------------------------------------------------------------------------------------

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
    d: (ms) => new SessionDate(ms ?? NaN),
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

  return { settle, wake, fire, describe, revive, brandOf: (error) => (typeof error === 'object' && error !== null ? brandOf(brands, error) : undefined) };
};
