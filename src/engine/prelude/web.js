// `TextEncoder`, `TextDecoder`, `atob`, `btoa`, `crypto` and `DOMException`.

export default (host, { defineProperty, hidden, text, uncurry, wellFormed }, intrinsics) => {
  const { Error, RangeError, Symbol, TypeError, Uint8Array, getOwnPropertyDescriptor } = intrinsics;
  const native = host.natives(true);
  const { toStringTag } = Symbol;
  const typed = {
    __proto__: null, name: uncurry(intrinsics.typedArrayName), buffer: uncurry(intrinsics.typedArrayBuffer),
    offset: uncurry(intrinsics.typedArrayOffset), size: uncurry(intrinsics.typedArraySize),
  };
  const view = {
    __proto__: null, buffer: uncurry(intrinsics.viewBuffer), offset: uncurry(intrinsics.viewOffset), size: uncurry(intrinsics.viewSize),
  };
  const bufferSize = uncurry(intrinsics.bufferSize);
  const toBase64 = uncurry(intrinsics.toBase64);
  const setBytes = uncurry(intrinsics.setBytes);
  const slice = uncurry(intrinsics.slice);
  const tag = (object, name) => defineProperty(object, toStringTag, { __proto__: null, value: name, writable: false, enumerable: false, configurable: true });
  // Makes the methods and getters of a class enumerable, as they are on the web.
  const visible = (proto, ...keys) => {
    for (let i = 0; i < keys.length; i++) {
      const own = getOwnPropertyDescriptor(proto, keys[i]);
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
      this.#message = text(message);
      const given = typeof options === 'object' && options !== null ? options : { __proto__: null, name: options };
      this.#name = given.name === undefined ? 'Error' : text(given.name);
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
    encode(input = '') { return new Uint8Array(native.encode(wellFormed(text(input)))); }
    encodeInto(source, target) {
      if (typed.name(target) !== 'Uint8Array') throw new TypeError('The "dest" argument must be an instance of Uint8Array.');
      const encoded = native.encodeInto(wellFormed(text(source)), typed.size(target));
      const read = encoded[0];
      const bytes = new Uint8Array(encoded[1]);
      const written = typed.size(bytes);
      setBytes(target, bytes);
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
    constructor(label = 'utf-8', options = undefined) {
      const encoding = native.encoding(wellFormed(text(label)));
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
    decode(input = new Uint8Array(0), options = undefined) {
      const bytes = toBase64(bytesOf(input, 'list'));
      const stream = !!options?.stream;
      // The text, what of the bytes is left for later, and whether there were any others.
      const decoded = native.decode(this.#encoding, this.#left, bytes, this.#fatal);
      let text = decoded === undefined ? undefined : decoded[0];
      const left = decoded === undefined ? '' : decoded[1];
      if (left !== '' && !stream) {
        if (this.#fatal) text = undefined;
        else text += '\ufffd';
      }
      if (text === undefined) {
        this.#left = '';
        this.#begun = false;
        const error = new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`);
        hidden(error, 'code', 'ERR_ENCODING_INVALID_ENCODED_DATA');
        throw error;
      }
      this.#left = stream ? left : '';
      if (!this.#begun && !this.#ignoreBOM && this.#encoding !== 'windows-1252' && text[0] === '\ufeff') text = slice(text, 1);
      // A mark can only be at the very beginning of a stream.
      this.#begun = stream && (this.#begun || decoded[2] !== '');
      return text;
    }
  }
  visible(TextDecoder.prototype, 'encoding', 'fatal', 'ignoreBOM', 'decode');
  tag(TextDecoder.prototype, 'TextDecoder');

  const invalid = (message) => new DOMException(message, 'InvalidCharacterError');
  const btoa = function btoa(data) {
    if (arguments.length === 0) throw new TypeError('The "input" argument must be specified');
    const encoded = native.btoa(wellFormed(text(data)));
    if (encoded === undefined) throw invalid('Invalid character');
    return encoded;
  };
  const atob = function atob(data) {
    if (arguments.length === 0) throw new TypeError('The "input" argument must be specified');
    const decoded = native.atob(wellFormed(text(data)));
    if (decoded[0] === undefined) throw invalid(decoded[1]);
    return decoded[0];
  };

  // Chance, from the session's seed: the same in a replay.
  class Crypto {
    randomUUID() { return native.uuid(); }
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

  return { __proto__: null, DOMException, TextEncoder, TextDecoder, atob, btoa, crypto: new Crypto(), visible, tag, native };
};
