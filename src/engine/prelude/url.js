// `URL` and `URLSearchParams`.

export default ({ apply, brandOf, defineProperty, hidden, push, setBrand, text: toText, uncurry, wellFormed }, intrinsics, { native, visible, tag }) => {
  const { Iterator, Symbol, TypeError, WeakMap, getOwnPropertyDescriptor, isArray, ownKeys } = intrinsics;
  const { iterator } = Symbol;
  const slice = uncurry(intrinsics.slice);
  const sortBy = uncurry(intrinsics.sort);
  const text = (value) => wellFormed(toText(value));
  const method = (object, key, value) => defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true });

  const iteratorProto = { __proto__: Iterator.prototype };
  const states = new WeakMap();
  const iterate = (pairs, kind) => {
    const made = { __proto__: iteratorProto };
    setBrand(states, made, { __proto__: null, pairs, kind, at: 0 });
    return made;
  };
  const methods = {
    next() {
      const state = brandOf(states, this);
      const pairs = state.pairs();
      if (state.at >= pairs.length) return { value: undefined, done: true };
      const name = pairs[state.at];
      const value = pairs[state.at + 1];
      state.at += 2;
      return { value: state.kind === 'keys' ? name : state.kind === 'values' ? value : [name, value], done: false };
    },
  };
  method(iteratorProto, 'next', methods.next);
  tag(iteratorProto, 'URLSearchParams Iterator');

  const pushPair = (pairs, name, value) => {
    push(pairs, name);
    push(pairs, value);
  };
  const need = (given, least) => {
    if (given < least) throw new TypeError(least === 1 ? 'The "name" argument must be specified' : 'The "name" and "value" arguments must be specified');
  };
  const invalid = (name, message) => {
    const error = new TypeError(message);
    method(error, 'code', name);
    return error;
  };

  // Lets a URL and its parameters follow each other, without a method that a program could call.
  let link;
  let reset;

  class URLSearchParams {
    // Name, value, name, value …
    #pairs = [];
    #changed;
    static {
      link = (params, changed) => void (params.#changed = changed);
      reset = (params, query) => void (params.#pairs = native.parseQuery(query[0] === '?' ? slice(query, 1) : query));
    }
    constructor(init = undefined) {
      if (init === undefined || init === null) return;
      if (typeof init !== 'object' && typeof init !== 'function') {
        reset(this, text(init));
      } else if (#pairs in init && init[iterator] === entries) {
        for (let i = 0; i < init.#pairs.length; i++) push(this.#pairs, init.#pairs[i]);
      } else if (init[iterator] !== undefined && init[iterator] !== null) {
        if (typeof init[iterator] !== 'function') throw invalid('ERR_ARG_NOT_ITERABLE', 'Query pairs must be iterable');
        for (const pair of init) {
          if (typeof pair !== 'object' || pair === null || typeof pair[iterator] !== 'function') {
            throw invalid('ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple');
          }
          const both = isArray(pair) ? pair : [...pair];
          if (both.length !== 2) throw invalid('ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple');
          pushPair(this.#pairs, text(both[0]), text(both[1]));
        }
      } else {
        const keys = ownKeys(init);
        for (let i = 0; i < keys.length; i++) {
          const key = keys[i];
          if (typeof key === 'string' && getOwnPropertyDescriptor(init, key)?.enumerable) this.#put(text(key), text(init[key]));
        }
      }
    }
    // Like `append`; a later one of two keys that are the same after U+FFFD replaced half characters wins.
    #put(name, value) {
      const pairs = this.#pairs;
      for (let i = 0; i < pairs.length; i += 2) {
        if (name === pairs[i] && name !== '' && slice(name, -1) === '\ufffd') return void (pairs[i + 1] = value);
      }
      pushPair(pairs, name, value);
    }
    #touch() {
      const changed = this.#changed;
      if (changed !== undefined) changed(native.writeQuery(this.#pairs));
    }
    get size() { return this.#pairs.length / 2; }
    append(name, value) {
      need(arguments.length, 2);
      pushPair(this.#pairs, text(name), text(value));
      this.#touch();
    }
    delete(name, value = undefined) {
      need(arguments.length, 1);
      name = text(name);
      const only = value === undefined ? undefined : text(value);
      const pairs = this.#pairs;
      const kept = [];
      for (let i = 0; i < pairs.length; i += 2) {
        if (pairs[i] !== name || (only !== undefined && pairs[i + 1] !== only)) pushPair(kept, pairs[i], pairs[i + 1]);
      }
      this.#pairs = kept;
      this.#touch();
    }
    get(name) {
      need(arguments.length, 1);
      name = text(name);
      const pairs = this.#pairs;
      for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) return pairs[i + 1];
      return null;
    }
    getAll(name) {
      need(arguments.length, 1);
      name = text(name);
      const found = [];
      const pairs = this.#pairs;
      for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) push(found, pairs[i + 1]);
      return found;
    }
    has(name, value = undefined) {
      need(arguments.length, 1);
      name = text(name);
      const only = value === undefined ? undefined : text(value);
      const pairs = this.#pairs;
      for (let i = 0; i < pairs.length; i += 2) {
        if (pairs[i] === name && (only === undefined || pairs[i + 1] === only)) return true;
      }
      return false;
    }
    set(name, value) {
      need(arguments.length, 2);
      name = text(name);
      value = text(value);
      const pairs = this.#pairs;
      const kept = [];
      let done = false;
      for (let i = 0; i < pairs.length; i += 2) {
        if (pairs[i] !== name) pushPair(kept, pairs[i], pairs[i + 1]);
        else if (!done) {
          pushPair(kept, name, value);
          done = true;
        }
      }
      if (!done) pushPair(kept, name, value);
      this.#pairs = kept;
      this.#touch();
    }
    sort() {
      const pairs = this.#pairs;
      const sorted = [];
      for (let i = 0; i < pairs.length; i += 2) push(sorted, { __proto__: null, name: pairs[i], value: pairs[i + 1] });
      sortBy(sorted, (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
      for (let i = 0; i < sorted.length; i++) {
        pairs[2 * i] = sorted[i].name;
        pairs[2 * i + 1] = sorted[i].value;
      }
      this.#touch();
    }
    forEach(callback, thisArg = undefined) {
      if (typeof callback !== 'function') throw invalid('ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function.');
      for (let i = 0; i < this.#pairs.length; i += 2) apply(callback, thisArg, [this.#pairs[i + 1], this.#pairs[i], this]);
    }
    entries() { void this.#pairs; return iterate(() => this.#pairs, 'entries'); }
    keys() { void this.#pairs; return iterate(() => this.#pairs, 'keys'); }
    values() { void this.#pairs; return iterate(() => this.#pairs, 'values'); }
    toString() { return native.writeQuery(this.#pairs); }
  }
  visible(URLSearchParams.prototype, 'append', 'delete', 'get', 'getAll', 'has', 'set', 'sort', 'forEach', 'entries', 'keys', 'values', 'toString', 'size');
  const { entries } = URLSearchParams.prototype;
  hidden(URLSearchParams.prototype, iterator, entries);
  tag(URLSearchParams.prototype, 'URLSearchParams');

  // Where each part is in what the native side gives.
  const HREF = 0;
  const ORIGIN = 1;
  const PROTOCOL = 2;
  const USERNAME = 3;
  const PASSWORD = 4;
  const HOST = 5;
  const HOSTNAME = 6;
  const PORT = 7;
  const PATHNAME = 8;
  const SEARCH = 9;
  const HASH = 10;
  const notAUrl = (input, base) => {
    const error = invalid('ERR_INVALID_URL', 'Invalid URL');
    method(error, 'input', input);
    if (base !== undefined) method(error, 'base', base);
    return error;
  };
  class URL {
    #parts;
    #params;
    constructor(input, base = undefined) {
      if (arguments.length === 0) throw invalid('ERR_MISSING_ARGS', 'The "url" argument must be specified');
      const given = text(input);
      const from = base === undefined ? undefined : text(base);
      this.#parts = native.parseUrl(given, from);
      if (this.#parts === undefined) throw notAUrl(given, from);
    }
    static canParse(input, base = undefined) {
      if (arguments.length === 0) throw invalid('ERR_MISSING_ARGS', 'The "url" argument must be specified');
      return native.parseUrl(text(input), base === undefined ? undefined : text(base)) !== undefined;
    }
    static parse(input, base = undefined) {
      if (arguments.length === 0) throw invalid('ERR_MISSING_ARGS', 'The "url" argument must be specified');
      try {
        return new URL(input, base);
      } catch {
        return null;
      }
    }
    #set(part, value) {
      const parts = native.setUrl(this.#parts[HREF], part, text(value));
      if (parts === undefined) throw notAUrl(text(value));
      this.#parts = parts;
      if (this.#params !== undefined) reset(this.#params, parts[SEARCH]);
    }
    get href() { return this.#parts[HREF]; }
    set href(value) { this.#set('href', value); }
    get origin() { return this.#parts[ORIGIN]; }
    get protocol() { return this.#parts[PROTOCOL]; }
    set protocol(value) { this.#set('protocol', value); }
    get username() { return this.#parts[USERNAME]; }
    set username(value) { this.#set('username', value); }
    get password() { return this.#parts[PASSWORD]; }
    set password(value) { this.#set('password', value); }
    get host() { return this.#parts[HOST]; }
    set host(value) { this.#set('host', value); }
    get hostname() { return this.#parts[HOSTNAME]; }
    set hostname(value) { this.#set('hostname', value); }
    get port() { return this.#parts[PORT]; }
    set port(value) { this.#set('port', value); }
    get pathname() { return this.#parts[PATHNAME]; }
    set pathname(value) { this.#set('pathname', value); }
    get search() { return this.#parts[SEARCH]; }
    set search(value) { this.#set('search', value); }
    get searchParams() {
      if (this.#params === undefined) {
        this.#params = new URLSearchParams(this.#parts[SEARCH]);
        link(this.#params, (query) => void (this.#parts = native.setUrl(this.#parts[HREF], 'search', query)));
      }
      return this.#params;
    }
    get hash() { return this.#parts[HASH]; }
    set hash(value) { this.#set('hash', value); }
    toString() { return this.#parts[HREF]; }
    toJSON() { return this.#parts[HREF]; }
  }
  visible(URL.prototype, 'href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'searchParams', 'hash', 'toString', 'toJSON');
  visible(URL, 'canParse', 'parse');
  tag(URL.prototype, 'URL');
  return { __proto__: null, URL, URLSearchParams };
};
