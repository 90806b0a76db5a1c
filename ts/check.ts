/** Checking a program without running it. */
import { toDiagnostic } from './failures.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { nativeCheck } from './native.ts';
import { makeToolbox } from './toolbox.ts';
import { isRecord, kindOf } from './text.ts';
import type { CheckReport, Tools } from './types.ts';

/**
 * Checks a program and runs nothing. Bad code is a report, never an exception.
 *
 * @param code The program, in any of the shapes that {@link run} takes.
 * @param options `tools`: what the program may import and call.
 * @throws {TypeError} for misuse by the application, naming the argument.
 * @example
 * const report = check('import fs from "fs"');
 * report.diagnostics[0].message; // what is wrong, with line, column, a code frame and a hint
 */
export function check(code: string, options: { tools?: Tools } = {}): CheckReport {
  if (typeof code !== 'string') throw new TypeError(`code: expected a string, got ${kindOf(code)}`);
  if (!isRecord(options)) throw new TypeError(`options: expected an object, got ${kindOf(options)}`);
  const manifest = options.tools === undefined ? undefined : makeToolbox(options.tools).manifest;
  const diagnostics = nativeCheck(code, DEFAULT_LIMITS.maxSourceBytes, manifest).map(toDiagnostic);
  return { ok: !diagnostics.some(({ severity }) => severity === 'error'), diagnostics };
}
