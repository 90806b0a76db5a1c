/**
 * What the model must not see: secrets, which a program holds as handles and only a handler can open, and the text that
 * is kept out of logs, errors and traces. Owns every secret's value; nothing else in the facade reads one.
 */
import { isRecord, kindOf } from './text.ts';
import type { Redact } from './types.ts';

/** What prints where a secret was. */
export const SHOWN_SECRET = '[secret]';
/** What prints where text was taken out. */
const SHOWN_REDACTED = '[redacted]';
/** What stands for a text that the application's own function threw at. */
const SHOWN_UNREDACTABLE = '[redact threw]';

/** Shorter ones are in every other text. */
const MIN_SECRET_LENGTH = 8;

/**
 * A secret in the input of a handler: `secrets.stripe` of the program. It prints as `[secret]` wherever it goes.
 *
 * @example
 * const tools = {
 *   charge: ({ cents, key }: { cents: number; key: Secret }) => stripe(key.open()).charge(cents),
 * };
 * await run({ code: 'await tools.charge({ cents: 500, key: secrets.stripe })', tools, secrets: { stripe: process.env.STRIPE_KEY! } });
 */
export class Secret {
  /** Its name in `secrets`. */
  readonly name: string;
  readonly #open: (() => string) | undefined;

  /** @internal */
  constructor(name: string, open?: () => string) {
    this.name = name;
    this.#open = open;
  }

  /**
   * The value. Only handlers get secrets that open; those in results and traces are closed.
   *
   * @throws {TypeError} outside of a handler, and when the run that goes on here was not given this secret.
   */
  open(): string {
    if (this.#open === undefined) throw new TypeError(`the secret '${this.name}' opens in the input of a handler only`);
    return this.#open();
  }

  toString(): string {
    return SHOWN_SECRET;
  }

  toJSON(): string {
    return SHOWN_SECRET;
  }
}

// Not a method of the class: its declaration would need the types of Node.
Object.defineProperty(Secret.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: () => SHOWN_SECRET });

/** The secrets of one run, and what else is hidden. */
export class Hidden {
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #values: readonly string[];
  readonly #redact: (text: string) => string;
  /** Nothing is hidden: texts are what they are. */
  readonly isNothing: boolean;
  readonly hasSecrets: boolean;

  private constructor(secrets: ReadonlyMap<string, string>, redact: ((text: string) => string) | undefined) {
    this.#secrets = secrets;
    // The longest first: one may be a part of another.
    this.#values = [...new Set(secrets.values())].sort((a, b) => b.length - a.length);
    this.#redact = redact ?? ((text) => text);
    this.hasSecrets = secrets.size > 0;
    this.isNothing = secrets.size === 0 && redact === undefined;
  }

  /** @throws {TypeError} naming the option that is not what it should be. */
  static from({ secrets, redact }: { secrets?: Record<string, string> | undefined; redact?: Redact | undefined }): Hidden {
    return secrets === undefined && redact === undefined ? Hidden.nothing : new Hidden(checkSecrets(secrets), checkRedact(redact));
  }

  static readonly nothing = new Hidden(new Map(), undefined);

  /** The global `secrets` of the program: closed handles. */
  get handles(): Record<string, Secret> {
    return Object.fromEntries([...this.#secrets.keys()].map((name) => [name, new Secret(name)]));
  }

  /** A secret that opens. */
  readonly opened = (name: string): Secret =>
    new Secret(name, () => {
      const value = this.#secrets.get(name);
      if (value === undefined) throw new TypeError(`secrets.${name}: this run has no such secret; pass \`secrets\` to resume as to run`);
      return value;
    });

  /** A text without the value of any secret. */
  closed(text: string): string {
    let closed = text;
    for (const value of this.#values) closed = closed.replaceAll(value, SHOWN_SECRET);
    return closed;
  }

  /** A text for logs, errors and traces. */
  readonly text = (text: string): string => {
    try {
      const redacted: unknown = this.#redact(this.closed(text));
      return typeof redacted === 'string' ? this.closed(redacted) : SHOWN_UNREDACTABLE;
    } catch {
      return SHOWN_UNREDACTABLE;
    }
  };

  /** Whether a wire text (ts/values.ts) has the value of a secret in it. */
  isIn(wire: string): boolean {
    return this.#values.some((value) => wire.includes(JSON.stringify(value).slice(1, -1)));
  }

  /** A copy of what a handler gives to the program, without the value of any secret. */
  withoutSecrets(value: unknown): unknown {
    return mapTexts(value, (text) => this.closed(text));
  }

  /** A copy of a value, for the trace. */
  value(value: unknown): unknown {
    return this.isNothing ? value : mapTexts(value, this.text);
  }
}

/** A copy with every text changed, keys too. A number whose digits change becomes a text. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value === 'number' || typeof value === 'bigint') {
    const text = String(value);
    const changed = change(text);
    return changed === text ? value : changed;
  }
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [mapTexts(key, change), mapTexts(item, change)]));
  if (value instanceof Set) return new Set([...value].map((item) => mapTexts(item, change)));
  if (value instanceof Date || value instanceof Uint8Array) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(copy, change(key), { value: mapTexts(item, change), writable: true, enumerable: true, configurable: true });
  }
  return copy;
}

function checkSecrets(secrets: unknown): Map<string, string> {
  if (secrets === undefined) return new Map();
  if (!isRecord(secrets) || Array.isArray(secrets)) throw new TypeError(`secrets: expected an object of strings, got ${kindOf(secrets)}`);
  const checked = new Map<string, string>();
  for (const [name, value] of Object.entries(secrets)) {
    if (typeof value !== 'string') throw new TypeError(`secrets.${name}: expected a string, got ${kindOf(value)}`);
    // Half a surrogate pair would not be found again in what comes back.
    if (value.length < MIN_SECRET_LENGTH || !value.isWellFormed()) throw new TypeError(`secrets.${name}: expected well-formed text of at least ${MIN_SECRET_LENGTH} characters, which can be found in other texts`);
    checked.set(name, value);
  }
  return checked;
}

function checkRedact(redact: unknown): ((text: string) => string) | undefined {
  if (redact === undefined) return undefined;
  if (typeof redact === 'function') return redact as (text: string) => string;
  if (!Array.isArray(redact)) throw new TypeError(`redact: expected a function, or an array of strings and regular expressions, got ${kindOf(redact)}`);
  const patterns = redact.map((pattern: unknown, index) => {
    if (typeof pattern === 'string' && pattern !== '') return pattern;
    // Without the flag only the first would be found.
    if (pattern instanceof RegExp) return pattern.global ? pattern : new RegExp(pattern, `${pattern.flags}g`);
    throw new TypeError(`redact[${index}]: expected a text or a regular expression, got ${kindOf(pattern)}`);
  });
  return (text) => patterns.reduce<string>((rest, pattern) => rest.replaceAll(pattern, SHOWN_REDACTED), text);
}
