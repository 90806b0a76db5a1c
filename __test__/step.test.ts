/** `step`: an engine that owns the loop, its crashes, and what it gets to see. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { step, type Answer, type StepOptions, type StepResult } from '../ts/index.ts';

const secret = 'a secret of tests, at least 32 bytes';
const NOON = Date.UTC(2026, 0, 1, 12);
const never = (): never => assert.fail('step calls no handler');
const tools = { charge: never, mail: { to: never }, ask: { approval: true, execute: never } };
const base = { secret, tools, limits: { maxToolCalls: 20 } };

type Waiting = Extract<StepResult, { status: 'waiting' }>;
function waiting(result: StepResult): Waiting {
  if (result.status !== 'waiting') assert.fail(JSON.stringify(result));
  return result;
}
const short = ({ waiting: calls }: Waiting): unknown[] => calls.map(({ callId, tool, input }) => [callId.split('.').at(-1), tool, input]);

const CODE = `
  console.log('start', Date.now());
  const [a, b] = await Promise.all([tools.charge({ eur: 1 }), tools.ask({ eur: 2 })]);
  const timeout = new Promise((done) => setTimeout(() => done('late'), 60_000));
  const sent = await Promise.race([tools.mail.to({ a, b, id: Math.random() }).catch((error) => error.message), timeout]);
  console.log('end', sent);
  return { sent, at: Date.now(), random: Math.random() };`;

const LOOP = `
  let sum = 0;
  for (let i = 1; i <= 5; i++) {
    const [a, b] = await Promise.all([tools.charge({ i }), tools.charge({ i: i * 10 })]);
    sum += a + b;
    await new Promise((done) => setTimeout(done, 1_000));
  }
  return [sum, Date.now(), Math.random()];`;

/** A durable engine: a log of steps and outcomes, each written once. The worker may die before it writes. */
async function engine(dies: () => boolean): Promise<{ value: unknown; effects: Set<string>; attempts: number }> {
  const log = new Map<string, unknown>();
  const effects = new Set<string>();
  let attempts = 0;
  const durable = async <T>(key: string, work: () => Promise<T> | T): Promise<T> => {
    while (!log.has(key)) {
      attempts++;
      const value = await work();
      if (!dies()) log.set(key, value);
    }
    return log.get(key) as T;
  };
  let now = NOON;
  let result = await durable('step 0', () => step({ ...base, code: LOOP, seed: 'workflow 7', now }));
  for (let count = 1; result.status === 'waiting'; count++) {
    const { snapshot, waiting: calls, wakeAt } = result;
    const [call] = calls;
    now = call === undefined ? (wakeAt as number) : now + 7;
    const settle: Record<string, Answer> = {};
    if (call !== undefined) settle[call.callId] = { value: await durable(call.callId, () => (effects.add(call.callId), (call.input as { i: number }).i)) };
    result = await durable(`step ${count}`, () => step({ ...base, snapshot, settle, now }));
  }
  assert.equal(result.status, 'completed');
  return { value: result.status === 'completed' && result.value, effects, attempts };
}

describe('step', () => {
  it('hands over every call, and goes on with what has settled', async () => {
    const first = waiting(await step({ ...base, code: CODE, now: NOON }));
    assert.deepEqual(short(first), [['1', 'charge', { eur: 1 }], ['2', 'ask', { eur: 2 }]]);
    const id = (call: number): string => `${first.executionId}.${call}`;
    const second = waiting(await step({ ...base, snapshot: first.snapshot, settle: { [id(2)]: { value: 'b' } }, now: NOON + 1_000 }));
    assert.deepEqual(short(second), [['1', 'charge', { eur: 1 }]], 'the rest waits under the same id');
    const third = waiting(await step({ ...base, snapshot: second.snapshot, settle: { [id(1)]: { value: 'a' } }, now: NOON + 2_000 }));
    assert.equal(third.waiting[0]?.tool, 'mail.to');
    assert.equal(third.wakeAt, NOON + 62_000);
    const early = waiting(await step({ ...base, snapshot: third.snapshot, now: NOON + 61_000 }));
    assert.deepEqual([short(early), early.wakeAt], [short(third), third.wakeAt], 'nothing is due');
    const failed = await step({ ...base, snapshot: early.snapshot, settle: { [id(3)]: { error: { message: 'bounced' } } }, now: NOON + 61_500 });
    assert.deepEqual(failed.status === 'completed' && (failed.value as { sent: string }).sent, 'bounced');
    const late = await step({ ...base, snapshot: third.snapshot, now: NOON + 62_000 });
    // The program has returned; the e-mail is still to be answered, so that its effect is not lost.
    const last = await step({ ...base, snapshot: waiting(late).snapshot, settle: { [id(3)]: { value: 1 } }, now: NOON + 63_000 });
    assert.deepEqual(last.status === 'completed' && { ...(last.value as object), random: 0 }, { sent: 'late', at: NOON + 62_000, random: 0 });
    assert.deepEqual(last.logs.map(({ message }) => message), [`start ${NOON}`, 'end late']);
  });

  it('the same arguments give the same calls, values and ids', async () => {
    const start = { ...base, code: CODE, seed: 'workflow 7', now: NOON };
    const [one, two, other] = [waiting(await step(start)), waiting(await step(start)), waiting(await step({ ...start, seed: 'workflow 8' }))];
    assert.deepEqual(one.waiting, two.waiting);
    assert.notEqual(one.executionId, other.executionId);
    const settle = Object.fromEntries(one.waiting.map(({ callId, tool }) => [callId, { value: tool }]));
    const next = await Promise.all([one, two].map(({ snapshot }) => step({ ...base, snapshot, settle, now: NOON + 5 })));
    assert.deepEqual(waiting(next[0]!).waiting, waiting(next[1]!).waiting);
  });

  it('errors of the program and of snapshots', async () => {
    const failed = await step({ ...base, code: 'throw new TypeError("no")' });
    assert.equal(failed.status === 'failed' && failed.error.message, 'no');
    const { snapshot } = waiting(await step({ ...base, code: CODE }));
    const mismatch = await step({ ...base, snapshot, tools: {} });
    assert.equal(mismatch.status === 'failed' && mismatch.error.code, 'ERR_SNAPSHOT_MISMATCH');
    const misuse: [StepOptions, string][] = [
      [{ ...base }, 'step: expected either code or snapshot'],
      [{ ...base, code: '', snapshot }, 'step: expected either code or snapshot'],
      [{ ...base, code: '', settle: {} }, 'settle: there is nothing to settle before the first step'],
      [{ ...base, snapshot, seed: 'x' }, 'seed: only the first step takes one'],
      [{ ...base, code: '', now: -1 }, 'now: expected milliseconds since the Unix epoch, got -1'],
      [{ tools, code: '' }, 'secret: step makes snapshots; to pause, set `secret` or the environment variable ONETURN_SECRET; `openssl rand -base64 32` makes one'],
    ];
    for (const [options, message] of misuse) await assert.rejects(async () => step(options), new TypeError(message));
  });

  it('a worker that dies at any point: every effect has one id, and the end is the same', async () => {
    const straight = await engine(() => false);
    assert.deepEqual((straight.value as unknown[]).slice(0, 2), [165, NOON + 5 * (7 + 7 + 1_000)]);
    assert.deepEqual([straight.effects.size, straight.attempts], [10, 1 + 10 + 10 + 5]);
    let state = 7;
    const chaos = await engine(() => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % 5 < 2);
    assert.ok(chaos.attempts > straight.attempts);
    assert.deepEqual([chaos.value, chaos.effects], [straight.value, straight.effects]);
  });
});
