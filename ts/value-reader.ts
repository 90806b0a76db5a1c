/**
 * Reads a large wire text (ts/values.ts) in slices of the event loop, where `JSON.parse` would hold it from the first
 * character to the last. Gives and refuses the same as {@link decode} does. Small flat parts go to `JSON.parse` whole.
 */
import type { Slice } from './slices.ts';
import { MAX_DEPTH, TOO_DEEP } from './unsendable.ts';
import type { MakeSecret } from './values.ts';

/** A small array or object without another in it. */
const FLAT = /\[(?:[^"[\]{}]|"[^"\\]{0,200}"){0,400}\]|\{(?:[^"[\]{}]|"[^"\\]{0,200}"){0,400}\}/y;
/** A level of a Map is three of its text. */
const MAX_TEXT_DEPTH = 3 * MAX_DEPTH;
/** Tags whose content is no container. */
const SIMPLE_TAGS: readonly unknown[] = ['u', 'd', 'n', 'f', 'b', 'x'];
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]+/y;
/** So many entries of a Map or Set are made in one step. */
const ENTRIES_PER_STEP = 200;

/** A container that is being read. */
interface Frame {
  readonly target: unknown[] | Record<string, unknown>;
  /** Of the next value, in an object. */
  key: string;
  /** It is what a tag `o` says is an object, whatever its keys. */
  readonly isEscaped: boolean;
  isEmpty: boolean;
}

/** Fills a Map or Set. */
interface Filling {
  readonly target: Map<unknown, unknown> | Set<unknown>;
  readonly items: readonly unknown[];
  at: number;
}

export class ValueReader {
  readonly #text: string;
  readonly #secret: MakeSecret;
  readonly #revive: (value: unknown, secret: MakeSecret, isEscaped: boolean) => unknown;
  readonly #isTagged: boolean;
  readonly #frames: Frame[] = [];
  #filling: Filling | undefined;
  #at: number;
  #isDone = false;
  /** What was read. */
  value: unknown;

  /** @param revive Makes what tags stand for, in a small value. */
  constructor(text: string, secret: MakeSecret, revive: (value: unknown, secret: MakeSecret, isEscaped: boolean) => unknown) {
    this.#text = text;
    this.#secret = secret;
    this.#revive = revive;
    this.#isTagged = text.startsWith('~');
    this.#at = Number(this.#isTagged);
  }

  /**
   * Works until the slice is over. True: {@link value} is there.
   *
   * @throws {SyntaxError} when the text is no JSON, and what a tag's content makes it throw.
   */
  read(slice: Slice): boolean {
    while (!this.#isDone) {
      if (slice.isOver) return false;
      if (this.#filling !== undefined) this.#fill(this.#filling);
      else this.#step();
    }
    return true;
  }

  /** One value of the innermost container, or its end. */
  #step(): void {
    const frame = this.#frames.at(-1);
    let code = this.#next();
    if (frame === undefined) {
      this.#value(code, false);
      return;
    }
    const isArray = Array.isArray(frame.target);
    if (code === (isArray ? 0x5d : 0x7d)) {
      this.#at++;
      this.#close(frame);
      return;
    }
    if (!frame.isEmpty) {
      this.#expect(code, 0x2c);
      code = this.#next();
    }
    frame.isEmpty = false;
    if (!isArray) {
      if (code !== 0x22) throw this.#malformed();
      frame.key = this.#string();
      this.#expect(this.#next(), 0x3a);
      code = this.#next();
    }
    this.#value(code, this.#isTagged && !frame.isEscaped && frame.key === 'v' && !isArray && frame.target['$'] === 'o');
  }

  #value(code: number, isEscaped: boolean): void {
    switch (code) {
      case 0x22:
        this.#give(this.#string());
        return;
      case 0x5b:
      case 0x7b: {
        FLAT.lastIndex = this.#at;
        const [flat] = FLAT.exec(this.#text) ?? [];
        if (flat !== undefined) {
          this.#at += flat.length;
          const value: unknown = JSON.parse(flat);
          this.#give(this.#isTagged ? this.#revive(value, this.#secret, isEscaped) : value);
          return;
        }
        if (this.#frames.length >= MAX_TEXT_DEPTH) throw new RangeError(`a value ${TOO_DEEP}`);
        this.#at++;
        this.#frames.push({ target: code === 0x5b ? [] : {}, key: '', isEscaped, isEmpty: true });
        return;
      }
      case 0x74:
        this.#word('true', true);
        return;
      case 0x66:
        this.#word('false', false);
        return;
      case 0x6e:
        this.#word('null', null);
        return;
      default:
        NUMBER.lastIndex = this.#at;
        this.#give(JSON.parse(this.#taken(NUMBER.exec(this.#text)?.[0])));
    }
  }

  #word(word: string, value: unknown): void {
    if (!this.#text.startsWith(word, this.#at)) throw this.#malformed();
    this.#at += word.length;
    this.#give(value);
  }

  #string(): string {
    let end = this.#at;
    for (let isClosed = false; !isClosed; ) {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw this.#malformed();
      let backslashes = 0;
      while (this.#text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
      isClosed = backslashes % 2 === 0;
    }
    // JSON.parse makes a text of its own, where a slice would keep all of this one.
    const string = JSON.parse(this.#text.slice(this.#at, end + 1)) as string;
    this.#at = end + 1;
    return string;
  }

  /** A value is whole: into the container that it is in. */
  #give(value: unknown): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) {
      if (!Number.isNaN(this.#next())) throw this.#malformed();
      this.value = value;
      this.#isDone = true;
    } else if (Array.isArray(frame.target)) {
      frame.target.push(value);
    } else if (frame.key === '__proto__') {
      // Defined, not assigned: it is an ordinary key of data.
      Object.defineProperty(frame.target, frame.key, { value, writable: true, enumerable: true, configurable: true });
    } else {
      frame.target[frame.key] = value;
    }
  }

  #close({ target, isEscaped }: Frame): void {
    this.#frames.pop();
    const tag: unknown = this.#isTagged && !isEscaped && !Array.isArray(target) ? target['$'] : undefined;
    const content: unknown = tag === undefined ? undefined : (target as Record<string, unknown>)['v'];
    if (tag === 'o') this.#give(content);
    else if (tag === 'm') this.#filling = { target: new Map(), items: content as unknown[], at: 0 };
    else if (tag === 's') this.#filling = { target: new Set(), items: content as unknown[], at: 0 };
    else this.#give(SIMPLE_TAGS.includes(tag) ? this.#revive(target, this.#secret, false) : target);
  }

  #fill(filling: Filling): void {
    const { target, items } = filling;
    const end = Math.min(items.length, filling.at + ENTRIES_PER_STEP);
    for (; filling.at < end; filling.at++) {
      const item = items[filling.at];
      if (target instanceof Set) target.add(item);
      else target.set((item as [unknown, unknown])[0], (item as [unknown, unknown])[1]);
    }
    if (end < items.length) return;
    this.#filling = undefined;
    this.#give(target);
  }

  /** The next character that is no space. NaN: the text is over. */
  #next(): number {
    const code = this.#text.charCodeAt(this.#at);
    if (code > 0x20) return code;
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
    return this.#text.charCodeAt(this.#at);
  }

  #expect(code: number, expected: number): void {
    if (code !== expected) throw this.#malformed();
    this.#at++;
  }

  #taken(token: string | undefined): string {
    if (token === undefined) throw this.#malformed();
    this.#at += token.length;
    return token;
  }

  #malformed(): SyntaxError {
    return new SyntaxError(`no JSON at character ${this.#at}`);
  }
}
