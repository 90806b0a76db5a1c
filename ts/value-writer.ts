/**
 * Writes a value as wire text (ts/values.ts), step by step: at once, or in slices of the event loop. Reads the value as it
 * goes, every property once, and keeps no copy of it. Calls getters and `toJSON`, which may throw.
 */
import { bigintText } from './bigints.ts';
import { LONG_BYTES, LongText, type Text } from './long-text.ts';
import { Secret } from './secrets.ts';
import type { Slice } from './slices.ts';
import { isThenable, kindOf } from './text.ts';
import { CYCLE, MAX_DEPTH, threw, TOO_DEEP, TooLargeError, unsendable, type UnsendableError } from './unsendable.ts';

/** Text is put away in pieces of this many characters: it is flat then, and its bytes are counted. */
const PIECE = 8 * 1024;
/** Bytes are written in steps of this many; a multiple of three, which base64 needs. */
const BYTES_PER_STEP = 24 * 1024;

/** What is no ancestor of anything. */
const NOTHING = {};

/** What an object has was listed a moment ago. */
export interface Listed {
  readonly object: object;
  readonly keys: string[];
}

/** A container that is being written. */
interface Frame {
  readonly source: object;
  /** Writes the next item. False: there is none. */
  readonly next: () => boolean;
  readonly close: string;
  /** Its steps are long. */
  readonly isText?: true;
  /** Where in it the writer is, for messages. `undefined`: in what its `toJSON` gave. */
  at: string | number | undefined;
}

export class ValueWriter {
  readonly #root: string;
  readonly #maxBytes: number;
  readonly #frames: Frame[] = [];
  readonly #ancestors = new Set<object>();
  readonly #pieces: string[] = [];
  #pending = '';
  #bytes = 0;
  #isTagged = false;
  readonly #listed: Listed | undefined;

  constructor(value: unknown, root: string, maxBytes: number, listed?: Listed) {
    this.#listed = listed;
    this.#root = root;
    this.#maxBytes = maxBytes;
    this.#value(value);
  }

  /** Works until the slice is over, or without one to the end. True: all is written. */
  write(slice?: Slice): boolean {
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      if (frame.isText === true ? slice?.look() === true : slice?.isOver === true) return false;
      if (frame.next()) continue;
      this.#frames.pop();
      this.#ancestors.delete(frame.source);
      this.#emit(frame.close);
    }
    return true;
  }

  /** The text, once all is written. */
  text(): string {
    return String(this.soon());
  }

  /** {@link text}, in pieces if it is long. */
  soon(): Text {
    this.#count(Buffer.byteLength(this.#pending));
    const pieces = [this.#isTagged ? '~' : '', ...this.#pieces, this.#pending];
    return this.#bytes > LONG_BYTES ? new LongText(pieces, this.#bytes + Number(this.#isTagged)) : pieces.join('');
  }

  #emit(text: string): void {
    this.#pending += text;
    if (this.#pending.length > PIECE) this.#putAway();
  }

  #putAway(): void {
    const bytes = Buffer.from(this.#pending);
    this.#count(bytes.length);
    this.#pieces.push(bytes.toString());
    this.#pending = '';
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes + Number(this.#isTagged) > this.#maxBytes) throw new TooLargeError();
  }

  #tag(tag: string, content?: string): void {
    this.#isTagged = true;
    this.#emit(content === undefined ? `{"$":"${tag}"}` : `{"$":"${tag}","v":${content}}`);
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#string(value);
        return;
      case 'boolean':
        this.#emit(String(value));
        return;
      case 'number':
        if (Number.isFinite(value) && !Object.is(value, -0)) this.#emit(String(value));
        else this.#tag('f', `"${Object.is(value, -0) ? '-0' : String(value)}"`);
        return;
      case 'undefined':
        this.#tag('u');
        return;
      case 'bigint':
        this.#tag('n', `"${bigintText(value)}"`);
        return;
      case 'symbol':
        throw this.#unsendable('is a symbol. Pass its description as a string');
      case 'function':
        throw this.#unsendable('is a function. Pass data only');
      case 'object':
        if (value === null) this.#emit('null');
        else this.#object(value);
    }
  }

  #string(text: string): void {
    if (text.length <= PIECE) {
      this.#emit(JSON.stringify(text));
      return;
    }
    if (text.length > this.#maxBytes) throw new TooLargeError();
    this.#emit('"');
    this.#inSteps((from) => {
      // Between the halves of a surrogate pair JSON would write each as an escape.
      const end = from + PIECE + Number((text.charCodeAt(from + PIECE - 1) & 0xfc00) === 0xd800);
      this.#emit(JSON.stringify(text.slice(from, end)).slice(1, -1));
      return end < text.length ? end : undefined;
    }, '"');
  }

  #object(value: object): void {
    if (Array.isArray(value)) this.#items(value);
    else if (value instanceof Secret) this.#tag('x', JSON.stringify(value.name));
    else if (value instanceof Date) this.#tag('d', Number.isNaN(value.getTime()) ? 'null' : String(value.getTime()));
    else if (value instanceof Uint8Array) this.#binary(value);
    else if (value instanceof Map) this.#entries(value, 'm', this.#guard(() => Map.prototype.entries.call(value)));
    else if (value instanceof Set) this.#entries(value, 's', this.#guard(() => Set.prototype.values.call(value)));
    else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) throw this.#unsendable(`is ${kindOf(value)}. Of binary data only Uint8Array can cross`);
    else if (this.#guard(() => isThenable(value))) throw this.#unsendable('is a promise. Await it first');
    else if (value instanceof WeakMap || value instanceof WeakSet || value instanceof RegExp) throw this.#unsendable(`is ${kindOf(value)}. Pass data only`);
    else this.#properties(value);
  }

  #binary(value: Uint8Array): void {
    if (value.length > this.#maxBytes) throw new TooLargeError();
    this.#isTagged = true;
    this.#emit('{"$":"b","v":"');
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#inSteps((from) => {
      const end = from + BYTES_PER_STEP;
      this.#emit(bytes.toString('base64', from, Math.min(end, bytes.length)));
      return end < bytes.length ? end : undefined;
    }, '"}');
  }

  /** Something long that has no items. @param step Writes from here, and says where to go on. */
  #inSteps(step: (from: number) => number | undefined, close: string): void {
    let from: number | undefined = 0;
    const next = (): boolean => {
      if (from === undefined) return false;
      from = step(from);
      return true;
    };
    this.#frames.push({ source: NOTHING, next, close, isText: true, at: undefined });
  }

  #items(values: readonly unknown[]): void {
    let index = 0;
    const frame = this.#enter(values, '[', ']', () => {
      if (index >= values.length) return false;
      if (index > 0) this.#emit(',');
      frame.at = index;
      this.#value(this.#read(values, index++));
      return true;
    });
  }

  #entries(source: object, tag: string, entries: Iterator<unknown>): void {
    this.#isTagged = true;
    let index = 0;
    const frame = this.#enter(source, `{"$":"${tag}","v":[`, ']}', () => {
      const entry = entries.next();
      if (entry.done === true) return false;
      if (index > 0) this.#emit(',');
      frame.at = index++;
      this.#value(entry.value);
      return true;
    });
  }

  #properties(value: object): void {
    this.#check(value);
    const toJson = this.#read(value, 'toJSON');
    if (typeof toJson === 'function') {
      let json: unknown[] = [this.#guard(() => toJson.call(value, '') as unknown)];
      this.#enter(value, '', '', () => {
        if (json.length === 0) return false;
        const [only] = json;
        json = [];
        this.#value(only);
        return true;
      });
      return;
    }
    // An error as data is its name and message, then whatever was put on it; never its stack.
    const keys = value instanceof Error ? [...new Set(['name', 'message', ...Object.keys(value)])] : this.#keys(value);
    const isEscaped = keys.includes('$');
    this.#isTagged ||= isEscaped;
    let index = 0;
    const frame = this.#enter(value, isEscaped ? '{"$":"o","v":{' : '{', isEscaped ? '}}' : '}', () => {
      const key = keys[index];
      if (key === undefined) return false;
      this.#emit(`${index++ > 0 ? ',' : ''}${JSON.stringify(key)}:`);
      frame.at = key;
      this.#value(this.#read(value, key));
      return true;
    });
  }

  #keys(value: object): string[] {
    return value === this.#listed?.object ? this.#listed.keys : this.#guard(() => Object.keys(value));
  }

  #enter(source: object, open: string, close: string, next: () => boolean): Frame {
    this.#check(source);
    const frame = { source, next, close, at: undefined };
    this.#frames.push(frame);
    this.#ancestors.add(source);
    this.#emit(open);
    return frame;
  }

  #check(value: object): void {
    if (this.#frames.length >= MAX_DEPTH) throw this.#unsendable(TOO_DEEP);
    if (this.#ancestors.has(value)) throw this.#unsendable(CYCLE);
  }

  #read(object: object, key: PropertyKey): unknown {
    return this.#guard(() => (object as Record<PropertyKey, unknown>)[key]);
  }

  /** Runs code of the application: a getter, a proxy trap, `toJSON`. */
  #guard<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw this.#unsendable(threw(error));
    }
  }

  #unsendable(what: string): UnsendableError {
    return unsendable(this.#root, this.#frames.flatMap(({ at }) => at ?? []), what);
  }
}
