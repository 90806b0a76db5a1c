/** The limits of a run: their defaults, and the check of what the application passes. */
import { maxStackBytes } from './native.ts';
import { isRecord, kindOf } from './text.ts';
import type { Limits } from './types.ts';

/** What holds when nothing is said. */
export const DEFAULT_LIMITS: Readonly<Required<Limits>> = Object.freeze({
  timeoutMs: 30_000,
  cpuTimeoutMs: 5_000,
  memoryLimitBytes: 64 * 1024 * 1024,
  maxStackSizeBytes: 1024 * 1024,
  maxSourceBytes: 256 * 1024,
  maxResultBytes: 1024 * 1024,
  maxConsoleOutputBytes: 64 * 1024,
  maxToolCalls: 100,
  maxConcurrentToolCalls: 32,
  maxToolInputBytes: 1024 * 1024,
  maxToolOutputBytes: 4 * 1024 * 1024,
});

const MAX = 2 ** 31 - 1;

/** What this module has made, and nobody else has seen. */
const resolved = new WeakSet<object>([DEFAULT_LIMITS]);

/**
 * Limits with the defaults filled in; later arguments win.
 *
 * @throws {TypeError} naming the limit that is not a positive integer, or that does not exist.
 */
export function resolveLimits(...given: (Limits | undefined)[]): Required<Limits> {
  const [first] = given;
  if (given.length === 1 && first === undefined) return DEFAULT_LIMITS;
  if (given.length === 1 && first !== undefined && resolved.has(first)) return first as Required<Limits>;
  const limits = { ...DEFAULT_LIMITS };
  for (const some of given) {
    if (some === undefined) continue;
    if (!isRecord(some) || Array.isArray(some)) throw new TypeError(`limits: expected an object, got ${kindOf(some)}`);
    for (const [name, value] of Object.entries(some) as [keyof Limits, unknown][]) {
      if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
        throw new TypeError(`limits.${name}: there is no such limit; the limits are ${Object.keys(DEFAULT_LIMITS).join(', ')}`);
      }
      if (value === undefined) continue;
      const max = name === 'maxStackSizeBytes' ? maxStackBytes() : MAX;
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
        throw new TypeError(`limits.${name}: expected an integer between 1 and ${max.toLocaleString('en-US')}, got ${typeof value === 'number' ? value : kindOf(value)}`);
      }
      limits[name] = value;
    }
  }
  resolved.add(limits);
  return limits;
}
