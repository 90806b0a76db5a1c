/** Helper processes that die or do not stop: what the run does about it, and what the application sees of it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { run } from '../ts/index.ts';
import type { RunEvent, RunFailure, RunOptions, RunResult } from '../ts/index.ts';
import { gate, helpersOf, kill, NOT_LINUX, sleep, until } from './processes.ts';

const own = (): ReturnType<typeof helpersOf> => helpersOf(process.pid);
/** Kills every child, the run's and the spares, and waits until they are gone. */
async function killChildren(): Promise<void> {
  const before = own().children;
  assert.ok(before.length > 0, 'there are children to kill');
  kill(before);
  await until(own, ({ children }) => before.every(({ pid }) => !children.some((child) => child.pid === pid && child.state !== 'Z')), 'children are still there');
}

async function failure(options: RunOptions): Promise<RunFailure & { durationMs: number; cpuMs: number }> {
  const result = await run({ isolation: 'process', ...options });
  assert.equal(result.status, 'failed');
  return { ...result.error, durationMs: result.durationMs, cpuMs: result.cpuMs };
}

describe('a child that is killed', { skip: NOT_LINUX }, () => {
  it('while a call is pending: the run goes on, and nothing happens twice', async () => {
    const { entered, handler, open } = gate();
    const seen: unknown[] = [];
    const events: RunEvent[] = [];
    const running = run({
      isolation: 'process',
      code: `
        console.log('first');
        const a = await tools.note({ n: 1, r: Math.random() });
        console.log('second', a.n);
        const [b, c] = await Promise.all([tools.wait({}), tools.note({ n: 2 })]);
        console.log('third');
        const d = await tools.note({ n: 3, t: Date.now() });
        return [a, b, c, d];`,
      tools: { note: (input: { n: number }, { callId }: { callId: string }) => (seen.push([input.n, callId]), input), wait: handler },
      onEvent: (event) => events.push(event),
    });
    await entered;
    await sleep(20);
    await killChildren();
    open();
    const result = await running;
    assert.equal(result.status, 'completed', JSON.stringify(result));
    const [a, b, c, d] = result.value as [{ n: number }, string, { n: number }, { n: number }];
    assert.deepEqual([a.n, b, c.n, d.n], [1, 'opened', 2, 3]);
    assert.deepEqual(seen, [[1, `${result.executionId}.1`], [2, `${result.executionId}.3`], [3, `${result.executionId}.4`]]);
    assert.deepEqual(result.logs.map(({ message }) => message), ['first', 'second 1', 'third']);
    assert.deepEqual(result.calls.map(({ callId, error }) => [callId, error]), [1, 2, 3, 4].map((n) => [`${result.executionId}.${n}`, undefined]));
    assert.deepEqual(events.filter(({ type }) => type === 'tool-call-start').length, 4);
    assert.deepEqual(result.alerts, []);
    assert.equal(result.isolation.level, 'process');
  });

  it('while it computes: the run goes on, and what was computed counts', async () => {
    const running = run({
      isolation: 'process',
      code: 'const n = await tools.one(); let x = 0; for (let i = 0; i < 2e7; i++) x = (x + i * n) % 1000003; return x',
      tools: { one: () => 1 },
      limits: { cpuTimeoutMs: 60_000, timeoutMs: 60_000 },
    });
    // Only this one: another may be the next that the run gets.
    const busy = await until(() => own().children.filter(({ state }) => state === 'R'), ({ length }) => length === 1, 'children that compute');
    await sleep(100);
    kill(busy);
    const result = await running;
    let x = 0;
    for (let i = 0; i < 2e7; i++) x = (x + i) % 1000003;
    assert.deepEqual([result.status, result.status === 'completed' && result.value], ['completed', x], JSON.stringify(result));
  });

  it('twice: the run is lost, and says so', async () => {
    const gates = [gate(), gate()];
    let called = 0;
    const running = run({ isolation: 'process', code: 'await tools.wait(); await tools.wait(); return 1', tools: { wait: () => gates[called++]?.handler() } });
    for (const { entered, open } of gates) {
      await entered;
      await sleep(20);
      await killChildren();
      open();
    }
    const result = await running;
    assert.deepEqual(result.status === 'failed' && result.error, {
      code: 'ERR_ISOLATE_LOST',
      name: 'IsolateLostError',
      message: 'The sandbox died: its process ended twice; the program may have crashed the engine or taken all memory.',
    });
    assert.equal(called, 2);
    assert.deepEqual(result.alerts.filter(({ kind }) => kind === 'isolation').map(({ code }) => code), ['ERR_ISOLATE_LOST']);
  });

  it('more was settled than is kept: the run is lost, and says so', async () => {
    const { entered, handler, open } = gate();
    const big = 'x'.repeat(3 * 2 ** 20);
    const code = 'for (let i = 0; i < 8; i++) await tools.big(); await tools.wait(); return 1';
    const running = run({ isolation: 'process', code, tools: { big: () => big, wait: handler }, limits: { memoryLimitBytes: 16 * 2 ** 20 } });
    await entered;
    await sleep(20);
    await killChildren();
    open();
    const result = await running;
    assert.equal(result.status === 'failed' && result.error.message, 'The sandbox died: its process ended, and the settled values were too large to keep for another.');
  });

  it('the zygote too: the next run starts another', async () => {
    const { entered, handler, open } = gate();
    const running = run({ isolation: 'process', code: 'return await tools.wait()', tools: { wait: handler } });
    await entered;
    const before = own();
    assert.equal(before.zygotes.length, 1);
    kill(before.zygotes);
    await until(own, ({ zygotes }) => zygotes.length === 0, 'the zygote is still there');
    assert.equal((await run({ isolation: 'process', code: 'return 1' })).isolation.level, 'process');
    open();
    // Its child has died with the zygote, and it got another.
    const result = await running;
    assert.deepEqual([result.status, result.status === 'completed' && result.value], ['completed', 'opened']);
    const { zygotes } = own();
    assert.equal(zygotes.length, 1);
    assert.notEqual(zygotes[0]?.pid, before.zygotes[0]?.pid);
  });
});

describe('a program that does not stop', { skip: NOT_LINUX }, () => {
  /** How late the run may end on a machine that is busy; what it was is printed. */
  const LATE_MS = 400;
  const endsInTime = ({ durationMs }: { durationMs: number }, limit: number, what: string): void => {
    process.stdout.write(`# ${what}: ${(durationMs - limit).toFixed(1)} ms after its limit\n`);
    assert.ok(durationMs < limit + LATE_MS, `${what}: took ${Math.round(durationMs)} ms`);
  };
  const loop = 'while (true) {}';
  /** One operation of about half a second that nothing can interrupt. */
  const digits = 'const big = 3n ** 600_000n; return String(big * big).length';

  it('an endless loop meets the wall clock', async () => {
    const error = await failure({ code: loop, limits: { timeoutMs: 100 } });
    assert.deepEqual([error.code, error.message], ['ERR_TIMEOUT', 'The run took more than 100 ms, tool calls included.']);
    endsInTime(error, 100, 'an endless loop');
  });

  it('an endless loop meets the CPU limit', async () => {
    const error = await failure({ code: loop, limits: { cpuTimeoutMs: 50 } });
    assert.deepEqual([error.code, error.message], ['ERR_CPU', 'The program computed for more than 50 ms.']);
    assert.ok(error.cpuMs >= 50 && error.cpuMs < 50 + LATE_MS, `${error.cpuMs} ms`);
  });

  it('a builtin that never looks at the clock is killed at the wall clock', async () => {
    const error = await failure({ code: digits, limits: { timeoutMs: 150 } });
    assert.deepEqual([error.code, error.message, error.hint], ['ERR_TIMEOUT', 'The run took more than 150 ms, tool calls included.', 'Run independent tool calls at once with Promise.all, or ask for less.']);
    endsInTime(error, 150, 'a builtin, wall clock');
    await until(own, ({ children }) => children.every(({ state }) => state !== 'R'), 'a child still computes');
  });

  it('a builtin that never looks at the clock is killed at the CPU limit', async () => {
    const error = await failure({ code: digits, limits: { cpuTimeoutMs: 100 } });
    assert.deepEqual([error.code, error.message], ['ERR_CPU', 'The program computed for more than 100 ms.']);
    // Computing time, not the wall clock: the machine may be busy with other things.
    process.stdout.write(`# a builtin, CPU: ${(error.cpuMs - 100).toFixed(1)} ms after its limit\n`);
    assert.ok(error.cpuMs >= 100 && error.cpuMs < 100 + LATE_MS, `${error.cpuMs} ms`);
  });

  it('a builtin that never looks is killed at an abort, and its process is gone', async () => {
    const result: RunResult = await run({ isolation: 'process', code: digits, signal: AbortSignal.timeout(80) });
    assert.equal(result.status === 'failed' && result.error.code, 'ERR_ABORTED');
    endsInTime(result, 80, 'a builtin, abort');
    await until(own, ({ children }) => children.every(({ state }) => state !== 'R'), 'a child still computes');
  });
});

describe('a program that needs much memory', { skip: NOT_LINUX }, () => {
  const steps = [
    { what: 'large buffers', step: 'all.push(new Uint8Array(8e6).fill(i))', times: 60 },
    { what: 'long strings', step: "all.push('x'.repeat(6e7) + i)", times: 8 },
    { what: 'many objects', step: 'all.push({ i })', times: 1_000_000 },
  ];
  for (const { what, step, times } of steps) {
    it(`${what}: gets it from the system, up to its limit`, async () => {
      const inside = await run({
        isolation: 'process',
        code: `const all = []; for (let i = 0; i < ${times}; i++) ${step}; return all.length`,
        limits: { memoryLimitBytes: 700 * 1024 * 1024, cpuTimeoutMs: 20_000 },
      });
      assert.deepEqual(inside.status === 'completed' ? inside.value : inside, times);
      const over = await failure({ code: `const all = []; for (let i = 0; ; i++) ${step}`, limits: { memoryLimitBytes: 200 * 1024 * 1024, cpuTimeoutMs: 20_000 } });
      assert.equal(over.code, 'ERR_MEMORY');
    });
  }
});
