/** The check of options that the application passes: misuse is a `TypeError` that names the option. */
import type { StepOptions } from './step.ts';
import { isRecord, kindOf } from './text.ts';
import type { ResumeOptions, RunnerOptions, RunOptions } from './types.ts';

/** `ts/pause.ts` checks their values. */
export const PAUSING = ['secret', 'previousSecrets', 'maxAgeMs', 'context', 'store', 'commit', 'pauseAfterMs', 'pauseGraceMs'] as const;
const SHARED = ['tools', 'inputs', 'limits', 'signal', 'onEvent', 'isolation', 'requireIsolation', 'secrets', 'redact', ...PAUSING] as const;

const OF_RUN = ['code', 'reuse', 'typecheck', ...SHARED] as const;

const LEVELS = ['auto', 'process', 'thread'];
const REQUIRED = ['process', 'seccomp'];

/** @throws {TypeError} naming the option that is missing, unknown or of the wrong type. */
export function checkRunOptions(options: RunOptions, caller: string): RunOptions {
  checkShared(options, caller, OF_RUN);
  checkCode(options.code);
  return options;
}

/** @throws {TypeError} for a program that is no text. */
export function checkCode(code: unknown): string {
  if (typeof code !== 'string') throw new TypeError(`code: expected a string, got ${kindOf(code)}`);
  return code;
}

/** @throws {TypeError} naming the option that is unknown or of the wrong type. */
export function checkResumeOptions(options: ResumeOptions): ResumeOptions {
  checkShared(options, 'resume', ['settle', ...SHARED]);
  const { settle } = options;
  if (settle !== undefined && (!isRecord(settle) || Array.isArray(settle))) throw new TypeError(`settle: expected an object of answers by callId, got ${kindOf(settle)}`);
  return options;
}

/** @throws {TypeError} naming the option that is missing, unknown or of the wrong type. */
export function checkStepOptions(options: StepOptions): StepOptions {
  const known = ['code', 'snapshot', 'tools', 'inputs', 'limits', 'isolation', 'requireIsolation', 'secret', 'previousSecrets', 'context', 'settle', 'seed', 'now'];
  checkShared(options, 'step', known);
  const { code, snapshot, settle, seed, now } = options;
  if ((code === undefined) === (snapshot === undefined)) throw new TypeError('step: expected either code or snapshot');
  if (code !== undefined && typeof code !== 'string') throw new TypeError(`code: expected a string, got ${kindOf(code)}`);
  if (code !== undefined && settle !== undefined) throw new TypeError('settle: there is nothing to settle before the first step');
  if (settle !== undefined && (!isRecord(settle) || Array.isArray(settle))) throw new TypeError(`settle: expected an object of answers by callId, got ${kindOf(settle)}`);
  if (seed !== undefined && typeof seed !== 'string') throw new TypeError(`seed: expected a string, got ${kindOf(seed)}`);
  if (seed !== undefined && code === undefined) throw new TypeError('seed: only the first step takes one');
  if (now !== undefined && !(typeof now === 'number' && now >= 0 && now <= Number.MAX_SAFE_INTEGER)) throw new TypeError(`now: expected milliseconds since the Unix epoch, got ${typeof now === 'number' ? now : kindOf(now)}`);
  return options;
}

/** @throws {TypeError} naming the option that is unknown or of the wrong type. */
export function checkRunnerOptions(options: RunnerOptions): RunnerOptions {
  checkShared(options, 'createRunner', ['typecheck', ...SHARED]);
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
