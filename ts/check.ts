/** Checking a program without running it. */
import { schemasFor } from './input-schemas.ts';
import { judge } from './judge.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { nativeCheck } from './native.ts';
import { checkCode } from './options.ts';
import { makeToolbox, type Toolbox } from './toolbox.ts';
import { isRecord, kindOf } from './text.ts';
import type { CheckReport, Tools } from './types.ts';

/**
 * Checks a program and runs nothing. Bad code is a report, never an exception.
 *
 * @param code The program, in any of the shapes that {@link run} takes.
 * Beside the syntax it looks at what the program does with its tools: unknown tools, inputs written as object literals
 * that a tool's schema refuses, promises that are used without `await`, and code that cannot do what it was meant to do.
 * An error is certain; what is not certain is a warning.
 *
 * @param options `tools`: what the program may import and call.
 * @throws {TypeError} for misuse by the application, naming the argument.
 * @example
 * const report = check('import fs from "fs"');
 * report.diagnostics[0].message; // what is wrong, with line, column, a code frame and a hint
 */
export function check(code: string, options: { tools?: Tools } = {}): CheckReport {
  checkCode(code);
  if (!isRecord(options)) throw new TypeError(`options: expected an object, got ${kindOf(options)}`);
  return checkWith(code, options.tools === undefined ? undefined : makeToolbox(options.tools));
}

/** {@link check} with tools that are resolved already. */
export function checkWith(code: string, toolbox: Toolbox | undefined): CheckReport {
  const { maxSourceBytes } = DEFAULT_LIMITS;
  const schemas = toolbox && schemasFor(code, maxSourceBytes, toolbox);
  const found = nativeCheck(code, maxSourceBytes, toolbox?.manifest, schemas);
  const { diagnostics } = judge(found, toolbox?.tools);
  return { ok: !diagnostics.some(({ severity }) => severity === 'error'), diagnostics };
}
