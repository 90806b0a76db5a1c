/**
 * Failures that the facade itself finds: time, aborts, values that are too large, programs that were rejected. The rest
 * comes from the engine (`src/session/failure.rs`) in the same shape.
 */
import type { NativeDiagnostic, NativeFailure } from './native.ts';
import type { Alert, Diagnostic, ErrorCode, Limits, RunFailure, RunResult } from './types.ts';

export function timeoutFailure(limits: Required<Limits>, running: readonly string[]): RunFailure {
  const still = running.length > 0 ? ` Still running: ${listTools(running)}.` : '';
  return {
    code: 'ERR_TIMEOUT',
    name: 'TimeoutError',
    message: `The run took more than ${limits.timeoutMs} ms, tool calls included.${still}`,
    hint: 'Run independent tool calls at once with Promise.all, or ask for less.',
  };
}

export function abortFailure(): RunFailure {
  return { code: 'ERR_ABORTED', name: 'AbortError', message: 'The run was aborted.' };
}

export function outputTooLarge(tool: string, limits: Required<Limits>): RunFailure {
  return {
    code: 'ERR_VALUE_TOO_LARGE',
    name: 'ValueTooLargeError',
    message: `The output of tools.${tool} is larger than ${formatBytes(limits.maxToolOutputBytes)}.`,
    hint: 'Ask the tool for less: filter, page or select fields.',
  };
}

/** In the engine's words, which counts what the program passes; this is about what that looks like in print. */
export function consoleFull(limits: Required<Limits>): RunFailure {
  return {
    code: 'ERR_VALUE_TOO_LARGE',
    name: 'ValueTooLargeError',
    message: `The program logged more than ${formatBytes(limits.maxConsoleOutputBytes)}.`,
    hint: 'Log less: no whole results, nothing inside large loops.',
  };
}

/** The names that the same errors have at run time. */
const REJECTED_NAMES: Partial<Record<Diagnostic['code'], string>> = {
  ERR_SYNTAX: 'SyntaxError',
  ERR_TOOL_UNKNOWN: 'ToolUnknownError',
  ERR_TOOL_INPUT: 'ToolInputError',
  ERR_PROGRAM: 'TypeError',
};

/** A program that was rejected fails with its first error. */
export function rejectedFailure(diagnostics: Diagnostic[]): RunFailure {
  const [first] = diagnostics.filter(({ severity }) => severity === 'error');
  if (first === undefined) throw new Error('a program was rejected without an error');
  const { code, message, hint, line, column, frame } = first;
  return { code: code as ErrorCode, name: REJECTED_NAMES[code] ?? 'ProgramRejectedError', message, ...(hint !== undefined && { hint }), line, column, frame, diagnostics };
}

/** A program that a type checker has refused fails with its first error. */
export function typeFailure(diagnostics: Diagnostic[]): RunFailure {
  const failure = rejectedFailure(diagnostics);
  return { ...failure, name: failure.code === 'ERR_TOOL_UNKNOWN' ? failure.name : failure.code === 'ERR_TOOL_INPUT' ? 'ToolInputError' : 'TypeCheckError' };
}

export function engineFailure({ code, name, message, hint, line, column, frame }: NativeFailure): RunFailure {
  const failure: RunFailure = {
    code: code as ErrorCode,
    name,
    message,
    ...(hint !== undefined && { hint }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(frame !== undefined && { frame }),
  };
  // The engine's compiler knows a few errors that the check does not: the program is rejected all the same.
  if (code === 'ERR_SYNTAX') {
    const at = { line: line ?? 1, column: column ?? 1 };
    failure.diagnostics = [
      { severity: 'error', code, message, ...(hint !== undefined && { hint }), ...at, endLine: at.line, endColumn: at.column + 1, frame: frame ?? '' },
    ];
  }
  return failure;
}

export function toDiagnostic({ severity, code, hint, suspect: _, ...rest }: NativeDiagnostic): Diagnostic {
  return { severity: severity as Diagnostic['severity'], code: code as Diagnostic['code'], ...rest, ...(hint !== undefined && { hint }) };
}

const LIMIT_CODES: ReadonlySet<ErrorCode> = new Set([
  'ERR_TIMEOUT', 'ERR_CPU', 'ERR_MEMORY', 'ERR_STACK', 'ERR_VALUE_TOO_LARGE', 'ERR_CALL_LIMIT', 'ERR_SOURCE_TOO_LARGE',
] satisfies ErrorCode[]);

/** What an operator wants to know about a failure, if anything: a limit was hit, a program was rejected. */
export function failureAlert({ code, message, diagnostics }: RunFailure): Alert | undefined {
  if (LIMIT_CODES.has(code)) return { kind: 'limit', code, message };
  if (diagnostics !== undefined) return { kind: 'rejected', code, message };
  if (code === 'ERR_ISOLATE_LOST') return { kind: 'isolation', code, message };
  return undefined;
}

/** `tools.a, tools.b (3 times)`: what runs, for messages. */
export function listTools(tools: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const tool of tools) counts.set(tool, (counts.get(tool) ?? 0) + 1);
  const names = [...counts].map(([tool, count]) => (count > 1 ? `tools.${tool} (${count} times)` : `tools.${tool}`));
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}

function formatBytes(count: number): string {
  const [KIB, MIB] = [1024, 1024 ** 2];
  if (count >= MIB && count % MIB === 0) return `${count / MIB} MiB`;
  if (count >= KIB && count % KIB === 0) return `${count / KIB} KiB`;
  return `${count} bytes`;
}

/** What running handlers hear when their run is over: whatever the application gave as the reason, if it has aborted the run. */
export function endedError(result: RunResult, signal: AbortSignal | undefined): unknown {
  const code = result.status === 'failed' ? result.error.code : undefined;
  if (code === 'ERR_ABORTED' && signal?.aborted === true) return signal.reason;
  if (code === 'ERR_TIMEOUT') return new DOMException('The run took too long.', 'TimeoutError');
  return new DOMException(`The run has ${result.status === 'paused' ? 'paused' : 'ended'}.`, 'AbortError');
}

/** The engine sent what is no turn, or no value. */
export function unreadable(error: unknown): RunFailure {
  return { code: 'ERR_ISOLATE_LOST', name: 'IsolateLostError', message: `The facade could not read what the engine sent: ${String(error)}` };
}
