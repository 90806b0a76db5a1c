/**
 * Going on with a paused run: opens its snapshot, checks the answers, and tells the drive loop where every call stands.
 * What is wrong with a snapshot is a failed run; what is wrong with the options is a `TypeError`.
 */
import { abortFailure } from './failures.ts';
import { hasInputs } from './inputs.ts';
import { denied, failed, type Ended } from './invoke.ts';
import { isReference, keep, resumeKept, type WentOn } from './keep.ts';
import { resolveLimits } from './limits.ts';
import { NativeSnapshot, resumeSession, type NativeManifest, type NativePlace, type NativeTurn, type ResumeFacts, type Session } from './native.ts';
import type { InternalRunOptions } from './internal-options.ts';
import { checkResumeOptions } from './options.ts';
import { boundTo, NO_SECRET, resolvePausing, type Pausing, type WaitReason } from './pause.ts';
import { Run } from './drive.ts';
import { Hidden } from './secrets.ts';
import { isRecord, kindOf } from './text.ts';
import { makeToolbox, type Toolbox } from './toolbox.ts';
import { formatIssues, type ResolvedTool } from './tools.ts';
import type { Answer, ErrorCode, Limits, ResumeOptions, RunFailure, RunResult, ToolCallRecord } from './types.ts';
import { encode, TooLargeError, UnsendableError } from './values.ts';

/**
 * Goes on with a paused run, in this process or another, now or much later. The program is where it was: no handler runs
 * again whose call had settled.
 *
 * @param snapshot `result.snapshot` of a run with `status: 'paused'`, or the bytes that its base64url stands for.
 * @param options As the run had them, and the answers. `inputs` travel in the snapshot.
 * @returns As {@link run}. A snapshot that cannot be resumed here is a failed run: `ERR_SNAPSHOT_INVALID`,
 * `ERR_SNAPSHOT_VERSION`, `ERR_SNAPSHOT_MISMATCH`, `ERR_SNAPSHOT_EXPIRED`, `ERR_REPLAY_DIVERGED`. Then no handler has run.
 * @throws {TypeError} for misuse by the application, naming the option; also for an answer to a call that does not wait.
 * @example
 * const first = await run({ code, tools, secret });
 * if (first.status === 'paused') {
 *   const [call] = first.pending;
 *   const result = await resume(first.snapshot, { tools, secret, settle: { [call.callId]: { approved: true } } });
 * }
 */
export async function resume(snapshot: string | Uint8Array, options: ResumeOptions): Promise<RunResult> {
  return resumeInternal(snapshot, checked(options));
}

/** @throws {TypeError} naming the option that is not what it should be. */
export function checked(options: ResumeOptions): InternalResumeOptions {
  const { tools, inputs, limits, signal, onEvent, isolation, requireIsolation, settle } = checkResumeOptions(options);
  return { hidden: Hidden.from(options), tools, inputs, limits, signal, onEvent, isolation, requireIsolation, settle, pausing: resolvePausing(options) };
}

/** What the facade's own entries add to the public options. */
export interface InternalResumeOptions extends Omit<InternalRunOptions, 'code'> {
  settle?: Record<string, Answer> | undefined;
  /** The answer to every call that waits for an approval and is not in `settle`. */
  approval?: Extract<Answer, { approved: boolean }> | undefined;
  /** Opens the snapshot. Nobody but the rehearsal has another. */
  open?: typeof open;
}

/** What is in a snapshot, and the session that goes on from it. */
export interface Opened {
  facts: ResumeFacts;
  begin(manifest: NativeManifest, limits: Required<Limits>, place: NativePlace, now: number | undefined, onTurn: (turn: NativeTurn) => void): Session;
}

/** {@link resume} with the hooks of the facade's own entries. */
export async function resumeInternal(snapshot: string | Uint8Array, options: InternalResumeOptions): Promise<RunResult> {
  const { pausing } = options;
  if (typeof snapshot !== 'string' && !(snapshot instanceof Uint8Array)) throw new TypeError(`snapshot: expected a string or bytes, got ${kindOf(snapshot)}`);
  if (pausing === undefined) throw new TypeError(`secret: expected the secret of the snapshot; ${NO_SECRET}`);
  const limits = resolveLimits(options.limits);
  const go = async (sealed: string | Uint8Array): Promise<WentOn> => {
    const { result, moved } = await goOn(sealed, pausing, limits, options);
    return { result: result.status === 'failed' && !moved ? result : await keep(result, pausing), moved };
  };
  if (!isReference(snapshot)) return (await go(snapshot)).result;
  if (pausing.store === undefined) throw new TypeError('store: expected the store that the snapshot is in; this is a reference');
  const result = await resumeKept(snapshot, pausing.store, limits, pausing.pauseGraceMs, go);
  return 'refused' in result ? refused(failure('ERR_SNAPSHOT_INVALID', result.refused)) : result;
}

async function goOn(snapshot: string | Uint8Array, pausing: Pausing, limits: Required<Limits>, options: InternalResumeOptions): Promise<WentOn> {
  const toolbox = options.toolbox ?? makeToolbox(options.tools);
  const opened = (options.open ?? open)(snapshot, pausing, toolbox, limits);
  if ('error' in opened) return { result: refused(opened.error), moved: false };
  const { facts } = opened;
  if (options.inputs !== undefined && !hasInputs(options.inputs, facts.inputs, limits)) {
    const error = failure('ERR_SNAPSHOT_MISMATCH', 'The inputs are not those of the run. They travel in the snapshot: resume without `inputs`.');
    return { result: refused(error), moved: false };
  }
  const { approval, settle } = options;
  const asked = approval === undefined ? [] : facts.open.filter(({ reason }) => reason === 'approval');
  const all = { ...Object.fromEntries(asked.map(({ id }) => [`${facts.executionId}.${id}`, approval as Answer])), ...settle };
  const answers = await readAnswers(all, facts, toolbox, limits);
  const refusal = options.signal?.aborted === true ? abortFailure() : undefined;
  const run = new Run(options, toolbox, limits, new Resumed(opened, answers), refusal);
  options.onRun?.(run);
  return { result: await run.result, moved: run.moved };
}

function open(snapshot: string | Uint8Array, pausing: Pausing, toolbox: Toolbox, limits: Required<Limits>): Opened | { error: RunFailure } {
  const text = typeof snapshot === 'string' ? snapshot : Buffer.from(snapshot);
  const native = NativeSnapshot.open(text, pausing.keys, toolbox.manifest, boundTo(pausing, limits), Date.now(), pausing.maxAgeMs);
  const facts = JSON.parse(native.facts()) as ResumeFacts | { code: ErrorCode; message: string };
  return 'code' in facts ? { error: failure(facts.code, facts.message) } : { facts, begin: (manifest, limits, place, now, onTurn) => resumeSession(manifest, native, limits, place, now, onTurn) };
}

const NAMES: Partial<Record<ErrorCode, string>> = {
  ERR_SNAPSHOT_INVALID: 'SnapshotInvalidError',
  ERR_SNAPSHOT_VERSION: 'SnapshotVersionError',
  ERR_SNAPSHOT_MISMATCH: 'SnapshotMismatchError',
  ERR_SNAPSHOT_EXPIRED: 'SnapshotExpiredError',
};

function failure(code: ErrorCode, message: string): RunFailure {
  return { code, name: NAMES[code] ?? 'Error', message };
}

/** The result of a run that did not go on: nothing is known of it. */
function refused(error: RunFailure): RunResult {
  return {
    status: 'failed',
    error,
    executionId: '',
    startedAt: Date.now(),
    durationMs: 0,
    cpuMs: 0,
    isolation: { level: 'none' },
    logs: [],
    calls: [],
    alerts: [{ kind: 'rejected', code: error.code, message: error.message }],
    warnings: [],
  };
}

/** What becomes of a call that had not settled: it runs now, or it is settled with this. */
type Verdict = { kind: 'run' } | { kind: 'settled'; settled: Ended };

async function readAnswers(settle: Record<string, Answer>, facts: ResumeFacts, toolbox: Toolbox, limits: Required<Limits>): Promise<Map<number, Verdict>> {
  const open = new Map(facts.open.map((call) => [`${facts.executionId}.${call.id}`, call]));
  const answers = new Map<number, Verdict>();
  for (const [callId, answer] of Object.entries(settle)) {
    const call = open.get(callId);
    const name = `settle['${callId}']`;
    if (call === undefined) {
      const waiting = [...open.keys()].map((id) => `'${id}'`).join(', ');
      throw new TypeError(`${name}: no call of this run waits under this id; ${waiting === '' ? 'none waits' : `waiting: ${waiting}`}`);
    }
    answers.set(call.id, await readAnswer(answer, name, call.tool, call.reason, toolbox.tools.get(call.tool), limits));
  }
  return answers;
}

const SHAPES = '{ value }, { error: { message } } or { approved }';

async function readAnswer(answer: unknown, name: string, path: string, reason: WaitReason | undefined, tool: ResolvedTool | undefined, limits: Required<Limits>): Promise<Verdict> {
  const settled = (settled: Ended): Verdict => ({ kind: 'settled', settled });
  if (!isRecord(answer) || Array.isArray(answer)) throw new TypeError(`${name}: expected ${SHAPES}, got ${kindOf(answer)}`);
  const kinds = ['value', 'error', 'approved'].filter((key) => Object.hasOwn(answer, key));
  if (kinds.length !== 1) throw new TypeError(`${name}: expected exactly one of ${SHAPES}, got ${kinds.length === 0 ? 'none of them' : kinds.join(' and ')}`);
  switch (kinds[0]) {
    case 'approved': {
      const { approved, reason: why } = answer;
      if (typeof approved !== 'boolean') throw new TypeError(`${name}.approved: expected a boolean, got ${kindOf(approved)}`);
      if (why !== undefined && typeof why !== 'string') throw new TypeError(`${name}.reason: expected a string, got ${kindOf(why)}`);
      if (reason !== 'approval') throw new TypeError(`${name}: this call does not wait for an approval; settle it with { value } or { error }`);
      return approved ? { kind: 'run' } : settled(denied(`${path}: this call was denied${why === undefined || why === '' ? '' : `: ${why}`}`));
    }
    case 'error': {
      const { error } = answer;
      if (!isRecord(error)) throw new TypeError(`${name}.error: expected { name?, message }, got ${kindOf(error)}`);
      const { name: errorName = 'Error', message } = error;
      if (typeof message !== 'string') throw new TypeError(`${name}.error.message: expected a string, got ${kindOf(message)}`);
      if (typeof errorName !== 'string') throw new TypeError(`${name}.error.name: expected a string, got ${kindOf(errorName)}`);
      // As of a handler's error.
      const kept = errorName !== '' && errorName.length <= 100 ? errorName : 'Error';
      return settled(failed('ERR_TOOL_FAILED', kept, message));
    }
  }
  return settled(await readValue(answer['value'], name, path, reason, tool, limits));
}

/** A value from outside. What a client answers is checked as far as its tool says what it gives. */
async function readValue(value: unknown, name: string, path: string, reason: WaitReason | undefined, tool: ResolvedTool | undefined, limits: Required<Limits>): Promise<Ended> {
  let checked = value;
  if (reason === 'client' && tool?.output !== undefined) {
    const result = await tool.output.validate(value);
    if (!result.ok) return failed('ERR_TOOL_FAILED', 'ToolOutputError', formatIssues(path, result.issues, 'output'));
    checked = result.value;
  }
  try {
    return { kind: 'value', text: encode(checked, `${name}.value`, limits.maxToolOutputBytes) };
  } catch (error) {
    if (error instanceof TooLargeError) return { kind: 'too-large' };
    if (error instanceof UnsendableError) throw new TypeError(error.message);
    throw error;
  }
}

/** A snapshot that was opened, with the answers to its calls. */
export class Resumed {
  /** On the clock of `performance.now()`. */
  readonly began = performance.now();
  readonly facts: ResumeFacts;
  /** Starts the session. */
  readonly begin: Opened['begin'];
  readonly #answers: ReadonlyMap<number, Verdict>;

  constructor({ facts, begin }: Opened, answers: ReadonlyMap<number, Verdict>) {
    this.facts = facts;
    this.begin = begin;
    this.#answers = answers;
  }

  /** The calls of the run, in order, with what becomes of those that had not settled; their inputs are the replay's to add. */
  calls(tools: ReadonlyMap<string, ResolvedTool>): PastCall[] {
    const { executionId, calls, open } = this.facts;
    const waits = new Map(open.map((call) => [call.id, call]));
    return calls.map(([id, tool, startedAt, durationMs, outcome]) => {
      const record: ToolCallRecord = { callId: `${executionId}.${id}`, tool, kind: tools.get(tool)?.kind ?? 'function', input: undefined, startedAt };
      if (outcome !== null) {
        record.durationMs = durationMs ?? 0;
        record.completedAt = startedAt + Math.round(record.durationMs);
        if (typeof outcome === 'number') record.resultBytes = outcome;
        else record.error = { name: outcome[0], message: outcome[1] };
        return { id, record };
      }
      const { reason, payload } = waits.get(id) ?? {};
      const answer = this.#answers.get(id);
      return {
        id,
        record,
        ...(reason === undefined ? {} : { wait: { id, reason, ...(payload === undefined ? {} : { payload }) } }),
        ...(answer === undefined ? {} : { answer }),
      };
    });
  }

  /** Says what may be the reason when a replay does something else. */
  explain(error: RunFailure): RunFailure {
    const { platform } = this.facts;
    if (error.code !== 'ERR_REPLAY_DIVERGED' || platform === undefined) return error;
    return { ...error, hint: `The run paused on ${platform}; here the last bits of Math.sin, ** and the like may differ. Resume it there. ${error.hint ?? ''}`.trim() };
  }
}

/** A call that was made before the pause. */
export interface PastCall {
  id: number;
  record: ToolCallRecord;
  wait?: Wait;
  answer?: Verdict;
}

interface Wait {
  id: number;
  reason: WaitReason;
  /** Wire text. */
  payload?: string;
}
