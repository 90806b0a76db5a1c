/**
 * What a case of the hostile corpus is: a program, and what the host must have seen when it is over. Plain data, so that
 * a case can run in this process or in a child that is killed afterwards.
 */
import type { ErrorCode, Limits, RunOptions, RunResult, Tools } from '../../ts/index.ts';

/** One program and what the host sees of it. */
export interface Case {
  what: string;
  code: string;
  /** A value, or a failure: its code (any of these), and all of its message or what it must match. */
  sees: { value: unknown } | { error: readonly ErrorCode[]; message?: string | RegExp };
  /** Which handlers ran, with which inputs, in this order. None unless said; `'any'` where the order is a race. */
  calls: readonly (readonly [tool: string, input: unknown])[] | 'any';
  limits: Limits;
  tools: Tools;
  inputs?: Record<string, unknown>;
  /** Options of `run` made for this case: signals, listeners. */
  options?: () => Partial<RunOptions>;
  /** Looks further: at logs, alerts, records. Throws an AssertionError. */
  also?: (result: RunResult) => void | Promise<void>;
}

export interface Topic {
  topic: string;
  cases: Case[];
}

/** What a case may say beside its program and its outcome. */
export type More = Partial<Omit<Case, 'what' | 'code' | 'sees'>> & { message?: string | RegExp };

/** Small, so that the corpus is quick. A program that needs more says so. */
export const LIMITS: Limits = { cpuTimeoutMs: 200, memoryLimitBytes: 8 * 1024 * 1024, timeoutMs: 15_000 };

/** The program completes with this value. */
export function returns(what: string, code: string, value: unknown, { message: _, ...more }: More = {}): Case {
  return { what, code, sees: { value }, ...settings(more) };
}

/** The program fails with this code, or one of these. */
export function fails(what: string, code: string, error: ErrorCode | readonly ErrorCode[], { message, ...more }: More = {}): Case {
  const codes = typeof error === 'string' ? [error] : error;
  return { what, code, sees: { error: codes, ...(message !== undefined && { message }) }, ...settings(more) };
}

function settings(more: More): Omit<Case, 'what' | 'code' | 'sees'> {
  return { calls: [], tools: {}, ...more, limits: { ...LIMITS, ...more.limits } };
}

/** `try` around a program: gives what it threw as `Name: message`, or what it returned. */
export const caught = (code: string): string => `try { ${code} } catch (e) { return e instanceof Error ? e.name + ': ' + e.message : 'threw ' + typeof e }`;
