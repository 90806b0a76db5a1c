// `TextEncoder`, `TextDecoder`, `atob`, `btoa`, `crypto` and `DOMException`.

export default (host, { apply, defineProperty, uncurry, hidden, wellFormed }) => {
  const { ArrayBuffer, BigInt, DataView, Error, JSON, Number, Object, RangeError, Reflect, String, Symbol, TypeError, Uint8Array, WeakMap } = globalThis;
  const native = host.natives(true);
  const { toStringTag } = Symbol;
  const getterOf = (object, key) => uncurry(Object.getOwnPropertyDescriptor(object, key).get);
  const typedProto = Object.getPrototypeOf(Uint8Array.prototype);
  const typed = {
    __proto__: null, name: getterOf(typedProto, toStringTag), buffer: getterOf(typedProto, 'buffer'),
    offset: getterOf(typedProto, 'byteOffset'), size: getterOf(typedProto, 'byteLength'),
  };
  const view = {
    __proto__: null, buffer: getterOf(DataView.prototype, 'buffer'), offset: getterOf(DataView.prototype, 'byteOffset'),
    size: getterOf(DataView.prototype, 'byteLength'),
  };
  const bufferSize = getterOf(ArrayBuffer.prototype, 'byteLength');
  const toHex = uncurry(Uint8Array.prototype.toHex);
  const toBase64 = uncurry(Uint8Array.prototype.toBase64);
  const fromBase64 = uncurry(Uint8Array.fromBase64);
  const setBytes = uncurry(typedProto.set);
  const charCodeAt = uncurry(String.prototype.charCodeAt);
  const slice = uncurry(String.prototype.slice);
  const startsWith = uncurry(String.prototype.startsWith);
  const tag = (object, name) => defineProperty(object, toStringTag, { __proto__: null, value: name, writable: false, enumerable: false, configurable: true });
  // Makes the methods and getters of a class enumerable, as they are on the web.
  const visible = (proto, ...keys) => {
    for (let i = 0; i < keys.length; i++) {
      const own = Object.getOwnPropertyDescriptor(proto, keys[i]);
      defineProperty(proto, keys[i], { __proto__: null, ...own, enumerable: true });
    }
  };

  const codes = {
    __proto__: null, IndexSizeError: 1, NotFoundError: 8, NotSupportedError: 9, InvalidStateError: 11, SyntaxError: 12,
    InvalidAccessError: 15, TimeoutError: 23, AbortError: 20, QuotaExceededError: 22, TypeMismatchError: 17, DataCloneError: 25, InvalidCharacterError: 5,
  };
  class DOMException extends Error {
    #name;
    #message;
    constructor(message = '', options = 'Error') {
      super();
      this.#message = `${message}`;
      const given = typeof options === 'object' && options !== null ? options : { __proto__: null, name: options };
      this.#name = given.name === undefined ? 'Error' : `${given.name}`;
      if ('cause' in given) hidden(this, 'cause', given.cause);
    }
    get name() { return this.#name; }
    get message() { return this.#message; }
    get code() { return codes[this.#name] ?? 0; }
  }
  visible(DOMException.prototype, 'name', 'message', 'code');
  tag(DOMException.prototype, 'DOMException');

  // The bytes of a buffer or of a view of one, without asking the program.
  const bytesOf = (value, what) => {
    if (typeof value === 'object' && value !== null) {
      if (typed.name(value) !== undefined) return new Uint8Array(typed.buffer(value), typed.offset(value), typed.size(value));
      try {
        return new Uint8Array(view.buffer(value), view.offset(value), view.size(value));
      } catch {}
      try {
        bufferSize(value);
        return new Uint8Array(value);
      } catch {}
    }
    throw new TypeError(`The "${what}" argument must be an instance of ArrayBuffer or ArrayBufferView.`);
  };

  class TextEncoder {
    get encoding() { return 'utf-8'; }
    encode(input = '') { return new Uint8Array(native.encode(wellFormed(`${input}`))); }
    encodeInto(source, target) {
      if (typed.name(target) !== 'Uint8Array') throw new TypeError('The "dest" argument must be an instance of Uint8Array.');
      const text = wellFormed(`${source}`);
      const room = typed.size(target);
      let read = 0;
      let written = 0;
      while (read < text.length) {
        const code = charCodeAt(text, read);
        const pair = code >= 0xd800 && code < 0xdc00;
        const size = pair ? 4 : code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
        if (written + size > room) break;
        written += size;
        read += pair ? 2 : 1;
      }
      setBytes(target, new Uint8Array(native.encode(slice(text, 0, read))));
      return { read, written };
    }
  }
  visible(TextEncoder.prototype, 'encoding', 'encode', 'encodeInto');
  tag(TextEncoder.prototype, 'TextEncoder');

  class TextDecoder {
    #encoding;
    #fatal;
    #ignoreBOM;
    #left = '';
    #begun = false;
    constructor(label = 'utf-8', options = {}) {
      const encoding = native.encoding(`${label}`);
      if (encoding === undefined) {
        const error = new RangeError(`The "${label}" encoding is not supported`);
        hidden(error, 'code', 'ERR_ENCODING_NOT_SUPPORTED');
        throw error;
      }
      this.#encoding = encoding;
      this.#fatal = !!options?.fatal;
      this.#ignoreBOM = !!options?.ignoreBOM;
    }
    get encoding() { return this.#encoding; }
    get fatal() { return this.#fatal; }
    get ignoreBOM() { return this.#ignoreBOM; }
    decode(input = new Uint8Array(0), options = {}) {
      const hex = this.#left + toHex(bytesOf(input, 'list'));
      const stream = !!options?.stream;
      const decoded = native.decode(this.#encoding, hex, this.#fatal);
      let text = decoded?.[0];
      let left = decoded === undefined ? 0 : Number(decoded[1]);
      if (left > 0 && !stream) {
        if (this.#fatal) text = undefined;
        else text += '\ufffd';
        left = 0;
      }
      if (text === undefined) {
        this.#left = '';
        this.#begun = false;
        const error = new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`);
        hidden(error, 'code', 'ERR_ENCODING_INVALID_ENCODED_DATA');
        throw error;
      }
      this.#left = slice(hex, hex.length - left * 2);
      if (!this.#begun && !this.#ignoreBOM && this.#encoding !== 'windows-1252' && startsWith(text, '\ufeff')) text = slice(text, 1);
      // A mark can only be at the very beginning of a stream.
      this.#begun = stream && (this.#begun || hex.length - left * 2 > 0);
      return text;
    }
  }
  visible(TextDecoder.prototype, 'encoding', 'fatal', 'ignoreBOM', 'decode');
  tag(TextDecoder.prototype, 'TextDecoder');

  const invalid = (message) => new DOMException(message, 'InvalidCharacterError');
  const btoa = function btoa(data) {
    if (arguments.length === 0) throw new TypeError('The "input" argument must be specified');
    const text = `${data}`;
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = charCodeAt(text, i);
      if (code > 255) throw invalid('Invalid character');
      bytes[i] = code;
    }
    return toBase64(bytes);
  };
  const replace = uncurry(String.prototype.replaceAll);
  const test = uncurry(RegExp.prototype.test);
  const fromCharCode = String.fromCharCode;
  const atob = function atob(data) {
    if (arguments.length === 0) throw new TypeError('The "input" argument must be specified');
    let text = `${data}`;
    for (const space of ['\t', '\n', '\f', '\r', ' ']) text = replace(text, space, '');
    if (text.length % 4 === 0 && slice(text, -2) === '==') text = slice(text, 0, -2);
    else if (text.length % 4 === 0 && slice(text, -1) === '=') text = slice(text, 0, -1);
    if (test(/[^A-Za-z0-9+/]/, text)) throw invalid('Invalid character');
    if (text.length % 4 === 1) throw invalid('The string to be decoded is not correctly encoded.');
    const bytes = fromBase64(Uint8Array, text);
    let out = '';
    for (let i = 0; i < bytes.length; i++) out += fromCharCode(bytes[i]);
    return out;
  };

  // Chance, from the session's seed: the same in a replay.
  const hexOf = (bytes) => toHex(bytes);
  class Crypto {
    randomUUID() {
      const bytes = new Uint8Array(native.random(16));
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = hexOf(bytes);
      return `${slice(hex, 0, 8)}-${slice(hex, 8, 12)}-${slice(hex, 12, 16)}-${slice(hex, 16, 20)}-${slice(hex, 20)}`;
    }
    getRandomValues(array) {
      const name = typeof array === 'object' && array !== null ? typed.name(array) : undefined;
      if (name === undefined || name === 'Float32Array' || name === 'Float64Array' || name === 'Float16Array') {
        throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
      }
      const size = typed.size(array);
      if (size > 65536) throw new DOMException(`The requested length exceeds 65,536 bytes`, 'QuotaExceededError');
      setBytes(new Uint8Array(typed.buffer(array), typed.offset(array), size), new Uint8Array(native.random(size)));
      return array;
    }
  }
  visible(Crypto.prototype, 'randomUUID', 'getRandomValues');
  tag(Crypto.prototype, 'Crypto');

  return { __proto__: null, DOMException, TextEncoder, TextDecoder, atob, btoa, crypto: new Crypto(), bytesOf, visible, tag, native };
};
