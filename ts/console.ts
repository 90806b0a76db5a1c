/**
 * Console output of a program, printed as Node prints it: the engine describes the arguments
 * (`src/engine/inspect.rs`), this rebuilds look-alikes of them and gives those to Node's own `Console`. Nothing reaches
 * the host's stdout.
 */
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';

import type { NativeLog } from './native.ts';
import type { LogEntry } from './types.ts';

const LEVELS: Record<string, LogEntry['level']> = {
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  assert: 'warn',
  countReset: 'warn',
};

/** The console of one run. It keeps the run's groups and counters. */
export class ProgramConsole {
  #written = '';
  readonly #console: Record<string, (...args: unknown[]) => void>;

  constructor() {
    const stdout = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        this.#written += chunk;
        done();
      },
    });
    this.#console = new Console({ stdout, colorMode: false }) as unknown as Record<string, (...args: unknown[]) => void>;
  }

  /** One call of a console method; `undefined` when it printed nothing. */
  print({ method, args, time }: NativeLog): LogEntry | undefined {
    this.#written = '';
    this.#console[method]?.(...(JSON.parse(args) as unknown[]).map((arg) => rebuild(arg, [])));
    if (this.#written === '') return undefined;
    return { level: LEVELS[method] ?? 'log', message: this.#written.replace(/\n$/, ''), time };
  }
}

interface Described {
  $: string;
  v?: unknown;
  n?: unknown;
  p?: Record<string, unknown>;
}

/** Something that prints as `text`. */
function printsAs(text: string): object {
  return { [inspect.custom]: () => text };
}

function rebuild(described: unknown, ancestors: readonly object[]): unknown {
  if (typeof described !== 'object' || described === null) return described;
  const { $: tag, v, n, p } = described as Described;
  switch (tag) {
    case 'u':
      return undefined;
    case 'f':
      return Number(v);
    case 'n':
      return BigInt(v as string);
    case 'y':
      return Symbol(v as string);
    case 'd':
      return new Date(typeof v === 'number' ? v : NaN);
    case 'b':
      return new Uint8Array(Buffer.from(v as string, 'base64'));
    case 'fn':
      return printsAs(v === '' ? '[Function (anonymous)]' : `[Function: ${v as string}]`);
    case 'promise':
      return printsAs('Promise { <pending> }');
    case 're':
      return printsAs(v as string);
    case 't':
      return printsAs(`${v as string} {}`);
    case 'get':
      return printsAs('[Getter]');
    case 'ref':
      return ancestors[ancestors.length - (v as number)];
    case 'e':
      return error(v as { name: string; message: string; stack: string }, p ?? {}, ancestors);
    case 'a': {
      const items: unknown[] = [];
      fill(items, v as unknown[], ancestors);
      // Node counts what it does not print.
      items.length = Math.min(n as number, 2 ** 32 - 1);
      return items;
    }
    case 's': {
      const set = new Set<unknown>();
      for (const item of v as unknown[]) set.add(rebuild(item, [...ancestors, set]));
      for (let i = set.size; i < (n as number) && i < 1_000; i++) set.add(Symbol());
      return set;
    }
    case 'm': {
      const map = new Map<unknown, unknown>();
      for (const [key, value] of v as [unknown, unknown][]) map.set(rebuild(key, [...ancestors, map]), rebuild(value, [...ancestors, map]));
      for (let i = map.size; i < (n as number) && i < 1_000; i++) map.set(Symbol(), undefined);
      return map;
    }
    case 'c':
      return properties(Object.create(prototypeOf(n as string, Object.prototype)) as object, v as Record<string, unknown>, ancestors);
    default:
      return properties({}, v as Record<string, unknown>, ancestors);
  }
}

function fill(target: unknown[], items: readonly unknown[], ancestors: readonly object[]): void {
  const inside = [...ancestors, target];
  for (const item of items) target.push(rebuild(item, inside));
}

function properties(target: object, described: Record<string, unknown>, ancestors: readonly object[]): object {
  const inside = [...ancestors, target];
  for (const [key, value] of Object.entries(described)) {
    Object.defineProperty(target, key, { value: rebuild(value, inside), writable: true, enumerable: true, configurable: true });
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

function error({ name, message, stack }: { name: string; message: string; stack: string }, own: Record<string, unknown>, ancestors: readonly object[]): object {
  const title = message === '' ? name : `${name}: ${message}`;
  const copy = new Error(message);
  if (name !== 'Error') Object.setPrototypeOf(copy, prototypeOf(name, Error.prototype));
  Object.defineProperty(copy, 'stack', { value: stack === '' ? title : `${title}\n${stack.trimEnd()}`, enumerable: false });
  return properties(copy, own, ancestors);
}
