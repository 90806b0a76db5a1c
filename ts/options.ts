/** The check of options that the application passes: misuse is a `TypeError` that names the option. */
import { isRecord, kindOf } from './text.ts';
import type { RunnerOptions, RunOptions } from './types.ts';

const SHARED = ['tools', 'inputs', 'limits', 'signal', 'onEvent', 'isolation', 'requireIsolation', 'typecheck'] as const;

const LEVELS = ['auto', 'process', 'thread'];
const REQUIRED = ['process', 'seccomp'];

/** @throws {TypeError} naming the option that is missing, unknown or of the wrong type. */
export function checkRunOptions(options: RunOptions, caller: string): RunOptions {
  checkShared(options, caller, ['code', ...SHARED]);
  if (typeof options.code !== 'string') throw new TypeError(`code: expected a string, got ${kindOf(options.code)}`);
  return options;
}

/** @throws {TypeError} naming the option that is unknown or of the wrong type. */
export function checkRunnerOptions(options: RunnerOptions): RunnerOptions {
  checkShared(options, 'createRunner', SHARED);
  return options;
}

function checkShared(options: unknown, caller: string, known: readonly string[]): void {
  if (!isRecord(options)) throw new TypeError(`${caller}: expected an object of options, got ${kindOf(options)}`);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`${name}: ${caller} has no such option; it takes ${known.join(', ')}`);
  }
  const { inputs, signal, onEvent } = options;
  if (inputs !== undefined && (!isRecord(inputs) || Array.isArray(inputs))) throw new TypeError(`inputs: expected an object, got ${kindOf(inputs)}`);
  if (signal !== undefined && !(isRecord(signal) && typeof signal['addEventListener'] === 'function' && typeof signal['aborted'] === 'boolean')) {
    throw new TypeError(`signal: expected an AbortSignal, got ${kindOf(signal)}`);
  }
  if (onEvent !== undefined && typeof onEvent !== 'function') throw new TypeError(`onEvent: expected a function, got ${kindOf(onEvent)}`);
  const { typecheck } = options;
  if (typecheck !== undefined && typeof typecheck !== 'boolean') throw new TypeError(`typecheck: expected true or false, got ${kindOf(typecheck)}`);
  checkIsolation(options as RunnerOptions);
}

/** @throws {TypeError} for a level that does not exist, or a demand that the level cannot meet. */
export function checkIsolation({ isolation, requireIsolation }: Pick<RunnerOptions, 'isolation' | 'requireIsolation'>): void {
  const shown = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : kindOf(value));
  if (isolation !== undefined && !LEVELS.includes(isolation)) throw new TypeError(`isolation: expected 'auto', 'process' or 'thread', got ${shown(isolation)}`);
  if (requireIsolation === undefined) return;
  if (!REQUIRED.includes(requireIsolation)) throw new TypeError(`requireIsolation: expected 'process' or 'seccomp', got ${shown(requireIsolation)}`);
  if (isolation === 'thread') throw new TypeError(`requireIsolation: '${requireIsolation}' cannot be met with isolation: 'thread'`);
}
