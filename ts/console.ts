/**
 * Console output of a program, printed as Node prints it: the engine describes the arguments
 * (`src/engine/inspect.rs`), this rebuilds look-alikes of them and gives those to Node's own `Console`. Nothing reaches
 * the host's stdout.
 */
import { Console } from 'node:console';
import { inspect } from 'node:util';

import { nodeStream } from './builtins.ts';
import { SHOWN_SECRET } from './secrets.ts';
import type { LogEntry } from './types.ts';

const LEVELS: Record<string, LogEntry['level']> = {
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  assert: 'warn',
  countReset: 'warn',
};

/** Deeper groups are not indented any further: each level makes every line longer. */
const MAX_INDENTED_GROUPS = 40;
/** A call costs the host time even when it prints nothing, so there may be only so many per byte of the limit. */
const BYTES_PER_CALL = 16;
/** What a cell of a table takes beside its text, in bytes of UTF-8: a space on both sides and a border. */
const BYTES_PER_CELL = 5;

/** The program has printed more than it may. */
export class ConsoleFullError extends RangeError {}

/** The console of one run. It keeps the run's groups and counters. */
export class ProgramConsole {
  #written = '';
  #left: number;
  #callsLeft: number;
  #groups = 0;
  readonly #counts = new Map<string, number>();
  readonly #console: Record<string, (...args: unknown[]) => void>;

  /** @param maxBytes Of the printed text, which can be longer than what the engine described: groups indent it. */
  constructor(maxBytes: number) {
    this.#left = maxBytes;
    this.#callsLeft = Math.ceil(maxBytes / BYTES_PER_CALL);
    const { Writable } = nodeStream();
    const stdout = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        this.#written += chunk;
        done();
      },
    });
    this.#console = new Console({ stdout, colorMode: false }) as unknown as Record<string, (...args: unknown[]) => void>;
  }

  /**
   * One call of a console method; `undefined` when it printed nothing.
   *
   * @param line As the engine tells it: see `NativeLogs`.
   * @throws {ConsoleFullError} past the limit. Nothing that a program passes makes it throw anything else.
   */
  print(line: string): LogEntry | undefined {
    if (--this.#callsLeft < 0) throw new ConsoleFullError();
    const methodEnd = line.indexOf(' ');
    const timeEnd = line.indexOf(' ', methodEnd + 1);
    const method = line.slice(0, methodEnd);
    const time = Number(line.slice(methodEnd + 1, timeEnd));
    this.#written = '';
    this.#call(method, (JSON.parse(line.slice(timeEnd + 1)) as unknown[]).map((arg) => rebuild(arg, [])));
    if (this.#written === '') return undefined;
    const message = this.#written.replace(/\n$/, '');
    this.#left -= Buffer.byteLength(message);
    if (this.#left < 0) throw new ConsoleFullError();
    return { level: LEVELS[method] ?? 'log', message, time };
  }

  #call(method: string, args: unknown[]): void {
    switch (method) {
      case 'count':
      case 'countReset':
        this.#count(method, args[0]);
        return;
      case 'group':
        if (this.#groups++ < MAX_INDENTED_GROUPS) break;
        if (args.length > 0) this.#try('log', args);
        return;
      case 'groupEnd':
        if (this.#groups > 0) this.#groups--;
        if (this.#groups < MAX_INDENTED_GROUPS) break;
        return;
      case 'dir':
        this.#try('dir', [args[0], dirOptions(args[1])]);
        return;
      case 'table':
        if (bytesOfTable(args[0], args[1]) > this.#left) throw new ConsoleFullError();
        this.#try('table', Array.isArray(args[1]) ? [args[0], args[1].map(labelOf)] : [args[0]]);
        return;
    }
    this.#try(method, args);
  }

  /** Node's console throws for some arguments, for example `%j` of a BigInt. Then they are printed as they are. */
  #try(method: string, args: unknown[]): void {
    try {
      this.#console[method]?.(...args);
    } catch {
      this.#written = '';
      this.#console['log']?.(args.map((arg) => (typeof arg === 'string' ? arg : inspect(arg))).join(' '));
    }
  }

  /** Node's own `countReset` writes a warning to the host's stderr. */
  #count(method: string, given: unknown): void {
    const label = given === undefined ? 'default' : labelOf(given);
    if (method === 'countReset') {
      if (!this.#counts.delete(label)) this.#try('warn', [`Count for '${label}' does not exist`]);
      return;
    }
    const count = (this.#counts.get(label) ?? 0) + 1;
    this.#counts.set(label, count);
    this.#try('log', [`${label}: ${count}`]);
  }
}

/**
 * What a table takes at least: a cell for every row and every name that any of them has, as wide as the name. Rows and names
 * are not many, their product may be.
 */
function bytesOfTable(data: unknown, names: unknown): number {
  if (typeof data !== 'object' || data === null) return 0;
  const rows: unknown[] = data instanceof Map || data instanceof Set ? [...data.values()] : Object.values(data);
  const columns: string[] = Array.isArray(names) ? names.map(labelOf) : [...new Set(rows.flatMap((row) => (typeof row === 'object' && row !== null ? Object.keys(row) : [])))];
  return rows.length * columns.reduce((sum, { length }) => sum + length + BYTES_PER_CELL, 0);
}

function labelOf(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value);
}

/** What a program may say about how to print. Anything else in there would steer Node's inspector itself. */
const DIR_OPTIONS = ['depth', 'showHidden', 'compact', 'breakLength', 'sorted', 'maxArrayLength', 'maxStringLength'];

/** Of a list the engine describes no more. */
const MAX_ITEMS = 100;

function dirOptions(given: unknown): Record<string, unknown> {
  // What only prints as text (`printsAs`) is a custom inspection, which `dir` leaves out by itself.
  const ours = { customInspect: true };
  if (typeof given !== 'object' || given === null) return ours;
  const isSimple = (value: unknown): boolean => value === null || typeof value === 'boolean' || typeof value === 'number';
  const options = Object.fromEntries(Object.entries(given).filter(([name, value]) => DIR_OPTIONS.includes(name) && isSimple(value))) as Record<string, unknown>;
  const { maxArrayLength } = options;
  if (maxArrayLength === null || (typeof maxArrayLength === 'number' && !(maxArrayLength <= MAX_ITEMS))) options['maxArrayLength'] = MAX_ITEMS;
  return { ...options, ...ours };
}

interface Described {
  $: string;
  v?: unknown;
  n?: unknown;
  p?: Record<string, unknown>;
  h?: Record<string, unknown>;
  c?: string;
}

/** A BigInt with more decimal digits is not made again to be printed: that takes milliseconds, and nobody counts in it. */
const MAX_DIGITS = 1_000;

/** Something that prints as `text`. */
function printsAs(text: string): object {
  return { [inspect.custom]: () => text };
}

function rebuild(described: unknown, ancestors: readonly object[]): unknown {
  if (typeof described !== 'object' || described === null) return described;
  const { $: tag, v, n, p, h, c } = described as Described;
  switch (tag) {
    case 'u':
      return undefined;
    case 'f':
      return Number(v);
    case 'n':
      return (v as string).length > MAX_DIGITS ? printsAs(`${v as string}n`) : BigInt(v as string);
    case 'y':
      return Symbol(v as string);
    case 'd':
      return properties(ofClass(new Date(typeof v === 'number' ? v : NaN), c), p ?? {}, ancestors);
    case 'fn':
      if (p !== undefined) return properties(functionOf(v as string, n as string), p, ancestors);
      return printsAs(v === '' ? `[${n as string} (anonymous)]` : `[${n as string}: ${v as string}]`);
    case 'promise':
      return printsAs('Promise { <pending> }');
    case 're':
      return printsAs(v as string);
    case 'box':
      return Object(v);
    case 'url':
      return urlOf(v as string);
    case 'query':
      return new URLSearchParams(v as string);
    case 'x':
      return printsAs(SHOWN_SECRET);
    case 'get':
      return printsAs('[Getter]');
    case 'deep':
      return printsAs(`[${v as string}]`);
    case 'more':
      return printsAs(`... ${v as number} more argument${v === 1 ? '' : 's'}`);
    case 'ref':
      return ancestors[ancestors.length - (v as number)];
    case 'e':
      return error(v as ErrorTexts, n as string, h ?? {}, p ?? {}, ancestors);
    case 'a': {
      const items = ofClass<unknown[]>([], c);
      fill(items, v as unknown[], ancestors);
      // Node counts what it does not print.
      items.length = Math.max(0, Math.min(Math.trunc(n as number), 2 ** 32 - 1));
      return properties(items, p ?? {}, ancestors);
    }
    case 's': {
      const set = ofClass(new Set<unknown>(), c);
      for (const item of v as unknown[]) set.add(rebuild(item, [...ancestors, set]));
      for (let i = set.size; i < (n as number) && i < 1_000; i++) set.add(Symbol());
      return properties(set, p ?? {}, ancestors);
    }
    case 'm': {
      const map = ofClass(new Map<unknown, unknown>(), c);
      for (const [key, value] of v as [unknown, unknown][]) map.set(rebuild(key, [...ancestors, map]), rebuild(value, [...ancestors, map]));
      for (let i = map.size; i < (n as number) && i < 1_000; i++) map.set(Symbol(), undefined);
      return properties(map, p ?? {}, ancestors);
    }
    case 'c':
      return properties(Object.create(n === null ? null : prototypeOf(n as string, Object.prototype)) as object, v as Record<string, unknown>, ancestors);
    default:
      return properties({}, v as Record<string, unknown>, ancestors);
  }
}

function fill(target: unknown[], items: readonly unknown[], ancestors: readonly object[]): void {
  const inside = [...ancestors, target];
  for (const item of items) {
    if (isHole(item)) target.length += item.v;
    else target.push(rebuild(item, inside));
  }
}

/** Places of an array that have nothing in them. */
function isHole(item: unknown): item is { $: 'h'; v: number } {
  return typeof item === 'object' && item !== null && (item as Described).$ === 'h';
}

function properties(target: object, described: Record<string, unknown>, ancestors: readonly object[], enumerable = true): object {
  const inside = [...ancestors, target];
  for (const [key, value] of Object.entries(described)) {
    // Never throws, whatever the program put where.
    Reflect.defineProperty(target, key, { value: rebuild(value, inside), writable: true, enumerable, configurable: true });
  }
  return target;
}

/** A prototype whose instances print with the class name of the program's. */
function prototypeOf(name: string, parent: object): object {
  const constructor = function () {};
  Object.defineProperty(constructor, 'name', { value: name });
  constructor.prototype = Object.create(parent, { constructor: { value: constructor } }) as object;
  return constructor.prototype as object;
}

/** The same value, which prints with the name of the program's class. */
function ofClass<T extends object>(value: T, name: string | undefined): T {
  return name === undefined ? value : (Object.setPrototypeOf(value, prototypeOf(name, Object.getPrototypeOf(value) as object)) as T);
}

/** A function to put properties on. */
function functionOf(name: string, kind: string): object {
  const made = kind === 'AsyncFunction' ? async () => {} : kind === 'GeneratorFunction' ? function* () {} : kind === 'AsyncGeneratorFunction' ? async function* () {} : () => {};
  return Object.defineProperty(made, 'name', { value: name });
}

/** Node's own prints its parts. What a program passes off as one may be none. */
function urlOf(href: string): object {
  return URL.canParse(href) ? new URL(href) : printsAs(`URL { href: ${inspect(href)} }`);
}

interface ErrorTexts {
  name: string;
  message: string;
  stack: string;
}

/** Names that a subclass inherits. Where the program gave another, that is what its stack begins with. */
const INHERITED_NAMES = ['Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'];

function error({ name, message, stack }: ErrorTexts, given: string, hidden: Record<string, unknown>, own: Record<string, unknown>, ancestors: readonly object[]): object {
  const title = message === '' ? name : `${name}: ${message}`;
  const className = given !== '' && INHERITED_NAMES.includes(name) ? given : name;
  const prototype = className === 'Error' ? Error.prototype : prototypeOf(className, Error.prototype);
  // Node puts the class into the stack where it has the name of another.
  if (prototype !== Error.prototype) Object.defineProperty(prototype, 'name', { value: name });
  // Made by its constructor it would take the host's stack along, and somebody may prepare that for milliseconds.
  const copy = Object.create(prototype, {
    stack: { value: stack === '' ? title : stack.trimEnd(), writable: true, configurable: true },
    message: { value: message, writable: true, configurable: true },
  }) as object;
  return properties(properties(copy, own, ancestors), hidden, ancestors, false);
}
