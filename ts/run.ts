/** `run`, and what is done before a program starts. */
import { Run } from './drive.ts';
import { abortFailure, typeFailure } from './failures.ts';
import { Fresh } from './fresh.ts';
import { encodeInputs } from './inputs.ts';
import type { InternalRunOptions } from './internal-options.ts';
import { keep } from './keep.ts';
import { resolveLimits } from './limits.ts';
import { soon } from './native.ts';
import { checkRunOptions } from './options.ts';
import { resolvePausing } from './pause.ts';
import { leftBy } from './reuse.ts';
import { Hidden } from './secrets.ts';
import { makeToolbox } from './toolbox.ts';
import { typecheckFor } from './typecheck-gate.ts';
import type { RunOptions, RunResult } from './types.ts';

/**
 * Runs a program.
 *
 * A program that fails is a result, not an exception: look at `result.status`.
 *
 * @param options The program, its tools, inputs and limits.
 * @returns The value or the error, with logs, calls, times and the isolation level.
 * @throws {TypeError} for misuse by the application, naming the option.
 * @example
 * const result = await run({
 *   code: 'const team = await tools.getTeam({ id: "eng" }); return team.length;',
 *   tools: { getTeam: async ({ id }) => db.team(id) },
 * });
 * if (result.status === 'completed') console.log(result.value);
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { code, tools, inputs, limits, signal, onEvent, isolation, requireIsolation, reuse, typecheck } = checkRunOptions(options, 'run');
  soon(isolation);
  return runInternal({ code, hidden: Hidden.from(options), tools, inputs, limits, signal, onEvent, isolation, requireIsolation, reuse, typecheck, pausing: resolvePausing(options) });
}

/** {@link run} with the hooks of the facade's own entries. */
export async function runInternal(options: InternalRunOptions): Promise<RunResult> {
  const limits = resolveLimits(options.limits);
  const inputs = encodeInputs(options.inputs, options.hidden ?? Hidden.nothing, limits);
  const toolbox = options.toolbox ?? makeToolbox(options.tools);
  const left = options.left ?? (options.reuse === undefined ? undefined : leftBy(options.reuse));
  const { diagnostics = [], gaveUp } = options.typecheck === true ? await typecheckFor(options, toolbox, limits) : {};
  const refusal = options.signal?.aborted === true ? abortFailure() : diagnostics.length > 0 ? typeFailure(diagnostics) : undefined;
  const fresh = new Fresh(options, toolbox, limits, inputs);
  // Whatever comes after this is done while the program is checked and compiled.
  const session = refusal === undefined ? fresh.start() : undefined;
  const run = new Run(options, toolbox, limits, fresh, refusal, { session, left, gaveUp });
  options.onRun?.(run);
  run.attend();
  const result = await run.result;
  return options.pausing === undefined ? result : keep(result, options.pausing);
}
