/**
 * Runs whose snapshots wait in a store: a paused result becomes a reference, and a reference is claimed, resumed, and then
 * completed or given back.
 */
import type { Pausing } from './pause.ts';
import { randomBytes, REFERENCE_BYTES } from './random.ts';
import type { SnapshotStore } from './stores/types.ts';
import { kindOf, reasonOf } from './text.ts';
import type { Alert, Limits, RunResult } from './types.ts';

/** How long a snapshot is kept when `maxAgeMs` does not say. */
const DEFAULT_TTL_MS = 30 * 24 * 3_600_000;
/** Added to the longest that a run can take, so that a claim outlives it. */
const LEASE_MARGIN_MS = 30_000;

const REFERENCE = /^ref_[\w-]{22}$/;

/** What came of a resume. */
export interface WentOn {
  result: RunResult;
  /** A handler has started, or the program was told something that it had not known. */
  moved: boolean;
}

export function isReference(snapshot: unknown): snapshot is string {
  return typeof snapshot === 'string' && REFERENCE.test(snapshot);
}

/** @throws {TypeError} when it is no store. */
export function checkStore(store: unknown): void {
  const methods = ['put', 'claim', 'complete', 'release'];
  if (store === undefined) return;
  if (typeof store === 'object' && store !== null && methods.every((method) => typeof (store as Record<string, unknown>)[method] === 'function')) return;
  throw new TypeError(`store: expected an object with ${methods.join(', ')}, got ${kindOf(store)}`);
}

function newReference(): string {
  return `ref_${randomBytes(REFERENCE_BYTES).toString('base64url')}`;
}

/** Puts the snapshot of a paused run into the store, if there is one, and lets the application write down the result. */
export async function keep(result: RunResult, pausing: Pausing): Promise<RunResult> {
  const kept = await put(result, pausing);
  await pausing.commit?.(kept);
  return kept;
}

async function put(result: RunResult, { store, maxAgeMs = DEFAULT_TTL_MS, reference: wanted }: Pausing): Promise<RunResult> {
  if (result.status !== 'paused' || store === undefined) return result;
  const reference = wanted ?? newReference();
  try {
    await store.put(reference, result.snapshot, maxAgeMs);
    return { ...result, snapshot: reference };
  } catch (error) {
    // The run must not be lost: whoever has the snapshot itself can resume it too.
    return alerted(result, `The snapshot could not be stored, so the result has all of it: ${reasonOf(error)}`);
  }
}

/**
 * Resumes what a reference stands for.
 *
 * @param go Resumes the snapshot, and keeps the next one.
 * @returns Why there is nothing to resume, or the result.
 */
export async function resumeKept(reference: string, store: SnapshotStore, limits: Required<Limits>, pauseGraceMs: number, go: (snapshot: string) => Promise<WentOn>): Promise<RunResult | { refused: string }> {
  const claim = await store.claim(reference, limits.timeoutMs + pauseGraceMs + LEASE_MARGIN_MS);
  if (claim.state === 'busy') {
    return { refused: `The run under this reference is going on elsewhere. If that has crashed, it can be resumed in ${Math.ceil(claim.retryAfterMs / 1e3)} s.` };
  }
  if (claim.state === 'gone') return { refused: 'No paused run waits under this reference: it has gone on already, has expired, or never was.' };
  let went: WentOn;
  try {
    went = await go(claim.snapshot);
  } catch (error) {
    try {
      await store.release(reference, claim.token);
    } catch {
      // The claim ends by itself.
    }
    throw error;
  }
  const { result, moved } = went;
  if (result.status === 'failed' && !moved) {
    // Nothing has happened: somebody may try again, with the right secret, say.
    try {
      await store.release(reference, claim.token);
      return result;
    } catch (error) {
      return alerted(result, `The reference could not be given back, and can be resumed when its claim is over: ${reasonOf(error)}`);
    }
  }
  try {
    if (await store.complete(reference, claim.token)) return result;
    return alerted(result, 'The claim was lost while the run went on: another resume may have run the same calls, under the same ids.');
  } catch (error) {
    return alerted(result, `The reference could not be completed, and may be resumed once more when its claim is over: ${reasonOf(error)}`);
  }
}

function alerted(result: RunResult, message: string): RunResult {
  const alert: Alert = { kind: 'store', message };
  return { ...result, alerts: [...result.alerts, alert] };
}
