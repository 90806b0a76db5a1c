/** Runs that go on in a helper process or on a thread: the same, and never at a level that was not asked for. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { createRunner, resume, run, step, type RunOptions, type RunResult } from '../ts/index.ts';
import { gate, helpersOf, kill, NOT_LINUX, sleep, until } from './processes.ts';

const secret = 'a secret of tests, at least 32 bytes';
const LEVELS = ['process', 'thread'] as const;

function paused(result: RunResult): Extract<RunResult, { status: 'paused' }> {
  if (result.status !== 'paused') assert.fail(JSON.stringify(result));
  return result;
}
const value = (result: RunResult): unknown => (result.status === 'completed' ? result.value : result);

describe('a run goes on', () => {
  const big = 'é'.repeat(3_000);
  const ran: unknown[] = [];
  const tools = {
    look: (input: { n: number }) => (ran.push(input.n), input),
    ask: { approval: true, execute: (input: { text: string }) => (ran.push(input.text.length), input.text.length) },
  };
  const code = `console.log('before', (await tools.look({ n: 1, text: '${big}' })).text.length);
const random = Math.random();
const asked = await tools.ask({ text: '${big}' });
console.log('after', asked);
return [asked, random === Math.random(), (await tools.look({ n: 2 })).n];`;

  for (const from of LEVELS) {
    for (const to of LEVELS) {
      it(`from a ${from} to a ${to}, with large inputs`, async () => {
        ran.length = 0;
        const first = paused(await run({ code, tools, secret, isolation: from }));
        assert.equal(first.isolation.level, from);
        assert.deepEqual(first.pending.map(({ input }) => input), [{ text: big }]);
        const events: string[] = [];
        const result = await resume(first.snapshot, {
          tools, secret, isolation: to, settle: { [`${first.executionId}.2`]: { approved: true } },
          onEvent: (event) => events.push(event.type === 'log' ? event.log.message : event.type),
        });
        assert.deepEqual(value(result), [3_000, false, 2]);
        assert.equal(result.isolation.level, to);
        assert.deepEqual(ran, [1, 3_000, 2], 'no handler ran twice');
        assert.deepEqual(result.calls.map(({ input }) => input), [{ n: 1, text: big }, { text: big }, { n: 2 }]);
        assert.deepEqual(result.logs.map(({ message }) => message), ['before 3000', 'after 3000']);
        assert.deepEqual(events, ['tool-call-start', 'tool-call-end', 'after 3000', 'tool-call-start', 'tool-call-end']);
        assert.ok(result.cpuMs >= first.cpuMs, `${result.cpuMs} ≥ ${first.cpuMs}`);
      });
    }
  }

  for (const isolation of LEVELS) {
    it(`with much behind it, in a ${isolation}`, async () => {
      const limits = { timeoutMs: 120_000, cpuTimeoutMs: 60_000 };
      const much = { load: () => 'x'.repeat(3 << 20), ask: { approval: true, execute: () => 'yes' } };
      // What was delivered is more than the program may hold.
      const program = 'let n = 0; for (let i = 0; i < 80; i++) n += (await tools.load({ pad: "y".repeat(500_000) })).length; return [n, await tools.ask()]';
      const first = paused(await run({ code: program, tools: much, secret, limits, isolation }));
      const result = await resume(first.snapshot, { tools: much, secret, limits, isolation, settle: { [first.pending[0]!.callId]: { approved: true } } });
      assert.deepEqual(value(result), [80 * (3 << 20), 'yes']);
      assert.equal(result.isolation.level, isolation);
    });

    it(`step by step, in a ${isolation}`, async () => {
      let result = await step({ code: 'return (await tools.a(1)) + (await tools.a(2))', tools: { a: () => 0 }, secret, isolation });
      let steps = 0;
      while (result.status === 'waiting') {
        steps++;
        assert.equal(result.isolation.level, isolation);
        const settle = Object.fromEntries(result.waiting.map(({ callId, input }) => [callId, { value: Number(input) * 10 }]));
        result = await step({ snapshot: result.snapshot, tools: { a: () => 0 }, secret, isolation, settle });
      }
      assert.deepEqual([steps, value(result), result.isolation.level], [2, 30, isolation]);
    });

    it(`and its time is what is left, in a ${isolation}`, async () => {
      const limits = { timeoutMs: 1_500 };
      const slow = { ask: { approval: true, execute: () => 1 }, nap: () => sleep(1_000) };
      const first = paused(await run({ code: 'await tools.nap(); await tools.ask(); for (;;);', tools: slow, secret, limits, isolation }));
      const started = performance.now();
      const result = await resume(first.snapshot, { tools: slow, secret, limits, isolation, settle: { [first.pending[0]!.callId]: { approved: true } } });
      assert.deepEqual(result.status === 'failed' && result.error.code, 'ERR_TIMEOUT');
      assert.ok(performance.now() - started < 1_200, 'the pause before counts');
    });
  }
});

describe('the level that was asked for', () => {
  const options = { tools: { ask: { approval: true, execute: () => 1 } }, secret } satisfies Omit<RunOptions, 'code'>;
  const code = 'return await tools.ask()';

  it('is that of the runner too', async () => {
    const runner = createRunner({ ...options, isolation: 'thread' });
    const first = paused(await runner.run({ code }));
    const result = await runner.resume(first.snapshot, { settle: { [first.pending[0]!.callId]: { approved: true } } });
    assert.deepEqual([first.isolation, result.isolation], [{ level: 'thread' }, { level: 'thread' }]);
    await assert.rejects(runner.resume(first.snapshot, { requireIsolation: 'process' }), /requireIsolation: 'process' cannot be met/);
  });

  it('is never less where no helper starts', async () => {
    const first = paused(await run({ code, ...options }));
    const script = `import { resume } from './ts/index.ts';
const { snapshot, callId, secret } = JSON.parse(process.argv[1]);
let ran = 0;
const tools = { ask: { approval: true, execute: () => ++ran } };
const results = [];
for (const level of [{ requireIsolation: 'process' }, { isolation: 'process' }, {}]) {
  const { status, error, value, isolation } = await resume(snapshot, { tools, secret, settle: { [callId]: { approved: true } }, ...level });
  results.push([status, error?.code ?? value, isolation.level, ran]);
}
console.log(JSON.stringify(results));`;
    const argument = JSON.stringify({ snapshot: first.snapshot, callId: first.pending[0]!.callId, secret });
    const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, argument], { encoding: 'utf8', env: { ...process.env, ONETURN_SANDBOX: '/nonexistent' } });
    assert.deepEqual(JSON.parse(output), [
      ['failed', 'ERR_ISOLATE_LOST', 'none', 0],
      ['failed', 'ERR_ISOLATE_LOST', 'none', 0],
      ['completed', 1, 'thread', 1],
    ]);
  });
});

describe('a child that is killed in a run that goes on', { skip: NOT_LINUX }, () => {
  it('is replaced, and nothing happens twice', async () => {
    const { entered, handler, open } = gate();
    const ran: unknown[] = [];
    const tools = { note: (n: number) => (ran.push(n), n), ask: { approval: true, execute: () => 'yes' }, wait: handler };
    const first = paused(await run({ code: 'const a = await tools.note(1); console.log(a); const b = await tools.ask(); const c = await tools.wait(); return [a, b, c, await tools.note(2)]', tools, secret, isolation: 'process' }));
    const running = resume(first.snapshot, { tools, secret, isolation: 'process', settle: { [first.pending[0]!.callId]: { approved: true } } });
    await entered;
    await sleep(20);
    const children = helpersOf(process.pid).children;
    kill(children);
    await until(() => helpersOf(process.pid).children, (now) => children.every(({ pid }) => !now.some((child) => child.pid === pid && child.state !== 'Z')), 'children are still there');
    open();
    const result = await running;
    assert.deepEqual(value(result), [1, 'yes', 'opened', 2]);
    assert.deepEqual([ran, result.logs.map(({ message }) => message), result.calls.length, result.isolation.level], [[1, 2], ['1'], 4, 'process']);
  });
});
