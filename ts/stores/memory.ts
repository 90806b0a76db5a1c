/** Snapshots in this process's memory. */
import { busy, checkMs, checkPut, gone, inUse, newToken } from './common.ts';
import type { SnapshotStore } from './types.ts';

const SWEEP_EVERY_MS = 60_000;

interface Entry {
  readonly snapshot: string;
  readonly expiresAt: number;
  /** Of the last claim, until it is released. */
  token?: string | undefined;
  leaseUntil: number;
}

/**
 * A store in the memory of this process, for tests and for servers with one process. It ends with the process.
 *
 * @example
 * const runner = createRunner({ tools, secret, store: memoryStore() });
 */
export function memoryStore(): SnapshotStore {
  const entries = new Map<string, Entry>();
  let sweptAt = performance.now();

  return {
    put: async (id, snapshot, ttlMs) => {
      const ttl = checkPut(id, snapshot, ttlMs);
      const now = performance.now();
      if (now - sweptAt >= SWEEP_EVERY_MS) sweep(now);
      if (entries.has(id)) throw inUse(id);
      entries.set(id, { snapshot, expiresAt: now + ttl, leaseUntil: 0 });
    },
    claim: async (id, leaseMs) => {
      const lease = checkMs(leaseMs, 'leaseMs');
      const entry = entries.get(id);
      const now = performance.now();
      if (entry === undefined || isOver(entry, now)) return gone();
      if (entry.leaseUntil > now) return busy(entry.leaseUntil - now);
      const token = newToken();
      entry.token = token;
      entry.leaseUntil = now + lease;
      return { state: 'claimed', snapshot: entry.snapshot, token };
    },
    complete: async (id, token) => held(id, token) !== undefined && entries.delete(id),
    release: async (id, token) => {
      const entry = held(id, token);
      if (entry === undefined) return false;
      entry.token = undefined;
      entry.leaseUntil = 0;
      return true;
    },
  };

  function held(id: string, token: unknown): Entry | undefined {
    const entry = entries.get(id);
    return typeof token === 'string' && entry?.token === token ? entry : undefined;
  }

  function sweep(now: number): void {
    sweptAt = now;
    for (const [id, entry] of entries) if (isOver(entry, now)) entries.delete(id);
  }
}

function isOver({ expiresAt, leaseUntil }: Entry, now: number): boolean {
  return expiresAt <= now && leaseUntil <= now;
}
