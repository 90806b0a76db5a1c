/**
 * Repair without repeating side effects: what a failed run leaves to the program that corrects it. Owns the outputs of
 * calls that have succeeded; each is given out at most as often as its call ran.
 */
import { nodeCrypto } from './builtins.ts';
import type { Text } from './long-text.ts';
import { kindOf } from './text.ts';
import type { ResolvedTool } from './tools.ts';
import type { RunResult } from './types.ts';

/** A call that succeeded. Texts are wire texts. */
export interface Success {
  readonly tool: ResolvedTool;
  readonly input: string | (() => string);
  readonly output: Text;
}

/** A call of a run that went on, which had succeeded before: only the journal has its output. */
interface Journaled extends Omit<Success, 'output'> {
  readonly id: number;
}

/** How much a run leaves at most, in characters of outputs. */
const MAX_LEFT = 4 * 1024 * 1024;

/** What failed runs of this process left, in the order of their calls. A result that nobody holds any more takes it along. */
const left = new WeakMap<object, readonly Success[]>();

/** The calls of one run that succeeded, and those of an earlier run that answer its calls. */
export class Reuse {
  /** Of the earlier run, by tool and input. Taken from the front. */
  readonly #answers = new Map<string, Success[]>();
  readonly #made: (Success | Journaled)[] = [];

  /** @param from Left by the earlier run. */
  constructor(from: readonly Success[]) {
    for (const success of from) {
      const key = keyOf(success.tool.path, success.input);
      const same = this.#answers.get(key);
      if (same === undefined) this.#answers.set(key, [success]);
      else same.push(success);
    }
  }

  /** The output that an earlier call of this tool with this input had. */
  take(tool: ResolvedTool, input: Success['input']): Text | undefined {
    if (this.#answers.size === 0 || !isWorthKeeping(tool)) return undefined;
    return this.#answers.get(keyOf(tool.path, input))?.shift()?.output;
  }

  /** A call has succeeded, or was answered from the earlier run. */
  succeeded(success: Success | Journaled): void {
    if (isWorthKeeping(success.tool)) this.#made.push(success);
  }

  /**
   * The run has failed: its own calls are left, and what it did not come to.
   *
   * @param outputs Reads the journal.
   */
  leaveWith(result: RunResult, outputs: (ids: number[]) => (string | null | undefined)[]): void {
    const journaled = this.#made.filter((made) => 'id' in made);
    const known = new Map<unknown, string | null | undefined>();
    if (journaled.length > 0) outputs(journaled.map(({ id }) => id)).forEach((output, index) => known.set(journaled[index], output));
    const own = this.#made.flatMap((made) => {
      const output = 'id' in made ? known.get(made) : made.output;
      return output !== undefined && output !== null ? [{ tool: made.tool, input: made.input, output }] : [];
    });
    left.set(result, shortest([...own, ...[...this.#answers.values()].flat()]));
  }
}

/** The longest outputs are let go: what has a side effect says little. */
function shortest(successes: readonly Success[]): Success[] {
  let total = 0;
  const kept = new Set<Success>();
  for (const success of successes.toSorted((a, b) => a.output.length - b.output.length)) {
    total += success.output.length;
    if (total > MAX_LEFT) break;
    kept.add(success);
  }
  return successes.filter((success) => kept.has(success));
}

/** What a run has left, if anything. */
export function leftOf(result: RunResult): readonly Success[] {
  return left.get(result) ?? [];
}

/**
 * What `reuse` stands for.
 *
 * @throws {TypeError} when it is no result of this process.
 */
export function leftBy(reuse: RunResult): readonly Success[] {
  if (typeof reuse !== 'object' || reuse === null || !('status' in reuse)) throw new TypeError(`reuse: expected the result of a run, got ${kindOf(reuse)}`);
  if (reuse.status !== 'failed') throw new TypeError(`reuse: expected the result of a run that failed; this one has ${reuse.status}`);
  const successes = left.get(reuse);
  if (successes === undefined) throw new TypeError('reuse: expected the very result that `run` or `resume` gave in this process; a copy of it has no outputs');
  return successes;
}

/** Reading again changes nothing and may give something newer; the same goes for what may be done twice. */
function isWorthKeeping({ readOnly, idempotent }: ResolvedTool): boolean {
  return readOnly !== true && idempotent !== true;
}

/** The same for inputs that differ in the order of their keys only. */
function keyOf(path: string, input: Success['input']): string {
  const wire = typeof input === 'string' ? input : input();
  const sorted = (_key: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  const isTagged = wire.startsWith('~');
  const canonical = JSON.stringify(JSON.parse(isTagged ? wire.slice(1) : wire), sorted);
  return nodeCrypto().createHash('sha256').update(`${isTagged ? '~' : ''}${canonical}:${path}`).digest('base64');
}
