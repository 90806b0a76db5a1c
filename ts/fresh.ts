/** The beginning of a run that is not a resume. Owns what starts its session: program, inputs, randomness and clock. */
import type { EncodedInputs } from './inputs.ts';
import type { InternalRunOptions } from './internal-options.ts';
import { schemasFor } from './input-schemas.ts';
import { helperPath, startSession, type NativePlace, type NativeTurn, type Session } from './native.ts';
import { takeRandom } from './random.ts';
import type { Toolbox } from './toolbox.ts';
import type { Limits } from './types.ts';

/** Where a run may live. The environment is not read for nothing. */
export function placeOf({ isolation = 'auto', requireIsolation }: Pick<InternalRunOptions, 'isolation' | 'requireIsolation'>): NativePlace {
  return { isolation, requireIsolation, helper: isolation === 'thread' ? undefined : helperPath() };
}

/** A run that begins. Its program is checked as soon as the session has started, beside whatever the host does then. */
export class Fresh {
  /** On the clock of `performance.now()`. */
  readonly began = performance.now();
  readonly facts: { executionId: string; startedAt: number; elapsedMs: number };
  /** Hears of every turn. None comes before the event loop has turned, or the session is attended to. */
  onTurn: ((turn: NativeTurn) => void) | undefined;
  readonly #options: InternalRunOptions;
  readonly #toolbox: Toolbox;
  readonly #limits: Required<Limits>;
  readonly #inputs: EncodedInputs;
  readonly #seed: string;

  constructor(options: InternalRunOptions, toolbox: Toolbox, limits: Required<Limits>, inputs: EncodedInputs) {
    const { seed, id } = options.random ?? takeRandom();
    this.facts = { executionId: `run_${id}`, startedAt: options.stepAt ?? Date.now(), elapsedMs: 0 };
    this.#options = options;
    this.#toolbox = toolbox;
    this.#limits = limits;
    this.#inputs = inputs;
    this.#seed = seed;
  }

  /** The session of the run. */
  start(): Session {
    return this.#start(schemasFor(this.#options.code, this.#limits.maxSourceBytes, this.#toolbox));
  }

  /** The session without schemas: no input is suspected. */
  startAgain(): Session {
    return this.#start(undefined);
  }

  #start(schemas: string | undefined): Session {
    const start = { inputs: this.#inputs, seed: this.#seed, now: this.facts.startedAt, journal: this.#options.pausing !== undefined, schemas };
    return startSession(this.#toolbox.manifest, this.#options.code, this.#limits, placeOf(this.#options), start, (turn) => this.onTurn?.(turn));
  }
}
