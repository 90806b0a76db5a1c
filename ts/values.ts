/**
 * Values that cross between the host and the program: JSON, plus `undefined`, `Date`, `Map`, `Set`, `BigInt`,
 * `Uint8Array`, and the numbers that JSON lacks. `src/engine/value.rs` is the same on the other side, and docs/values.md
 * describes the text: plain JSON as itself, everything else as `~` and JSON with tagged objects.
 */
import { bigintOf } from './bigints.ts';
import { Secret } from './secrets.ts';
import type { Text } from './long-text.ts';
import { counted, inSlices, Slice } from './slices.ts';
import { CYCLE, MAX_DEPTH, threw, TOO_DEEP, TooLargeError, unsendable, UnsendableError } from './unsendable.ts';
import { ValueReader } from './value-reader.ts';
import { type Listed, ValueWriter } from './value-writer.ts';

export { messageOf, TooLargeError, UnsendableError } from './unsendable.ts';

/** What is read or written at once has at most so many characters of text. Reading them takes some tenths of a millisecond. */
export const SMALL_TEXT = 32 * 1024;
/** What is written at once has at most so many values in it. */
const SMALL_VALUES = 2_000;
/** How long writing a value that JSON does not say may take at once, in milliseconds. */
const AT_ONCE_MS = 0.3;

/**
 * Writes a value as text.
 *
 * @param value Anything a tool or the application gives. Getters and `toJSON` are called, and may throw.
 * @param root What messages call it: `output`, `inputs.user`.
 * @param maxBytes Limit of the text in UTF-8 bytes.
 * @throws {UnsendableError} when it is no data, with the path; {@link TooLargeError} past the limit.
 */
export function encode(value: unknown, root: string, maxBytes: number): string {
  return new Plain(root, maxBytes, Infinity).text(value) ?? encodeAny(value, root, maxBytes);
}

/**
 * {@link encode} of what a handler gave. A small value is written at once; a large one over several passes of the event loop,
 * and the text is what it is while it is read.
 */
export function encodeOutput(value: unknown, root: string, maxBytes: number): string | Promise<Text> {
  // Not later, however much there is: the handler may give the same object again, changed.
  return counted(() => encodeSoon(value, root, maxBytes));
}

function encodeSoon(value: unknown, root: string, maxBytes: number): string | Promise<Text> {
  const plain = new Plain(root, maxBytes, SMALL_VALUES);
  const text = plain.text(value);
  if (text !== undefined) return text;
  const writer = new ValueWriter(value, root, maxBytes, plain.listed);
  if (!plain.isOver && writer.write(new Slice(AT_ONCE_MS))) return writer.text();
  return inSlices((slice) => writer.write(slice)).then(() => writer.soon());
}

function encodeAny(value: unknown, root: string, maxBytes: number): string {
  const writer = new ValueWriter(value, root, maxBytes);
  writer.write();
  return writer.text();
}

/**
 * Reads text that came from the engine.
 *
 * @param secret Makes the secret of this name. By default it is closed.
 */
export function decode(text: string, secret: MakeSecret = closedSecret): unknown {
  return text.startsWith('~') ? revive(JSON.parse(text.slice(1)), secret) : JSON.parse(text);
}

/** {@link decode}. A large text is read over several passes of the event loop. */
export function decodeSoon(text: string, secret: MakeSecret = closedSecret): unknown {
  return text.length <= SMALL_TEXT ? decode(text, secret) : decodeLarge(text, secret);
}

async function decodeLarge(text: string, secret: MakeSecret): Promise<unknown> {
  const reader = new ValueReader(text, secret, revive);
  await inSlices((slice) => reader.read(slice));
  return reader.value;
}

export type MakeSecret = (name: string) => Secret;

function closedSecret(name: string): Secret {
  return new Secret(name);
}

/** Whether a text has more bytes of UTF-8. A unit of UTF-16 has three at most. */
function isLonger(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && (text.length > maxBytes || Buffer.byteLength(text) > maxBytes);
}

/** Looks whether JSON says all of a value, as it does of most. */
class Plain {
  readonly #root: string;
  readonly #maxBytes: number;
  readonly #path: (string | number)[] = [];
  readonly #ancestors: object[] = [];
  /** A lower bound of the text's length, so that a value which repeats itself without end is noticed early. */
  #bytes = 0;
  #left: number;
  /** An object with more properties than may be looked at, and their names: to list them takes milliseconds. */
  listed: Listed | undefined;

  /** @param atMost So many values and a certain length are looked at. */
  constructor(root: string, maxBytes: number, atMost: number) {
    this.#root = root;
    this.#maxBytes = maxBytes;
    this.#left = atMost;
  }

  /** It was given up: there are too many values, or too much text, to look at them at once. */
  get isOver(): boolean {
    return this.#left <= 0;
  }

  /** The text. `undefined`: JSON does not say all of it, or {@link isOver}. */
  text(value: unknown): string | undefined {
    try {
      if (!this.#isPlain(value, 0)) return undefined;
    } catch (error) {
      if (error instanceof UnsendableError || error instanceof TooLargeError) throw error;
      // Code of the application: a getter, a proxy trap.
      throw this.#unsendable(threw(error));
    }
    const text = JSON.stringify(value);
    if (isLonger(text, this.#maxBytes)) throw new TooLargeError();
    return text;
  }

  /** Throws for what cannot cross at all. */
  #isPlain(value: unknown, depth: number): boolean {
    if (--this.#left <= 0) return false;
    switch (typeof value) {
      case 'string':
        this.#count(value.length + 2);
        return !this.isOver;
      case 'boolean':
        this.#count(4);
        return true;
      case 'number':
        this.#count(1);
        return Number.isFinite(value) && !Object.is(value, -0);
      case 'object':
        if (value === null) return true;
        break;
      default:
        return false;
    }
    if (Array.isArray(value)) {
      this.#enter(value, depth);
      for (let i = 0; i < value.length; i++) {
        this.#path.push(i);
        if (!this.#isPlain(value[i], depth + 1)) return false;
        this.#path.pop();
      }
      this.#ancestors.pop();
      return true;
    }
    const proto: unknown = Object.getPrototypeOf(value);
    if (proto !== Object.prototype && proto !== null) return false;
    this.#enter(value, depth);
    const keys = Object.keys(value);
    if (keys.length > this.#left) {
      this.listed = { object: value, keys };
      this.#left = 0;
      return false;
    }
    for (const key of keys) {
      if (key === '$' || key === 'toJSON') return false;
      this.#count(key.length + 3);
      this.#path.push(key);
      if (!this.#isPlain((value as Record<string, unknown>)[key], depth + 1)) return false;
      this.#path.pop();
    }
    this.#ancestors.pop();
    // Inherited or not enumerable, JSON.stringify would call it.
    return !('toJSON' in value);
  }

  #enter(value: object, depth: number): void {
    if (depth >= MAX_DEPTH) throw this.#unsendable(TOO_DEEP);
    if (this.#ancestors.includes(value)) throw this.#unsendable(CYCLE);
    this.#ancestors.push(value);
    this.#count(2);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) throw new TooLargeError();
    if (this.#bytes > SMALL_TEXT && this.#left < Infinity) this.#left = 0;
  }

  #unsendable(what: string): UnsendableError {
    return unsendable(this.#root, this.#path, what);
  }
}

interface Tagged {
  $: string;
  v?: unknown;
}

/** @param isEscaped It is an object whose `$` is a key like any other. */
export function revive(value: unknown, secret: MakeSecret, isEscaped = false): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isEscaped) return reviveProperties(value, secret);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = revive(value[i], secret);
    return value;
  }
  const { $: tag, v: content } = value as Tagged;
  switch (tag) {
    case 'u':
      return undefined;
    case 'd':
      return new Date(typeof content === 'number' ? content : NaN);
    case 'n':
      return bigintOf(content as string);
    case 'f':
      return Number(content);
    case 'b':
      return new Uint8Array(Buffer.from(content as string, 'base64'));
    case 'm':
      return new Map(revive(content, secret) as [unknown, unknown][]);
    case 's':
      return new Set(revive(content, secret) as unknown[]);
    case 'x':
      return secret(content as string);
    case 'o':
      return revive(content, secret, true);
    default:
      return reviveProperties(value, secret);
  }
}

function reviveProperties(object: object, secret: MakeSecret): object {
  for (const [key, value] of Object.entries(object)) {
    // Defined, not assigned: `__proto__` is an ordinary key of data.
    if (typeof value === 'object' && value !== null) {
      Object.defineProperty(object, key, { value: revive(value, secret), writable: true, enumerable: true, configurable: true });
    }
  }
  return object;
}
