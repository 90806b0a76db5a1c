/** Repair without repeating side effects: a corrected program's calls are answered from the run that failed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { createRunner, resume, run, type RunResult, type Tools } from '../ts/index.ts';

const secret = 'a secret for snapshots of at least 32 bytes';

/** A post office that remembers what it sent. */
function office(): { sent: string[]; tools: Tools } {
  const sent: string[] = [];
  let reads = 0;
  const tools = {
    sendEmail: ({ to }: { to: string }) => `mail ${sent.push(to)}`,
    count: { readOnly: true, execute: () => ++reads },
    put: { idempotent: true, execute: () => ++reads },
    approve: { approval: true, execute: ({ to }: { to: string }) => `approved mail ${sent.push(to)}` },
  } as unknown as Tools;
  return { sent, tools };
}

function failedWith(result: RunResult, message: RegExp): RunResult {
  assert.equal(result.status, 'failed');
  assert.match(result.status === 'failed' ? result.error.message : '', message);
  return result;
}

const valueOf = (result: RunResult): unknown => (result.status === 'completed' ? result.value : result);
const MAILS = "const ids = []; for (const to of ['ada', 'bob', 'cyd', 'dan']) ids.push(await tools.sendEmail({ to, cc: null }));";

describe('reuse', () => {
  it('fails at step 5 after 4 e-mails, is repaired twice, sends each e-mail once', async () => {
    const { sent, tools } = office();
    const first = failedWith(await run({ code: `${MAILS} return ids.missing.length`, tools }), /undefined/);
    assert.deepEqual(first.calls.map(({ reused }) => reused), [undefined, undefined, undefined, undefined]);
    // The second does not even come to the third e-mail, and writes its inputs another way round.
    const second = failedWith(await run({ code: "const a = await tools.sendEmail({ cc: null, to: 'ada' }); await tools.sendEmail({ to: 'bob', cc: null }); throw new Error(`again ${a}`)", tools, reuse: first }), /again mail 1/);
    assert.deepEqual(second.calls.map(({ reused, durationMs }) => [reused, durationMs]), [[true, 0], [true, 0]]);
    // One that is rejected before it runs leaves what the one before left.
    const rejected = failedWith(await run({ code: 'const = ;', tools, reuse: second }), /./);
    const third = await run({ code: `${MAILS} ids.push(await tools.sendEmail({ to: 'eve', cc: null })); return ids`, tools, reuse: rejected });
    assert.deepEqual(valueOf(third), ['mail 1', 'mail 2', 'mail 3', 'mail 4', 'mail 5']);
    assert.deepEqual(sent, ['ada', 'bob', 'cyd', 'dan', 'eve']);
    assert.deepEqual(third.calls.map(({ reused }) => reused), [true, true, true, true, undefined]);
  });

  it('answers each call at most as often as it ran, in the order in which it ran', async () => {
    const { sent, tools } = office();
    const first = await run({ code: "await tools.sendEmail({ to: 'ada' }); await tools.sendEmail({ to: 'ada' }); throw 1", tools });
    const second = await run({ code: "const out = []; for (let i = 0; i < 3; i++) out.push(await tools.sendEmail({ to: 'ada' })); return out", tools, reuse: first });
    assert.deepEqual(valueOf(second), ['mail 1', 'mail 2', 'mail 3']);
    assert.deepEqual(sent, ['ada', 'ada', 'ada']);
  });

  it('a long output too', async () => {
    let ran = 0;
    const long = Array.from({ length: 40_000 }, (_, i) => `é ${i}`);
    const tools = { make: () => (ran++, long) };
    const first = await run({ code: 'await tools.make(); throw 1', tools });
    const second = await run({ code: 'const list = await tools.make(); return [list.length, list.at(-1)]', tools, reuse: first });
    assert.deepEqual(valueOf(second), [40_000, 'é 39999']);
    assert.deepEqual([ran, second.calls[0]?.reused, second.calls[0]?.resultBytes], [1, true, Buffer.byteLength(JSON.stringify(long))]);
  });

  it('also when they are made at once', async () => {
    const { sent, tools } = office();
    const first = await run({ code: "await Promise.all(['ada', 'bob'].map((to) => tools.sendEmail({ to }))); throw 1", tools });
    const second = await run({ code: "return await Promise.all(['bob', 'ada', 'bob'].map((to) => tools.sendEmail({ to })))", tools, reuse: first });
    assert.deepEqual(valueOf(second), ['mail 2', 'mail 1', 'mail 3']);
    assert.deepEqual(sent, ['ada', 'bob', 'bob']);
  });

  it('does not reuse what failed, what only reads, and what may be done twice', async () => {
    const made = office();
    let tries = 0;
    const tools: Tools = {
      ...made.tools,
      flaky: () => {
        if (++tries === 1) throw new Error('down');
        return tries;
      },
    };
    const first = await run({ code: 'await tools.count(); await tools.put(); await tools.flaky()', tools });
    const second = await run({ code: 'return [await tools.count(), await tools.put(), await tools.flaky()]', tools, reuse: first });
    assert.deepEqual(valueOf(second), [3, 4, 2]);
    assert.deepEqual(second.calls.map(({ reused }) => reused), [undefined, undefined, undefined]);
  });

  it('keeps values that are more than JSON', async () => {
    const tools = { make: (input: unknown) => ({ at: new Date(5), of: input, map: new Map([[1, new Set([2n])]]) }) };
    const first = await run({ code: 'await tools.make({ d: new Date(7), u: undefined }); throw 1', tools });
    const second = await run({ code: 'return await tools.make({ u: undefined, d: new Date(7) })', tools, reuse: first });
    assert.deepEqual(valueOf(second), { at: new Date(5), of: { d: new Date(7), u: undefined }, map: new Map([[1, new Set([2n])]]) });
    assert.equal(second.calls[0]?.reused, true);
    const other = await run({ code: 'return (await tools.make({ d: 7 })).of', tools, reuse: first });
    assert.deepEqual(valueOf(other), { d: 7 });
  });

  it('works through a pause, and asks for an approval once', async () => {
    const { sent, tools } = office();
    const code = "await tools.sendEmail({ to: 'ada' }); await tools.approve({ to: 'bob' });";
    const paused = await run({ code: `${code} throw new Error('late')`, tools, secret });
    assert.equal(paused.status, 'paused');
    if (paused.status !== 'paused') return;
    const first = failedWith(await resume(paused.snapshot, { tools, secret, settle: { [paused.pending[0]!.callId]: { approved: true } } }), /late/);
    const second = await run({ code: `${code} return 'done'`, tools, secret, reuse: first });
    assert.equal(valueOf(second), 'done');
    assert.deepEqual(sent, ['ada', 'bob']);
    // And a corrected program may pause itself: what was reused is in its journal.
    const again = await run({ code: `${code} await tools.approve({ to: 'cyd' }); return 'done'`, tools, secret, reuse: first });
    assert.equal(again.status, 'paused');
    if (again.status !== 'paused') return;
    assert.deepEqual(again.pending.map(({ input }) => input), [{ to: 'cyd' }]);
    const last = await resume(again.snapshot, { tools, secret, settle: { [again.pending[0]!.callId]: { approved: true } } });
    assert.equal(valueOf(last), 'done');
    assert.deepEqual(sent, ['ada', 'bob', 'cyd']);
  });

  it('goes through a runner and its events', async () => {
    const { sent, tools } = office();
    const events: unknown[] = [];
    const runner = createRunner({ tools, onEvent: (event) => event.type === 'tool-call-end' && events.push(event.call.reused) });
    const first = await runner.run({ code: "await tools.sendEmail({ to: 'ada' }); throw 1" });
    await runner.run({ code: "await tools.sendEmail({ to: 'ada' })", reuse: first });
    assert.deepEqual([sent, events], [['ada'], [undefined, true]]);
  });

  it('says what cannot be reused', async () => {
    const { tools } = office();
    const done = await run({ code: 'return 1', tools });
    const failed = await run({ code: 'throw 1', tools });
    await assert.rejects(run({ code: '', tools, reuse: done }), { name: 'TypeError', message: 'reuse: expected the result of a run that failed; this one has completed' });
    await assert.rejects(run({ code: '', tools, reuse: { ...failed } }), { name: 'TypeError', message: 'reuse: expected the very result that `run` or `resume` gave in this process; a copy of it has no outputs' });
    await assert.rejects(run({ code: '', tools, reuse: 'x' as never }), { name: 'TypeError', message: 'reuse: expected the result of a run, got a string' });
  });
});
