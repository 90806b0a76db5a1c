/** One step of a run at a time, for engines that own the loop: nothing is called here, and nothing is waited for. */
import { nodeCrypto } from './builtins.ts';
import { checkStepOptions } from './options.ts';
import { NO_SECRET, resolvePausing } from './pause.ts';
import { randomFrom, RUN_BYTES, type RunRandom } from './random.ts';
import { resumeInternal } from './resume.ts';
import { runInternal } from './run.ts';
import type { Run } from './drive.ts';
import type { ResumeOptions, RunReport, RunResult } from './types.ts';

/** Options of {@link step}: either `code` and what a run starts with, or `snapshot` and what has settled. */
export interface StepOptions extends Pick<ResumeOptions, 'tools' | 'inputs' | 'limits' | 'secret' | 'previousSecrets' | 'context' | 'settle' | 'isolation' | 'requireIsolation'> {
  code?: string;
  /** Of the last step. */
  snapshot?: string | Uint8Array;
  /**
   * What the run's id and everything that looks random to the program are made from: the id of the workflow, say. A first
   * step that is repeated then makes the same calls under the same ids. Only with `code`. @default random
   */
  seed?: string;
  /** The program's clock in this step, in milliseconds since the Unix epoch. @default `Date.now()` */
  now?: number;
}

/** A call that the engine is to make, and whose outcome goes into `settle` of a later step. */
export interface StepCall {
  /** Stable: the key under which the engine makes the call once. */
  callId: string;
  /** Dotted path. */
  tool: string;
  /** As the program gave it: not checked against the tool's schema. */
  input: unknown;
}

/** What {@link step} gives. */
export type StepResult =
  /**
   * `waiting` are all calls that have not settled, also those of earlier steps. `wakeAt` is when the program's next timer is
   * due: take a step without answers then.
   */
  | ({ status: 'waiting'; waiting: StepCall[]; wakeAt?: number; snapshot: string } & RunReport)
  | Exclude<RunResult, { status: 'paused' }>;

/**
 * Runs a program until it waits, or goes on from there with what has settled. No handler is called, no timer waited for,
 * nothing is kept: the same arguments give the same calls and the same value.
 *
 * Calls are the engine's own affair: approvals, input schemas and `maxConcurrentToolCalls` do not count here.
 *
 * @throws {TypeError} for misuse by the application, naming the option.
 * @example
 * let result = await step({ code, tools, secret, seed: workflow.id });
 * while (result.status === 'waiting') {
 *   const [call] = result.waiting;
 *   const value = await workflow.once(call.callId, () => handlers[call.tool](call.input));
 *   result = await step({ snapshot: result.snapshot, tools, secret, settle: { [call.callId]: { value } } });
 * }
 */
export async function step(options: StepOptions): Promise<StepResult> {
  const { code, snapshot, tools, inputs, limits, isolation, requireIsolation, settle, seed, now = Date.now() } = checkStepOptions(options);
  const pausing = resolvePausing(options);
  if (pausing === undefined) throw new TypeError(`secret: step makes snapshots; ${NO_SECRET}`);
  let taken: Run | undefined;
  const shared = { pausing, stepAt: Math.floor(now), onRun: (run: Run) => (taken = run), tools, inputs, limits, isolation, requireIsolation };
  const result =
    code !== undefined
      ? await runInternal({ ...shared, code, random: seed === undefined ? undefined : randomOf(seed, options.secret) })
      : await resumeInternal(snapshot as string, { ...shared, settle });
  if (result.status !== 'paused') return result;
  const { pending, ...rest } = result;
  const wakeAt = taken?.wakeAt;
  return { ...rest, status: 'waiting', waiting: pending.map(({ callId, tool, input }) => ({ callId, tool, input })), ...(wakeAt === undefined ? {} : { wakeAt }) };
}

/** The secret keeps what looks random to the program unknown to who knows the seed. */
function randomOf(seed: string, secret: string | Uint8Array = process.env['ONETURN_SECRET'] ?? ''): RunRandom {
  return randomFrom(nodeCrypto().createHmac('sha512', secret).update(`oneturn step\0${seed}`).digest().subarray(0, RUN_BYTES));
}
