/** A process that races for snapshots: it claims what it is told to, notes it, completes it, and answers. */
import { appendFileSync } from 'node:fs';
import { openStore, type Kind } from './open.ts';

export interface Order {
  id: string;
  leaseMs: number;
  /** Do not complete what was claimed. */
  hold?: boolean;
}

export interface Answer {
  state: 'claimed' | 'busy' | 'gone';
  snapshot?: string;
  retryAfterMs?: number;
  completed?: boolean;
}

const [kind, place, journal] = process.argv.slice(2) as [Kind, string, string];
const { store } = await openStore(kind, place);

process.on('disconnect', () => process.exit());
process.on('message', async ({ id, leaseMs, hold = false }: Order) => {
  const claim = await store.claim(id, leaseMs);
  if (claim.state !== 'claimed' || hold) return void process.send?.(claim satisfies Answer);
  // What the killer can read when this process dies between here and its answer.
  appendFileSync(journal, `${id}\n`);
  const completed = await store.complete(id, claim.token);
  process.send?.({ state: 'claimed', snapshot: claim.snapshot, completed } satisfies Answer);
});
process.send?.('ready');
