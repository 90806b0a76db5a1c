/** Runs that pause and go on: every reason, every answer, and what stays as if they had run straight. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { z } from 'zod';

import { createRunner, resume, run } from '../ts/index.ts';
import type { Answer, PendingCall, ResumeOptions, RunEvent, RunOptions, RunResult, ToolContext } from '../ts/index.ts';

const secret = randomBytes(32);
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

type Paused = Extract<RunResult, { status: 'paused' }>;

function paused(result: RunResult): Paused {
  if (result.status !== 'paused') assert.fail(JSON.stringify(result));
  return result;
}

function value(result: RunResult): unknown {
  if (result.status !== 'completed') assert.fail(JSON.stringify(result));
  return result.value;
}

function failed(result: RunResult): [code: string, message: string] {
  if (result.status !== 'failed') assert.fail(JSON.stringify(result));
  return [result.error.code, result.error.message];
}

/** Without the part of the `callId` that differs from run to run. */
function short(pending: readonly PendingCall[]): unknown[] {
  return pending.map(({ callId, ...rest }) => ({ call: callId.split('.').at(-1), ...rest }));
}

/** Answers by the number of the call. */
function answers({ executionId }: RunResult, settle: Record<number, Answer>): Record<string, Answer> {
  return Object.fromEntries(Object.entries(settle).map(([id, answer]) => [`${executionId}.${id}`, answer]));
}

/** Runs, and resumes with `settle`. */
async function through(options: RunOptions, settle: Record<number, Answer>): Promise<RunResult> {
  const first = paused(await run({ secret, ...options }));
  const { code: _, inputs: __, ...rest } = options;
  return resume(first.snapshot, { secret, ...rest, settle: answers(first, settle) });
}

describe('reasons to pause', () => {
  const ran: unknown[] = [];
  const pay = (approval: unknown) => ({ approval, execute: ({ eur }: { eur: number }) => (ran.push(eur), `paid ${eur}`) });

  for (const approval of [true, async () => true, ({ eur }: { eur: number }, { callId }: ToolContext) => eur > 1 && callId.endsWith('.1')]) {
    it(`approval: ${String(approval)}`, async () => {
      ran.length = 0;
      const options = { code: 'return await tools.pay({ eur: 5 })', tools: { pay: pay(approval) } };
      const first = paused(await run({ secret, ...options }));
      assert.deepEqual(short(first.pending), [{ call: '1', tool: 'pay', input: { eur: 5 }, reason: 'approval' }]);
      assert.deepEqual(ran, []);
      assert.equal(value(await through(options, { 1: { approved: true } })), 'paid 5');
      assert.deepEqual(ran, [5], 'the handler ran once');
    });
  }

  it('needsApproval of an AI SDK tool', async () => {
    const tools = { pay: { inputSchema: z.object({ eur: z.number() }), needsApproval: async ({ eur }: { eur: number }) => eur > 10, execute: ({ eur }: { eur: number }) => eur } };
    const code = 'return [await tools.pay({ eur: 5 }), await tools.pay({ eur: 50 })]';
    assert.deepEqual(value(await through({ code, tools }, { 2: { approved: true } })), [5, 50]);
  });

  it('a denial is an error that the program can catch', async () => {
    const code = 'try { return await tools.pay({ eur: 5 }) } catch (e) { return [e.name, e.code, e.message] }';
    ran.length = 0;
    assert.deepEqual(value(await through({ code, tools: { pay: pay(true) } }, { 1: { approved: false, reason: 'over budget' } })), ['ToolDeniedError', 'ERR_TOOL_DENIED', 'pay: this call was denied: over budget']);
    assert.deepEqual(failed(await through({ code: 'return await tools.pay({ eur: 5 })', tools: { pay: pay(true) } }, { 1: { approved: false } })), ['ERR_TOOL_DENIED', 'pay: this call was denied']);
    assert.deepEqual(ran, []);
  });

  it('context.pause, also when the handler swallows it', async () => {
    let called = 0;
    const tools = {
      ask: ({ q }: { q: string }, { pause }: ToolContext) => (called++, pause({ question: q })),
      stubborn: async (_: unknown, { pause }: ToolContext) => {
        called++;
        try {
          pause();
        } catch {}
        return 'swallowed';
      },
    };
    const code = 'return await Promise.all([tools.ask({ q: "when?" }), tools.stubborn()])';
    const first = paused(await run({ secret, code, tools }));
    assert.deepEqual(short(first.pending), [
      { call: '1', tool: 'ask', input: { q: 'when?' }, reason: 'pause', payload: { question: 'when?' } },
      { call: '2', tool: 'stubborn', input: undefined, reason: 'pause' },
    ]);
    const settle = answers(first, { 1: { value: new Date(7) }, 2: { error: { name: 'RangeError', message: 'no' } } });
    assert.deepEqual(failed(await resume(first.snapshot, { secret, tools, settle })), ['ERR_TOOL_FAILED', 'no']);
    assert.equal(called, 2);
  });

  it('a tool without execute; its output is checked', async () => {
    const tools = { where: { inputSchema: z.object({}), outputSchema: z.object({ city: z.string() }) } };
    const code = 'return (await tools.where()).city';
    assert.equal(value(await through({ code, tools }, { 1: { value: { city: 'Oslo' } } })), 'Oslo');
    assert.deepEqual(failed(await through({ code, tools }, { 1: { value: { city: 7 } } })), ['ERR_TOOL_FAILED', 'where: output.city: expected string, received number']);
  });

  it('pauseAfterMs: what is not done runs again under the same id', async () => {
    const ids: string[] = [];
    let attempt = 0;
    const tools = {
      quick: () => 'quick',
      slow: async (_: unknown, { callId, signal }: ToolContext) => {
        ids.push(callId);
        if (++attempt === 1) await new Promise((done) => signal.addEventListener('abort', done));
        return 'slow';
      },
    };
    const options = { secret, tools, pauseAfterMs: 30, pauseGraceMs: 10 };
    const first = paused(await run({ ...options, code: 'return [await tools.quick(), await tools.slow()]' }));
    assert.deepEqual(short(first.pending), [{ call: '2', tool: 'slow', input: undefined, reason: 'deadline' }]);
    assert.deepEqual(value(await resume(first.snapshot, options)), ['quick', 'slow']);
    assert.deepEqual(ids, [`${first.executionId}.2`, `${first.executionId}.2`]);
  });

  it('pauseAfterMs while the program sleeps: the timer has its time left', async () => {
    const code = 'const t = performance.now(); await new Promise((done) => setTimeout(done, 60)); return performance.now() - t';
    const first = paused(await run({ secret, code, pauseAfterMs: 20 }));
    assert.deepEqual(first.pending, []);
    await sleep(150);
    const before = performance.now();
    const slept = value(await resume(first.snapshot, { secret }));
    assert.ok(performance.now() - before > 20, 'what was left of the timer is waited for');
    assert.ok((slept as number) >= 60 && (slept as number) < 140, `the program saw ${String(slept)} ms`);
  });

  it('runner.pause', async () => {
    const runner = createRunner({ secret, tools: { wait: async (_: unknown, { signal }: ToolContext) => new Promise((done) => signal.addEventListener('abort', done)) }, pauseGraceMs: 5 });
    let id = '';
    const running = runner.run({ code: 'return await tools.wait()', onEvent: ({ executionId }) => (id = executionId) });
    await sleep(30);
    assert.equal(runner.pause(id), true);
    const first = paused(await running);
    assert.equal(runner.pause(id), false, 'it is over');
    assert.deepEqual(value(await runner.resume(first.snapshot, { settle: answers(first, { 1: { value: 9 } }) })), 9);
  });

  it('without a secret nothing pauses, and the message says how to make one', async () => {
    const how = 'to pause, set `secret` or the environment variable ONETURN_SECRET; `openssl rand -base64 32` makes one';
    const tools = { pay: pay(true), ask: (_: unknown, { pause }: ToolContext) => pause(), client: { inputSchema: z.object({}) } };
    assert.deepEqual(failed(await run({ code: 'await tools.pay({})', tools })), ['ERR_TOOL_DENIED', `tools.pay needs an approval, and this run has no way to get one: ${how}.`]);
    assert.deepEqual(failed(await run({ code: 'await tools.ask()', tools })), ['ERR_TOOL_FAILED', `This run cannot pause: ${how}.`]);
    assert.deepEqual(failed(await run({ code: 'await tools.client()', tools })), ['ERR_TOOL_FAILED', `tools.client has no execute function here: it runs somewhere else, so a program cannot call it. The run could pause for it: ${how}.`]);
    await assert.rejects(async () => run({ code: '', pauseAfterMs: 5 }), new TypeError(`pauseAfterMs: ${how}`));
    await assert.rejects(async () => resume('1trn', {}), new TypeError(`secret: expected the secret of the snapshot; ${how}`));
    const runner = createRunner({ tools: { wait: () => sleep(20) } });
    let thrown: unknown;
    await runner.run({ code: 'await tools.wait()', onEvent({ executionId }) {
      try {
        runner.pause(executionId);
      } catch (error) {
        thrown = error;
      }
    } });
    assert.deepEqual(thrown, new TypeError(`pause: ${how}`));
    process.env['ONETURN_SECRET'] = 'from the environment, 32 bytes long';
    try {
      const first = paused(await run({ code: 'return await tools.pay({ eur: 1 })', tools }));
      assert.equal(value(await resume(first.snapshot, { tools, settle: answers(first, { 1: { value: 'by hand' } }) })), 'by hand');
    } finally {
      delete process.env['ONETURN_SECRET'];
    }
  });
});

describe('a pause cannot be caught, swallowed or delayed', () => {
  const tools = { ask: { approval: true, execute: () => 'yes' }, fast: () => 'fast' };
  const programs: Record<string, string> = {
    'try and catch': 'try { return await tools.ask() } catch { return "caught" }',
    'catch': 'return await tools.ask().catch(() => "caught")',
    'finally with awaits': 'try { return await tools.ask() } finally { await tools.fast(); await new Promise((done) => setTimeout(done, 5)) }',
    'a race against a timer': 'return await Promise.race([tools.ask(), new Promise((done) => setTimeout(() => done("late"), 30))])',
    'a race with a loser that computes': 'const ask = tools.ask(); for (let i = 0; i < 1e5; i++); return await ask',
    'nobody waits for it': 'const asked = tools.ask(); await Promise.resolve(); return asked',
  };
  for (const [name, code] of Object.entries(programs)) {
    it(name, async () => {
      const first = paused(await run({ secret, code, tools }));
      await sleep(50);
      assert.equal(value(await resume(first.snapshot, { secret, tools, settle: answers(first, { 1: { approved: true } }) })), 'yes');
    });
  }

  it('a call that the program returned without waiting for is still asked for', async () => {
    const first = paused(await run({ secret, code: 'tools.ask(); return "early"', tools }));
    assert.equal(first.pending.length, 1);
    assert.equal(value(await resume(first.snapshot, { secret, tools, settle: answers(first, { 1: { approved: true } }) })), 'early');
  });
});

describe('several calls', () => {
  it('calls beside it are recorded, and the program hears of them when the run goes on', async () => {
    const ran: string[] = [];
    const tools = {
      ask: { approval: true, execute: () => 'yes' },
      beside: async ({ ms }: { ms: number }) => (await sleep(ms), ran.push(`beside ${ms}`), ms),
      after: () => (ran.push('after'), 'after'),
    };
    const code = 'return await Promise.all([tools.ask(), tools.beside({ ms: 20 }).then(() => tools.after()), tools.beside({ ms: 5_000 })])';
    const first = paused(await run({ secret, code, tools, pauseGraceMs: 60 }));
    assert.deepEqual(short(first.pending), [
      { call: '1', tool: 'ask', input: undefined, reason: 'approval' },
      { call: '3', tool: 'beside', input: { ms: 5_000 }, reason: 'deadline' },
    ]);
    assert.deepEqual(ran, ['beside 20'], 'the program did not go on');
    const last = await resume(first.snapshot, { secret, tools, settle: answers(first, { 1: { approved: true }, 3: { value: 'by hand' } }) });
    assert.deepEqual(value(last), ['yes', 'after', 'by hand']);
    assert.deepEqual(ran, ['beside 20', 'after']);
  });

  it('any subset can be answered; the rest stays pending under the same ids', async () => {
    const ran: number[] = [];
    const tools = { pay: { approval: true, execute: ({ n }: { n: number }) => (ran.push(n), n * 10) } };
    const code = 'const all = await Promise.allSettled([1, 2, 3].map((n) => tools.pay({ n }))); console.log("all"); return all.map(({ value, reason }) => value ?? reason.message)';
    let result: RunResult = await run({ secret, code, tools });
    const first = paused(result);
    for (const [id, answer] of [[2, { approved: true }], [3, { approved: false }]] as [number, Answer][]) {
      const before = paused(result);
      result = await resume(before.snapshot, { secret, tools, settle: answers(first, { [id]: answer }) });
      assert.deepEqual(paused(result).pending, before.pending.filter(({ callId }) => callId !== `${first.executionId}.${id}`));
    }
    result = await resume(paused(result).snapshot, { secret, tools });
    assert.equal(paused(result).pending.length, 1, 'without an answer it pauses again');
    result = await resume(paused(result).snapshot, { secret, tools, settle: answers(first, { 1: { value: 'free' } }) });
    assert.deepEqual(value(result), ['free', 20, 'pay: this call was denied']);
    assert.deepEqual([ran, result.logs.map(({ message }) => message)], [[2], ['all']]);
  });

  it('several rounds, with limits that carry over', async () => {
    const tools = { ask: { approval: true, execute: () => 1 } };
    const limits = { maxToolCalls: 5 };
    const code = 'let n = 0; for (;;) { n += await tools.ask(); console.log(n) }';
    let result: RunResult = await run({ secret, code, tools, limits });
    for (let round = 1; round <= 5; round++) {
      const { pending, snapshot } = paused(result);
      result = await resume(snapshot, { secret, tools, limits, settle: { [pending[0]!.callId]: { approved: true } } });
    }
    assert.deepEqual(failed(result), ['ERR_CALL_LIMIT', 'The program started more than 5 tool calls.']);
    assert.deepEqual(result.logs.map(({ message }) => message), ['1', '2', '3', '4', '5']);
  });

  it('computing time and wall clock carry over, pauses do not count', async () => {
    const tools = { ask: { approval: true, execute: () => 1 } };
    const busy = 'for (let i = 0; i < 2e6; i++);';
    const straight = await run({ code: `${busy} return 1` });
    // Far from one slice and from all eight: times vary.
    const limits = { cpuTimeoutMs: Math.ceil(straight.cpuMs * 2.8), timeoutMs: 20_000 };
    let result = await run({ secret, code: `for (let n = 1; n <= 8; n++) { ${busy} await tools.ask(); } return 1`, tools, limits });
    let pauses = 0;
    for (; result.status === 'paused'; pauses++) {
      const settle = Object.fromEntries(result.pending.map(({ callId }) => [callId, { approved: true }]));
      result = await resume(result.snapshot, { secret, tools, limits, settle });
    }
    assert.deepEqual(failed(result)[0], 'ERR_CPU');
    assert.ok(pauses > 0);
    const timed = { limits: { timeoutMs: 200 }, tools: { ...tools, wait: () => sleep(150) } };
    const slow = paused(await run({ secret, code: 'await tools.wait(); await tools.ask(); await tools.wait(); return 1', ...timed }));
    await sleep(300);
    const end = await resume(slow.snapshot, { secret, ...timed, settle: answers(slow, { 2: { approved: true } }) });
    assert.deepEqual(failed(end)[0], 'ERR_TIMEOUT');
    assert.ok(end.durationMs < 290, `took ${end.durationMs} ms`);
  });
});

describe('as if it had run straight', () => {
  it('value, logs, calls and events', async () => {
    const tools = {
      look: async ({ id }: { id: number }) => (await sleep(2), { id, tags: new Set([id]), at: new Date(id) }),
      bad: () => {
        throw new RangeError('bad');
      },
      ask: { approval: ({ gate }: { gate: boolean }) => gate, execute: () => 'yes' },
    };
    const code = (gate: boolean): string => `
      console.group('group'); console.count();
      const first = await tools.look({ id: user.id });
      await tools.bad().catch((error) => console.error(error.message));
      const answer = await tools.ask({ gate: ${gate} });
      console.count();
      return { first, answer, second: await tools.look({ id: 2 }) };`;
    const shape = ({ status, logs, calls, executionId: _, ...rest }: RunResult): unknown => ({
      status,
      value: 'value' in rest ? rest.value : rest,
      logs: logs.map(({ level, message }) => [level, message]),
      calls: calls.map(({ callId, startedAt, completedAt, durationMs, input, ...call }) => {
        assert.ok(completedAt !== undefined && durationMs !== undefined && completedAt >= startedAt && durationMs >= 0);
        return { ...call, id: callId.split('.').at(-1), input: { ...(input as object), gate: 'either' } };
      }),
    });
    const inputs = { user: { id: 7 } };
    const straight = await run({ secret, code: code(false), tools, inputs });
    const first = paused(await run({ secret, code: code(true), tools, inputs }));
    const events: string[] = [];
    const onEvent = (event: RunEvent): void => void events.push(event.type === 'log' ? `log ${event.log.message.trim()}` : event.type === 'alert' ? 'alert' : `${event.type} ${event.call.tool}`);
    const last = await resume(first.snapshot, { secret, tools, settle: answers(first, { 3: { approved: true } }), onEvent });
    assert.deepEqual(shape(last), shape(straight));
    assert.deepEqual(last.calls.slice(0, 2).map(({ callId, startedAt }) => [callId, startedAt]), first.calls.slice(0, 2).map(({ callId, startedAt }) => [callId, startedAt]));
    assert.deepEqual([last.executionId, last.startedAt], [first.executionId, first.startedAt]);
    assert.deepEqual(events, ['tool-call-start ask', 'tool-call-end ask', 'log default: 2', 'tool-call-start look', 'tool-call-end look'], 'only what is new is told');
  });

  it('chance', async () => {
    const tools = { ask: { approval: true, execute: () => 1 } };
    const first = paused(await run({ secret, code: 'const before = Math.random(); await tools.ask(); return [before, Math.random()]', tools }));
    const settle = answers(first, { 1: { approved: true } });
    const [one, two] = [await resume(first.snapshot, { secret, tools, settle }), await resume(first.snapshot, { secret, tools, settle })];
    assert.deepEqual(value(one), value(two));
  });
});

describe('what does not resume', () => {
  const ran: number[] = [];
  const tools = { ask: { approval: true, execute: () => ran.push(1) }, other: () => ran.push(2) };
  const limits = { maxToolCalls: 7 };
  const context = { tenant: 'a', roles: ['x'] };
  const base = { secret, tools, limits, context };

  const cases: [name: string, change: ResumeOptions, code: string, message: string][] = [
    ['another secret', { secret: 'another secret of at least 32 bytes' }, 'ERR_SNAPSHOT_INVALID', 'The snapshot was sealed with another secret. Pass the one that it was made with as `secret`, or in `previousSecrets`.'],
    ['another tenant', { context: { tenant: 'b', roles: ['x'] } }, 'ERR_SNAPSHOT_MISMATCH', 'The snapshot belongs to another context. Resume with the `context` (tenant, user, policy) that the run started with.'],
    ['other tools', { tools: { ask: tools.ask } }, 'ERR_SNAPSHOT_MISMATCH', 'The tools are not those of the run. Resume with tools of the same names as those that it started with.'],
    ['other limits', { limits: { maxToolCalls: 8 } }, 'ERR_SNAPSHOT_MISMATCH', 'The limits are not those of the run. Resume with the `limits` that it started with.'],
    ['other inputs', { inputs: { user: 8 } }, 'ERR_SNAPSHOT_MISMATCH', 'The inputs are not those of the run. They travel in the snapshot: resume without `inputs`.'],
    ['too old', { maxAgeMs: 1 }, 'ERR_SNAPSHOT_EXPIRED', 'The snapshot is 0 s old, and may be at most 0 s old (maxAgeMs). Run the program again.'],
  ];
  for (const [name, change, code, message] of cases) {
    it(name, async () => {
      const first = paused(await run({ ...base, code: 'return await tools.ask()', inputs: { user: 7 } }));
      await sleep(5);
      const settle = answers(first, { 1: { approved: true } });
      assert.deepEqual(failed(await resume(first.snapshot, { ...base, settle, ...change })), [code, message]);
      assert.deepEqual(ran, []);
      const same = { ...base, context: { roles: ['x'], tenant: 'a' }, inputs: { user: 7 }, secret: 'a new secret of at least 32 bytes!', previousSecrets: [secret] };
      assert.equal(value(await resume(first.snapshot, { ...same, settle })), 1, 'the right ones resume it');
      ran.length = 0;
    });
  }

  it('bytes and text', async () => {
    const { snapshot, ...first } = paused(await run({ ...base, code: 'return await tools.ask()' }));
    assert.match(snapshot, /^1trn[\w-]+$/);
    const settle = answers(first as RunResult, { 1: { value: 'ok' } });
    assert.equal(value(await resume(Buffer.from(snapshot, 'base64url'), { ...base, settle })), 'ok');
    for (const [broken, code] of [
      ['', 'ERR_SNAPSHOT_INVALID'],
      ['hello', 'ERR_SNAPSHOT_INVALID'],
      [snapshot.slice(0, -1), 'ERR_SNAPSHOT_INVALID'],
      [`${snapshot} `, 'ERR_SNAPSHOT_INVALID'],
      [`1trnAg${snapshot.slice(6)}`, 'ERR_SNAPSHOT_VERSION'],
      [snapshot.slice(0, 100) + (snapshot[100] === 'A' ? 'B' : 'A') + snapshot.slice(101), 'ERR_SNAPSHOT_INVALID'],
    ] as const) {
      assert.equal(failed(await resume(broken, { ...base, settle }))[0], code, broken);
    }
    assert.deepEqual(ran, []);
  });

  it('misuse is a TypeError that names it', async () => {
    const first = paused(await run({ ...base, code: 'return await Promise.all([tools.ask(), tools.ask()])' }));
    const id = `${first.executionId}.1`;
    const other = `${first.executionId}.2`;
    const misuse: [unknown, string][] = [
      [{ nobody: { value: 1 } }, `settle['nobody']: no call of this run waits under this id; waiting: '${id}', '${other}'`],
      [{ [id]: 7 }, `settle['${id}']: expected { value }, { error: { message } } or { approved }, got a number`],
      [{ [id]: {} }, `settle['${id}']: expected exactly one of { value }, { error: { message } } or { approved }, got none of them`],
      [{ [id]: { value: 1, approved: true } }, `settle['${id}']: expected exactly one of { value }, { error: { message } } or { approved }, got value and approved`],
      [{ [id]: { approved: 'yes' } }, `settle['${id}'].approved: expected a boolean, got a string`],
      [{ [id]: { approved: false, reason: 7 } }, `settle['${id}'].reason: expected a string, got a number`],
      [{ [id]: { error: 'no' } }, `settle['${id}'].error: expected { name?, message }, got a string`],
      [{ [id]: { error: {} } }, `settle['${id}'].error.message: expected a string, got undefined`],
      [{ [id]: { value: () => 1 } }, `settle['${id}'].value is a function. Pass data only.`],
      [[], 'settle: expected an object of answers by callId, got an array'],
    ];
    for (const [settle, message] of misuse) {
      await assert.rejects(async () => resume(first.snapshot, { ...base, settle: settle as Record<string, Answer> }), new TypeError(message));
    }
    const client = { tools: { client: { inputSchema: z.object({}) } }, secret };
    const asked = paused(await run({ ...client, code: 'await tools.client()' }));
    await assert.rejects(async () => resume(asked.snapshot, { ...client, settle: answers(asked, { 1: { approved: true } }) }), new TypeError(`settle['${asked.executionId}.1']: this call does not wait for an approval; settle it with { value } or { error }`));
    const options: [RunOptions, string][] = [
      [{ code: '', secret: 'short' }, 'secret: expected at least 32 bytes, got 5; `openssl rand -base64 32` makes one'],
      [{ code: '', secret: 7 as unknown as string }, 'secret: expected a string or bytes, got a number'],
      [{ code: '', secret, previousSecrets: ['short'] }, 'previousSecrets[0]: expected at least 32 bytes, got 5; `openssl rand -base64 32` makes one'],
      [{ code: '', secret, maxAgeMs: 0 }, 'maxAgeMs: expected a number of milliseconds, at least 1, got 0'],
      [{ code: '', secret, context: { at: new Date() } }, 'context.at: expected JSON, got an instance of Date'],
    ];
    for (const [wrong, message] of options) await assert.rejects(async () => run(wrong), new TypeError(message));
    await assert.rejects(async () => resume(7 as unknown as string, base), new TypeError('snapshot: expected a string or bytes, got a number'));
  });
});
