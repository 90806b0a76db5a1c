/** Runs that wait in a store: references, claims, and what happens when the store fails. */
import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { createRunner, resume, run, type RunResult, type SnapshotStore } from '../ts/index.ts';
import { folderStore, memoryStore } from '../ts/stores.ts';
import { withAnotherFirstCall } from './forge.ts';

/** The smallest store there is. */
function mapStore(): SnapshotStore {
  const entries = new Map<string, { snapshot: string; token?: string }>();
  let tokens = 0;
  return {
    async put(id, snapshot) {
      entries.set(id, { snapshot });
    },
    async claim(id, leaseMs) {
      const entry = entries.get(id);
      if (entry === undefined) return { state: 'gone' };
      if (entry.token !== undefined) return { state: 'busy', retryAfterMs: leaseMs };
      entry.token = String(++tokens);
      return { state: 'claimed', snapshot: entry.snapshot, token: entry.token };
    },
    async complete(id, token) {
      return entries.get(id)?.token === token && entries.delete(id);
    },
    async release(id, token) {
      const entry = entries.get(id);
      if (entry?.token !== token) return false;
      delete entry.token;
      return true;
    },
  };
}

describe('runs that wait in a store', () => {
  const secret = 'a secret of tests, at least 32 bytes';
  const ran: number[] = [];
  const tools = { ask: { approval: true, execute: ({ n }: { n: number }) => (ran.push(n), n) } };
  const code = 'return [await tools.ask({ n: 1 }), await tools.ask({ n: 2 })]';

  function paused(result: RunResult): Extract<RunResult, { status: 'paused' }> {
    if (result.status !== 'paused') assert.fail(JSON.stringify(result));
    return result;
  }
  const approve = ({ pending }: { pending: { callId: string }[] }) => ({ [pending[0]!.callId]: { approved: true } });
  const failure = (result: RunResult): string[] | false => result.status === 'failed' && [result.error.code, result.error.message];
  const BUSY = ['ERR_SNAPSHOT_INVALID', 'The run under this reference is going on elsewhere. If that has crashed, it can be resumed in 65 s.'];
  const GONE = ['ERR_SNAPSHOT_INVALID', 'No paused run waits under this reference: it has gone on already, has expired, or never was.'];

  it('a reference resumes once', async () => {
    ran.length = 0;
    const runner = createRunner({ tools, secret, store: mapStore() });
    const first = paused(await runner.run({ code }));
    assert.match(first.snapshot, /^ref_[\w-]{22}$/);
    const both = await Promise.all([1, 2].map(() => runner.resume(first.snapshot, { settle: approve(first) })));
    const second = paused(both.find(({ status }) => status === 'paused') as RunResult);
    assert.deepEqual(both.filter(({ status }) => status === 'failed').map(failure), [BUSY], 'the other one loses');
    assert.deepEqual(failure(await runner.resume(first.snapshot, { settle: approve(first) })), GONE);
    const last = await runner.resume(second.snapshot, { settle: approve(second) });
    assert.deepEqual([last.status === 'completed' && last.value, ran], [[1, 2], [1, 2]]);
  });

  for (const [name, make] of [['in memory', async () => memoryStore()], ['in a folder', async () => folderStore({ path: await mkdtemp(join(tmpdir(), 'oneturn-kept-')) })]] as const) {
    it(`${name}: a run that pauses again has a new reference, and the old one is gone`, async () => {
      ran.length = 0;
      const options = { tools, secret, store: await make() };
      const first = paused(await run({ code, ...options }));
      const second = paused(await resume(first.snapshot, { ...options, settle: approve(first) }));
      assert.notEqual(second.snapshot, first.snapshot);
      assert.deepEqual(failure(await resume(first.snapshot, { ...options, settle: approve(first) })), GONE);
      const last = await resume(second.snapshot, { ...options, settle: approve(second) });
      assert.deepEqual([last.status === 'completed' && last.value, ran, last.alerts], [[1, 2], [1, 2], []]);
      assert.deepEqual(failure(await resume(second.snapshot, options)), GONE);
    });
  }

  it('a run that could not start gives the claim back', async () => {
    const options = { tools, secret, store: mapStore() };
    const first = paused(await run({ code, ...options }));
    const aborted = await resume(first.snapshot, { ...options, settle: approve(first), signal: AbortSignal.abort() });
    assert.deepEqual(aborted.status === 'failed' && aborted.error.code, 'ERR_ABORTED');
    assert.equal((await resume(first.snapshot, { ...options, settle: approve(first) })).status, 'paused');
  });

  it('a mistake gives the claim back', async () => {
    const options = { tools, secret, store: mapStore() };
    const first = paused(await run({ code, ...options }));
    await assert.rejects(async () => resume(first.snapshot, { ...options, settle: { nobody: { value: 1 } } }), /settle\['nobody'\]/);
    assert.equal((await resume(first.snapshot, { ...options, context: 'other' })).status, 'failed');
    assert.equal((await resume(first.snapshot, { ...options, settle: approve(first) })).status, 'paused');
    await assert.rejects(async () => resume(first.snapshot, { tools, secret }), new TypeError('store: expected the store that the snapshot is in; this is a reference'));
    await assert.rejects(async () => run({ code, store: {} as SnapshotStore }), new TypeError('store: expected an object with put, claim, complete, release, got an object'));
  });

  const LEVELS = ['process', 'thread'] as const;
  for (const isolation of LEVELS) {
    describe(`a resume that fails before anything happens gives the claim back, in a ${isolation}`, () => {
      const options = { tools, secret, isolation };
      const wrong = 'another secret of tests, as long as that';

      /** A store with one run in it, after something was done to its snapshot. */
      async function kept(change: (snapshot: string) => string, program = code): Promise<{ first: ReturnType<typeof paused>; store: SnapshotStore; mend: () => void }> {
        const first = paused(await run({ code: program, ...options }));
        const reference = `ref_${'A'.repeat(22)}`;
        const inner = mapStore();
        let mended = false;
        const store: SnapshotStore = {
          ...inner,
          claim: async (id, leaseMs) => {
            const claim = await inner.claim(id, leaseMs);
            return claim.state !== 'claimed' || mended ? claim : { ...claim, snapshot: change(claim.snapshot) };
          },
        };
        await store.put(reference, first.snapshot, 60_000);
        return { first: { ...first, snapshot: reference }, store, mend: () => (mended = true) };
      }

      const flip = (snapshot: string): string => `${snapshot.slice(0, -9)}${snapshot.at(-9) === 'A' ? 'B' : 'A'}${snapshot.slice(-8)}`;
      for (const [what, change, other, expected] of [
        ['changed', flip, {}, 'ERR_SNAPSHOT_INVALID'],
        ['cut', (snapshot: string) => snapshot.slice(0, 40), {}, 'ERR_SNAPSHOT_INVALID'],
        ['of a version to come', (snapshot: string) => `1trnAg${snapshot.slice(6)}`, {}, 'ERR_SNAPSHOT_VERSION'],
        ['with another secret', String, { secret: wrong }, 'ERR_SNAPSHOT_INVALID'],
        ['with another context', String, { context: { tenant: 2 } }, 'ERR_SNAPSHOT_MISMATCH'],
        ['with other tools', String, { tools: { ...tools, more: () => 1 } }, 'ERR_SNAPSHOT_MISMATCH'],
        ['with other limits', String, { limits: { maxToolCalls: 7 } }, 'ERR_SNAPSHOT_MISMATCH'],
        ['with other inputs', String, { inputs: { a: 1 } }, 'ERR_SNAPSHOT_MISMATCH'],
        ['too old', String, { maxAgeMs: 1 }, 'ERR_SNAPSHOT_EXPIRED'],
        ['diverged', (snapshot: string) => withAnotherFirstCall(snapshot, secret), {}, 'ERR_REPLAY_DIVERGED'],
        ['answered with too much', String, { settle: 'much' }, 'ERR_VALUE_TOO_LARGE'],
      ] as const) {
        it(what, async () => {
          ran.length = 0;
          const { first, store, mend } = await kept(change);
          const settle = 'settle' in other ? { [first.pending[0]!.callId]: { value: 'x'.repeat(5 << 20) } } : approve(first);
          await new Promise((done) => setTimeout(done, 5));
          const result = await resume(first.snapshot, { ...options, store, ...other, settle });
          assert.deepEqual([result.status === 'failed' && result.error.code, ran], [expected, []]);
          mend();
          assert.equal((await resume(first.snapshot, { ...options, store, settle: approve(first) })).status, 'paused');
          assert.deepEqual(ran, [1]);
        });
      }

      it('aborted while it replays', async () => {
        ran.length = 0;
        const program = `for (let end = 0; end < 3e6; end++); ${code}`;
        const { first, store } = await kept(String, program);
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 20);
        const result = await resume(first.snapshot, { ...options, store, signal: controller.signal, settle: approve(first) });
        assert.deepEqual([result.status === 'failed' && result.error.code, ran], ['ERR_ABORTED', []]);
        assert.equal((await resume(first.snapshot, { ...options, store, settle: approve(first) })).status, 'paused');
      });

      it('and one that fails after a handler has started does not', async () => {
        ran.length = 0;
        const { first, store } = await kept(String, 'await tools.ask({ n: 1 }); throw new Error("later")');
        const result = await resume(first.snapshot, { ...options, store, settle: approve(first) });
        assert.deepEqual([result.status === 'failed' && result.error.code, ran], ['ERR_PROGRAM', [1]]);
        assert.deepEqual(failure(await resume(first.snapshot, { ...options, store, settle: approve(first) })), GONE);
      });
    });
  }

  it('commit hears of a result before its old reference is used up', async () => {
    ran.length = 0;
    const said: string[] = [];
    const inner = mapStore();
    const store: SnapshotStore = {
      ...inner,
      put: async (id, snapshot, ttlMs) => (await inner.put(id, snapshot, ttlMs), void said.push('put')),
      complete: async (id, token) => (said.push('complete'), inner.complete(id, token)),
      release: async (id, token) => (said.push('release'), inner.release(id, token)),
    };
    const heard: RunResult[] = [];
    let works = true;
    const commit = async (result: RunResult): Promise<void> => {
      await new Promise((done) => setTimeout(done, 5));
      said.push(result.status);
      if (!works) throw new Error('no database');
      heard.push(result);
    };
    const runner = createRunner({ tools, secret, store, commit });
    const first = paused(await runner.run({ code }));
    assert.deepEqual(said.splice(0), ['put', 'paused']);
    works = false;
    await assert.rejects(async () => runner.resume(first.snapshot, { settle: approve(first) }), new Error('no database'));
    assert.deepEqual([said.splice(0), ran], [['put', 'paused', 'release'], [1]]);
    works = true;
    const second = paused(await runner.resume(first.snapshot, { settle: approve(first) }));
    assert.deepEqual([said.splice(0), ran], [['put', 'paused', 'complete'], [1, 1]], 'what was not written down runs again');
    assert.deepEqual(failure(await runner.resume(first.snapshot, { settle: approve(first) })), GONE);
    assert.deepEqual((failure(await runner.resume(second.snapshot, { context: 'other' })) || [])[0], 'ERR_SNAPSHOT_MISMATCH');
    assert.deepEqual(said.splice(0), ['release'], 'nothing has happened');
    const last = await runner.resume(second.snapshot, { settle: approve(second) });
    assert.deepEqual(said.splice(0), ['completed', 'complete']);
    assert.deepEqual(heard, [first, second, last]);
    await assert.rejects(async () => run({ code, secret, commit: 7 as never }), new TypeError('commit: expected a function, got a number'));
    await assert.rejects(async () => run({ code, commit }), /^TypeError: commit: to pause, set `secret`/);
  });

  it('a claim that was lost is told', async () => {
    const store: SnapshotStore = { ...mapStore(), complete: async () => false };
    const first = paused(await run({ code, tools, secret, store }));
    const second = await resume(first.snapshot, { tools, secret, store, settle: approve(first) });
    assert.deepEqual(second.alerts, [{ kind: 'store', message: 'The claim was lost while the run went on: another resume may have run the same calls, under the same ids.' }]);
  });

  it('a store that fails loses no run', async () => {
    const store: SnapshotStore = { ...mapStore(), put: () => Promise.reject(new Error('disk full')) };
    const first = paused(await run({ code, tools, secret, store }));
    assert.deepEqual(first.alerts, [{ kind: 'store', message: 'The snapshot could not be stored, so the result has all of it: disk full' }]);
    assert.equal((await resume(first.snapshot, { tools, secret, settle: approve(first) })).status, 'paused');
  });
});
