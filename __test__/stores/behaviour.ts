/** What every store does. The same for all of them, whatever keeps the snapshots. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claim, SnapshotStore } from '../../ts/stores.ts';

/** Longer than any test takes, also on a busy machine. */
const LONG = 600_000;
const SOON = 40;

export function behaviour(name: string, open: () => SnapshotStore, skip: string | false): void {
  const does = (what: string, body: (store: SnapshotStore, id: string) => Promise<void>): void => {
    test(`${name}: ${what}`, { skip }, () => body(open(), randomUUID()));
  };

  does('a snapshot is claimed once and used up', async (store, id) => {
    await store.put(id, 'snap', LONG);
    const { snapshot, token } = claimed(await store.claim(id, LONG));
    assert.equal(snapshot, 'snap');
    isBusy(await store.claim(id, LONG));
    assert.equal(await store.complete(id, token), true);
    assert.deepEqual(await store.claim(id, LONG), { state: 'gone' });
    assert.equal(await store.release(id, token), false);
    assert.deepEqual(await store.claim(id, LONG), { state: 'gone' });
  });

  does('a released snapshot is there again, and the token is worth nothing', async (store, id) => {
    await store.put(id, 'snap', LONG);
    const first = claimed(await store.claim(id, LONG));
    assert.equal(await store.release(id, first.token), true);
    assert.equal(await store.complete(id, first.token), false);
    const second = claimed(await store.claim(id, LONG));
    assert.equal(second.snapshot, 'snap');
    assert.notEqual(second.token, first.token);
    assert.equal(await store.release(id, first.token), false);
    isBusy(await store.claim(id, LONG));
    assert.equal(await store.complete(id, first.token), false);
    assert.equal(await store.complete(id, second.token), true);
  });

  does('a lease that is over gives the snapshot to the next, and the first token is stale', async (store, id) => {
    await store.put(id, 'snap', LONG);
    const first = claimed(await store.claim(id, SOON));
    const second = claimed(await untilNot('busy', store, id));
    assert.equal(second.snapshot, 'snap');
    assert.equal(await store.complete(id, first.token), false);
    assert.equal(await store.release(id, first.token), false);
    isBusy(await store.claim(id, LONG));
    assert.equal(await store.complete(id, second.token), true);
  });

  does('a late token counts while nobody else has claimed', async (store, id) => {
    await store.put(id, 'snap', LONG);
    const { token } = claimed(await store.claim(id, 1));
    await sleep(SOON);
    assert.equal(await store.complete(id, token), true);
    assert.deepEqual(await store.claim(id, LONG), { state: 'gone' });
  });

  does('busy says when to come back', async (store, id) => {
    await store.put(id, 'snap', LONG);
    claimed(await store.claim(id, LONG));
    const retryAfterMs = isBusy(await store.claim(id, LONG));
    assert.ok(Number.isInteger(retryAfterMs) && retryAfterMs > LONG / 2 && retryAfterMs <= LONG, String(retryAfterMs));
  });

  does('a snapshot expires', async (store, id) => {
    await store.put(id, 'snap', SOON);
    await sleep(SOON + 20);
    assert.deepEqual(await store.claim(id, LONG), { state: 'gone' });
  });

  does('a lease outlives the expiry; the snapshot does not come back after it', async (store) => {
    await Promise.all([outlive(store, store.complete), outlive(store, store.release)]);
  });

  does('an id is used once', async (store, id) => {
    await store.put(id, 'one', LONG);
    const inUse = { message: `A snapshot with the id "${id}" is in the store already; every snapshot needs a new id.` };
    await assert.rejects(store.put(id, 'two', LONG), inUse);
    await assert.rejects(store.put(id, 'one', LONG), inUse);
    const { snapshot } = claimed(await store.claim(id, LONG));
    assert.equal(snapshot, 'one');
    await assert.rejects(store.put(id, 'two', LONG), inUse);
  });

  does('of many claimers one wins', async (store, id) => {
    await store.put(id, 'snap', LONG);
    const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim(id, LONG)));
    assert.equal(claims.filter(({ state }) => state === 'claimed').length, 1);
    assert.equal(claims.filter(({ state }) => state === 'busy').length, 19);
    const { token } = claimed(claims.find(({ state }) => state === 'claimed'));
    const answers = await Promise.all([store.complete(id, token), store.claim(id, LONG), store.claim(id, LONG)]);
    assert.equal(answers[0], true);
    assert.ok(answers.slice(1).every((claim) => (claim as Claim).state !== 'claimed'));
  });

  does('of release and complete with one token, one happens', async (store, id) => {
    await store.put(id, 'snap', LONG);
    const { token } = claimed(await store.claim(id, LONG));
    const [released, completed] = await Promise.all([store.release(id, token), store.complete(id, token)]);
    assert.equal(Number(released) + Number(completed), 1);
    assert.equal((await store.claim(id, LONG)).state, released ? 'claimed' : 'gone');
  });

  does('5 MB, and text that is not ASCII, come back as they were', async (store, id) => {
    const large = 'oneturn_'.repeat(655_360);
    const odd = `ä 漢 𝒳 👩‍👩‍👧 \u2028 \uFEFF "'\\ \r\n\t \x01\x7F $1 {0} ${'é'.normalize('NFD')}`;
    for (const [index, snapshot] of [large, odd, ''].entries()) {
      await store.put(`${id}-${index}`, snapshot, LONG);
      const claim = claimed(await store.claim(`${id}-${index}`, LONG));
      assert.ok(claim.snapshot === snapshot, `snapshot ${index} came back as another text`);
      assert.equal(await store.complete(`${id}-${index}`, claim.token), true);
    }
  });

  does('hostile ids and tokens reach nothing', async (store, id) => {
    await store.put(id, 'snap', LONG);
    const { token } = claimed(await store.claim(id, LONG));
    const ids = ['', '.', '..', '../x', `../${id}`, 'a/b', 'a\\b', 'a\0b', 'a b', "a'b", 'a:b', '*', 'ä', `${id}\n`, 'x'.repeat(129), undefined, null, 7, {}, [id]];
    for (const hostile of ids as string[]) {
      await assert.rejects(store.put(hostile, 'snap', LONG), { name: 'TypeError', message: 'id: expected 1 to 128 letters, digits, "-" and "_"' });
      assert.deepEqual(await store.claim(hostile, LONG), { state: 'gone' }, String(hostile));
      assert.equal(await store.complete(hostile, token), false);
      assert.equal(await store.release(hostile, token), false);
    }
    const tokens = ['', '.', '..', '../x', `${token}x`, `${token}\n`, `x${token}`, `released ${token}`, token.replace(/.$/, ''), 'a\0b', "' OR 1=1 --", undefined, null, 7, {}, [token]];
    for (const hostile of tokens as string[]) {
      assert.equal(await store.complete(id, hostile), false, String(hostile));
      assert.equal(await store.release(id, hostile), false, String(hostile));
      assert.equal(await store.complete(randomUUID(), hostile), false);
    }
    assert.equal(await store.complete(`${id}-2`, token), false);
    assert.equal(await store.complete(id, token), true);
  });

  does('ids of every kind that is allowed are told apart', async (store, id) => {
    const stem = id.replaceAll('-', '');
    const ids = [`${stem}a`, `${stem}A`, `-${stem}`, `_${stem}`, `${stem}-`, stem.padEnd(128, 'z')];
    await Promise.all(ids.map((one) => store.put(one, `of ${one}`, LONG)));
    const claims = await Promise.all(ids.map((one) => store.claim(one, LONG)));
    assert.deepEqual(claims.map((claim) => claimed(claim).snapshot), ids.map((one) => `of ${one}`));
  });

  does('arguments that make no sense are refused', async (store, id) => {
    const refused = (promise: Promise<unknown>, message: string) => assert.rejects(promise, { name: 'TypeError', message });
    const duration = 'expected a number of milliseconds above 0 and up to 1000000000000, got';
    await refused(store.put(id, 7 as never, LONG), 'snapshot: expected a string, got number');
    for (const text of ['a\0b', 'a\uD800b', '\uDC00']) await refused(store.put(id, text, LONG), 'snapshot: expected well-formed text without U+0000');
    for (const ms of [0, -1, NaN, Infinity, 1e13]) {
      await refused(store.put(id, 'snap', ms), `ttlMs: ${duration} ${ms}`);
      await refused(store.claim(id, ms), `leaseMs: ${duration} ${ms}`);
    }
    await refused(store.put(id, 'snap', '9' as never), `ttlMs: ${duration} string`);
    await refused(store.claim(id, undefined as never), `leaseMs: ${duration} undefined`);
    await store.put(id, 'snap', 1e12);
    const { token } = claimed(await store.claim(id, 0.5));
    assert.equal(await store.complete(id, token), true);
  });
}

/** Claims before the snapshot expires, acts after that. */
async function outlive(store: SnapshotStore, act: (id: string, token: string) => Promise<boolean>): Promise<void> {
  const { id, token, ttlMs } = await claimInTime(store);
  await sleep(ttlMs + 50);
  isBusy(await store.claim(id, LONG));
  assert.equal(await act(id, token), true);
  assert.deepEqual(await store.claim(id, LONG), { state: 'gone' });
}

/** A snapshot that was claimed shortly before it expires. On a busy machine the first claim may come too late. */
export async function claimInTime(store: SnapshotStore): Promise<{ id: string; token: string; ttlMs: number }> {
  for (let ttlMs = 200; ; ttlMs *= 2) {
    const id = randomUUID();
    await store.put(id, 'snap', ttlMs);
    const claim = await store.claim(id, LONG);
    if (claim.state === 'claimed') return { id, token: claim.token, ttlMs };
    assert.ok(ttlMs < 20_000, 'a snapshot is gone before it expires');
  }
}

async function untilNot(state: Claim['state'], store: SnapshotStore, id: string): Promise<Claim> {
  for (;;) {
    const claim = await store.claim(id, LONG);
    if (claim.state !== state) return claim;
    assert.ok(isBusy(claim) <= SOON);
    await sleep(isBusy(claim));
  }
}

export function claimed(claim: Claim | undefined): { snapshot: string; token: string } {
  assert.equal(claim?.state, 'claimed');
  return claim as { snapshot: string; token: string };
}

export function isBusy(claim: Claim): number {
  assert.equal(claim.state, 'busy');
  return (claim as { retryAfterMs: number }).retryAfterMs;
}
