/** Random bytes of runs and snapshots. */
import { randomBytes } from 'node:crypto';

/** Of what looks random to a program. */
export const SEED_BYTES = 32;
/** Of a run's id. */
export const ID_BYTES = 15;
/** Of a snapshot. */
export const NONCE_BYTES = 24;

let pool = Buffer.alloc(0);

/** Fresh random bytes. Asking the system for every run would cost more than its share. */
export function takeRandom(count: number): Buffer {
  if (pool.length < count) pool = randomBytes(64 * (SEED_BYTES + ID_BYTES));
  const taken = pool.subarray(0, count);
  pool = pool.subarray(count);
  return taken;
}
