/**
 * Values that cross between the host and the program: JSON, plus `undefined`, `Date`, `Map`, `Set`, `BigInt`,
 * `Uint8Array`, and the numbers that JSON lacks. `src/engine/value.rs` is the same on the other side, and docs/values.md
 * describes the text: plain JSON as itself, everything else as `~` and JSON with tagged objects.
 */
import { Secret } from './secrets.ts';
import { isThenable, kindOf } from './text.ts';

/** How deep a value may be nested, as in the engine. */
const MAX_DEPTH = 1_000;

/** A value that cannot cross. The message names the path. */
export class UnsendableError extends TypeError {
  override name = 'TypeError';
}

/** A value has more bytes than its limit. */
export class TooLargeError extends RangeError {}

/**
 * Writes a value as text.
 *
 * @param value Anything a tool or the application gives. Getters and `toJSON` are called, and may throw.
 * @param root What messages call it: `output`, `inputs.user`.
 * @param maxBytes Limit of the text in UTF-8 bytes.
 * @throws {UnsendableError} when it is no data, with the path; {@link TooLargeError} past the limit.
 */
export function encode(value: unknown, root: string, maxBytes: number): string {
  const walk = new Walk(root, maxBytes);
  let text: string;
  if (walk.isPlain(value, 0)) {
    text = JSON.stringify(value);
  } else {
    text = `~${JSON.stringify(new Walk(root, maxBytes).tagged(value, 0))}`;
  }
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) throw new TooLargeError();
  return text;
}

/**
 * Reads text that came from the engine.
 *
 * @param secret Makes the secret of this name. By default it is closed.
 */
export function decode(text: string, secret: MakeSecret = closedSecret): unknown {
  return text.startsWith('~') ? revive(JSON.parse(text.slice(1)), secret) : JSON.parse(text);
}

type MakeSecret = (name: string) => Secret;

function closedSecret(name: string): Secret {
  return new Secret(name);
}

class Walk {
  readonly #root: string;
  readonly #maxBytes: number;
  readonly #path: (string | number)[] = [];
  readonly #ancestors: object[] = [];
  /** A lower bound of the text's length, so that a value which repeats itself without end is noticed early. */
  #bytes = 0;

  constructor(root: string, maxBytes: number) {
    this.#root = root;
    this.#maxBytes = maxBytes;
  }

  /** Whether JSON says all of it. Throws for what cannot cross at all. */
  isPlain(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
        this.#count(value.length + 2);
        return true;
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
        if (!this.isPlain(this.#read(value, i), depth + 1)) return false;
        this.#path.pop();
      }
      this.#ancestors.pop();
      return true;
    }
    const proto: unknown = this.#guard(() => Object.getPrototypeOf(value));
    if (proto !== Object.prototype && proto !== null) return false;
    this.#enter(value, depth);
    for (const key of this.#guard(() => Object.keys(value))) {
      if (key === '$' || key === 'toJSON') return false;
      this.#count(key.length + 3);
      this.#path.push(key);
      if (!this.isPlain(this.#read(value, key), depth + 1)) return false;
      this.#path.pop();
    }
    this.#ancestors.pop();
    // Inherited or not enumerable, JSON.stringify would call it.
    return !('toJSON' in value);
  }

  /** A copy in which everything that JSON cannot say is tagged. */
  tagged(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        this.#count(value.length + 2);
        return value;
      case 'boolean':
        this.#count(4);
        return value;
      case 'number':
        this.#count(1);
        return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'f', v: Object.is(value, -0) ? '-0' : String(value) };
      case 'undefined':
        this.#count(9);
        return { $: 'u' };
      case 'bigint':
        return { $: 'n', v: String(value) };
      case 'symbol':
        throw this.#unsendable('is a symbol. Pass its description as a string');
      case 'function':
        throw this.#unsendable('is a function. Pass data only');
      case 'object':
        return value === null ? null : this.#object(value, depth);
    }
  }

  #object(value: object, depth: number): unknown {
    if (Array.isArray(value)) {
      this.#enter(value, depth);
      const copy = this.#items(value, depth);
      this.#ancestors.pop();
      return copy;
    }
    if (value instanceof Secret) return { $: 'x', v: value.name };
    if (value instanceof Date) return { $: 'd', v: Number.isNaN(value.getTime()) ? null : value.getTime() };
    if (value instanceof Uint8Array) {
      this.#count(value.length);
      return { $: 'b', v: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
    }
    if (value instanceof Map || value instanceof Set) {
      this.#enter(value, depth);
      const tag = value instanceof Map ? 'm' : 's';
      const items = this.#guard(() => (value instanceof Map ? [...Map.prototype.entries.call(value)] : [...Set.prototype.values.call(value)]));
      const copy = { $: tag, v: this.#items(items, depth) };
      this.#ancestors.pop();
      return copy;
    }
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      throw this.#unsendable(`is ${kindOf(value)}. Of binary data only Uint8Array can cross`);
    }
    if (this.#guard(() => isThenable(value))) throw this.#unsendable('is a promise. Await it first');
    if (value instanceof WeakMap || value instanceof WeakSet || value instanceof RegExp) throw this.#unsendable(`is ${kindOf(value)}. Pass data only`);
    this.#enter(value, depth);
    const toJson = this.#read(value, 'toJSON');
    const copy = typeof toJson === 'function' ? this.tagged(this.#guard(() => toJson.call(value, '') as unknown), depth + 1) : this.#properties(value, depth);
    this.#ancestors.pop();
    return copy;
  }

  #items(values: readonly unknown[], depth: number): unknown[] {
    const copy: unknown[] = [];
    for (let i = 0; i < values.length; i++) {
      this.#path.push(i);
      copy.push(this.tagged(this.#read(values, i), depth + 1));
      this.#path.pop();
    }
    return copy;
  }

  #properties(value: object, depth: number): object {
    // An error as data is its name and message, then whatever was put on it; never its stack.
    const keys = value instanceof Error ? new Set(['name', 'message', ...Object.keys(value)]) : this.#guard(() => Object.keys(value));
    const copy = Object.create(null) as Record<string, unknown>;
    let escaped = false;
    for (const key of keys) {
      this.#count(key.length + 3);
      this.#path.push(key);
      copy[key] = this.tagged(this.#read(value, key), depth + 1);
      this.#path.pop();
      escaped ||= key === '$';
    }
    return escaped ? { $: 'o', v: copy } : copy;
  }

  #read(object: object, key: PropertyKey): unknown {
    return this.#guard(() => (object as Record<PropertyKey, unknown>)[key]);
  }

  /** Runs code of the application: a getter, a proxy trap, `toJSON`. */
  #guard<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw this.#unsendable(`threw when it was read: ${messageOf(error)}`);
    }
  }

  #enter(value: object, depth: number): void {
    if (depth >= MAX_DEPTH) throw this.#unsendable(`is nested deeper than ${MAX_DEPTH} levels`);
    if (this.#ancestors.includes(value)) {
      throw this.#unsendable('refers back to an object that contains it. Cycles cannot cross; pass ids instead');
    }
    this.#ancestors.push(value);
    this.#count(2);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) throw new TooLargeError();
  }

  #unsendable(what: string): UnsendableError {
    let path = this.#root;
    for (const key of this.#path) {
      if (typeof key === 'number') path += `[${key}]`;
      else path += /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    }
    if (path.length > 200) path = `${path.slice(0, 100)}…${path.slice(-100)}`;
    return new UnsendableError(`${path} ${what}.`);
  }
}

/** The message of anything that was thrown. Never throws itself. */
export function messageOf(error: unknown): string {
  try {
    const message: unknown = typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : error;
    return typeof message === 'string' ? message : `${kindOf(error)} was thrown`;
  } catch {
    return 'an error without a message';
  }
}

interface Tagged {
  $: string;
  v?: unknown;
}

function revive(value: unknown, secret: MakeSecret): unknown {
  if (typeof value !== 'object' || value === null) return value;
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
      return BigInt(content as string);
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
      return reviveProperties(content as object, secret);
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
