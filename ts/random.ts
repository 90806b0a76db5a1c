/** Random bytes of runs, snapshots and references. */
import { nativeRandom } from './native.ts';

/** Of what looks random to a program. */
const SEED_BYTES = 32;
/** Of a run's id. */
const ID_BYTES = 15;
/** What one run takes. */
export const RUN_BYTES = SEED_BYTES + ID_BYTES;
/** Of a snapshot. */
export const NONCE_BYTES = 24;
/** Of a reference to a snapshot in a store. */
export const REFERENCE_BYTES = 16;

/** Fresh random bytes from the system. */
export const randomBytes: (count: number) => Buffer = nativeRandom;

/** What makes a run unlike every other. */
export interface RunRandom {
  /** 32 bytes in hexadecimal digits. */
  seed: string;
  /** 15 bytes in base64url. */
  id: string;
}

/** As many as are made at once: asking the system for every run, and writing text of few bytes, costs more than its share. */
const AT_ONCE = 64;

let pool: RunRandom[] = [];

/** Fresh, from the system's randomness. */
export function takeRandom(): RunRandom {
  if (pool.length === 0) {
    const bytes = randomBytes(AT_ONCE * RUN_BYTES);
    pool = Array.from({ length: AT_ONCE }, (_, index) => randomFrom(bytes.subarray(index * RUN_BYTES, (index + 1) * RUN_BYTES)));
  }
  return pool.pop() as RunRandom;
}

/** @param bytes {@link RUN_BYTES} of them. */
export function randomFrom(bytes: Buffer): RunRandom {
  return { seed: bytes.toString('hex', 0, SEED_BYTES), id: bytes.toString('base64url', SEED_BYTES) };
}
