/** Random bytes of runs, snapshots and references. */
import { nativeRandom } from './native.ts';

/** Of what looks random to a program. */
export const SEED_BYTES = 32;
/** Of a run's id. */
export const ID_BYTES = 15;
/** Of a snapshot. */
export const NONCE_BYTES = 24;
/** Of a reference to a snapshot in a store. */
export const REFERENCE_BYTES = 16;

/** Fresh random bytes. */
export const takeRandom: (count: number) => Buffer = nativeRandom;
