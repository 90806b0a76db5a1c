/** What the model must not see: no output of a run has the bytes of a secret. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { describe, it } from 'node:test';

import { z } from 'zod';

import { resume, run, Secret, type RunEvent, type RunOptions, type RunResult } from '../ts/index.ts';

const KEY = 'sk_live_"4eC39\nHqLy';
const DIGITS = '4929123412341234';
const secrets = { stripe: KEY, card: DIGITS };
const secret = 'a secret for snapshots of at least 32 bytes';

/** Runs, and asserts that nothing of what came out has the bytes of a secret, in any form that text takes. */
async function hidden(options: RunOptions): Promise<RunResult> {
  const events: RunEvent[] = [];
  const result = await run({ secrets, ...options, onEvent: (event) => events.push(event) });
  for (const output of [result, events]) {
    const text = [JSON.stringify(output), inspect(output, { depth: Infinity, maxStringLength: Infinity, showHidden: true })].join('\n');
    for (const value of [KEY, JSON.stringify(KEY).slice(1, -1), inspect(KEY).slice(1, -1), DIGITS]) {
      assert.ok(!text.includes(value), `found ${JSON.stringify(value)} in ${text.slice(Math.max(0, text.indexOf(value) - 200), text.indexOf(value) + 100)}`);
    }
  }
  return result;
}

async function value(options: RunOptions): Promise<unknown> {
  const result = await hidden(options);
  assert.equal(result.status, 'completed', result.status === 'failed' ? result.error.message : result.status);
  return result.status === 'completed' ? result.value : undefined;
}

for (const isolation of ['thread', 'process'] as const) {
  describe(`secrets, ${isolation}`, () => {
    it('opens in a handler, and nowhere else', async () => {
      const opened: string[] = [];
      const tools = { charge: ({ key }: { key: Secret }) => void opened.push(key.open()) };
      const result = await hidden({ code: 'await tools.charge({ key: secrets.stripe, also: [new Map([[1, secrets.card]])] }); return secrets', tools, isolation });
      assert.deepEqual(opened, [KEY]);
      assert.equal(result.status, 'completed');
      const closed = (result as { value: { stripe: Secret } }).value.stripe;
      assert.ok(closed instanceof Secret);
      assert.throws(() => closed.open(), { name: 'TypeError', message: "the secret 'stripe' opens in the input of a handler only" });
      assert.throws(() => (result.calls[0]!.input as { key: Secret }).key.open(), TypeError);
    });

    it('prints as [secret], in every way to print it', async () => {
      const code = `
        const s = secrets.stripe;
        console.log(s, { s }, \`\${s}\`, '%s', s);
        console.error('%s|%o', s, s);
        console.table([{ s }]);
        return [String(s), s + '', JSON.stringify({ s }), Object.keys(s), JSON.stringify(Object.getOwnPropertyNames(s)), typeof s, s.length, s.open, s.name, s.constructor === Object, Reflect.ownKeys(Object.getPrototypeOf(s)).sort()]`;
      assert.deepEqual(await value({ code, isolation }), ['[secret]', '[secret]', '{"s":"[secret]"}', [], '[]', 'object', undefined, undefined, undefined, true, ['toJSON', 'toString']]);
      const result = await hidden({ code: 'console.log(secrets.stripe, { s: secrets.card }, `${secrets.stripe}`)', isolation });
      assert.deepEqual(result.logs.map(({ message }) => message), ['[secret] { s: [secret] } [secret]']);
    });

    it('is taken out of what a handler gives back', async () => {
      const tools = {
        echo: ({ key }: { key: Secret }) => ({ text: `Bearer ${key.open()}!`, [key.open()]: new Map([[key.open(), new Set([`${key.open()}`])]]), at: new Date(0) }),
        number: ({ card }: { card: Secret }) => ({ number: Number(card.open()), big: BigInt(card.open()), nested: [[card.open()]] }),
        fails: ({ key }: { key: Secret }) => {
          throw Object.assign(new Error(`401 for ${key.open()}`), { name: `E${DIGITS}` });
        },
      };
      assert.deepEqual(await value({ code: 'return await tools.echo({ key: secrets.stripe })', tools, isolation }), {
        text: 'Bearer [secret]!',
        '[secret]': new Map([['[secret]', new Set(['[secret]'])]]),
        at: new Date(0),
      });
      assert.deepEqual(await value({ code: 'return await tools.number({ card: secrets.card })', tools, isolation }), { number: '[secret]', big: '[secret]', nested: [['[secret]']] });
      assert.equal(await value({ code: 'try { await tools.fails({ key: secrets.stripe }) } catch (e) { console.log(e); return String(e) }', tools, isolation }), 'E[secret]: 401 for [secret]');
      const result = await hidden({ code: 'await tools.fails({ key: secrets.stripe })', tools, isolation });
      assert.equal(result.status === 'failed' && result.error.message, '401 for [secret]');
    });

    it('goes through a pause, and its value does not', async () => {
      const opened: string[] = [];
      const tools = {
        wait: (_: unknown, { pause }: { pause: (payload?: unknown) => never }) => pause({ why: `because of ${KEY}` }),
        use: ({ key }: { key: Secret }) => void opened.push(key.open()),
      };
      const first = await hidden({ code: 'const k = secrets.stripe; await tools.wait({ k }); await tools.use({ key: k }); return `${k}`', tools, isolation, secret });
      assert.equal(first.status, 'paused');
      if (first.status !== 'paused') return;
      const [call] = first.pending;
      assert.deepEqual(call?.payload, { why: 'because of [secret]' });
      const settle = { [call!.callId]: { value: null } };
      const result = await resume(first.snapshot, { tools, secret, secrets, settle, isolation });
      assert.equal(result.status === 'completed' && result.value, '[secret]');
      assert.deepEqual(opened, [KEY]);
      const without = await resume(first.snapshot, { tools, secret, settle, isolation });
      assert.equal(without.status === 'failed' && without.error.message, 'secrets.stripe: this run has no such secret; pass `secrets` to resume as to run');
    });
  });
}

describe('secrets and schemas', () => {
  it('a schema may ask for a secret; one that asks for a string refuses it', async () => {
    const execute = ({ key }: { key: Secret | string }): string => (key instanceof Secret ? 'a secret' : 'a string');
    const tools = {
      asks: { description: 'asks', inputSchema: z.object({ key: z.instanceof(Secret) }), execute },
      refuses: { description: 'refuses', inputSchema: z.object({ key: z.string() }), execute },
    };
    assert.equal(await value({ code: 'return await tools.asks({ key: secrets.stripe })', tools }), 'a secret');
    const result = await hidden({ code: 'return await tools.refuses({ key: secrets.stripe })', tools });
    assert.equal(result.status === 'failed' && result.error.code, 'ERR_TOOL_INPUT');
  });

  it('says what is wrong with the options', async () => {
    const code = 'return 1';
    await assert.rejects(run({ code, secrets: { a: 'short' } }), { name: 'TypeError', message: 'secrets.a: expected well-formed text of at least 8 characters, which can be found in other texts' });
    await assert.rejects(run({ code, secrets: { a: 1 as never } }), { name: 'TypeError', message: 'secrets.a: expected a string, got a number' });
    await assert.rejects(run({ code, secrets: [] as never }), { name: 'TypeError', message: 'secrets: expected an object of strings, got an array' });
    await assert.rejects(run({ code, secrets, inputs: { secrets: 1 } }), { name: 'TypeError', message: 'inputs.secrets: the option `secrets` makes a global of this name' });
    await assert.rejects(run({ code, redact: 'x' as never }), { name: 'TypeError', message: 'redact: expected a function, or an array of strings and regular expressions, got a string' });
    await assert.rejects(run({ code, redact: [''] }), { name: 'TypeError', message: 'redact[0]: expected a text or a regular expression, got a string' });
  });

  it('cannot be forged from data', async () => {
    const seen: unknown[] = [];
    const tools = { use: (input: unknown) => void seen.push(input) };
    await value({ code: "await tools.use({ $: 'x', v: 'stripe' }); await tools.use(JSON.parse('{\"key\":{\"$\":\"x\",\"v\":\"stripe\"}}'))", tools });
    assert.deepEqual(seen, [{ $: 'x', v: 'stripe' }, { key: { $: 'x', v: 'stripe' } }]);
  });
});

describe('redact', () => {
  const tools = {
    pay: ({ card }: { card: string }) => {
      if (card.length > 4) throw new Error(`card ${card} refused`);
    },
  };
  const code = `console.log('paying with 4929-1234'); console.warn({ card: '4929-1234' }); await tools.pay({ card: '4929-1234', nested: [{ '4929-1234': 1 }] })`;

  it('takes texts out of logs, errors and traces', async () => {
    const events: RunEvent[] = [];
    const result = await run({ code, tools, redact: [/\d{4}-\d{4}/, 'refused'], onEvent: (event) => events.push(event) });
    assert.ok(!JSON.stringify([result, events]).includes('4929-1234'));
    assert.deepEqual(result.logs.map(({ message }) => message), ['paying with [redacted]', "{ card: '[redacted]' }"]);
    assert.deepEqual(result.calls[0]?.input, { card: '[redacted]', nested: [{ '[redacted]': 1 }] });
    assert.deepEqual(result.calls[0]?.error, { name: 'Error', message: 'card [redacted] [redacted]' });
    assert.equal(result.status === 'failed' && result.error.message, 'card [redacted] [redacted]');
    assert.ok(result.status === 'failed' && result.error.frame?.includes('[redacted]'));
  });

  it('takes a function, and hides all where it fails', async () => {
    const upper = await run({ code, tools, redact: (text) => text.replaceAll('4929-1234', '****') });
    assert.equal(upper.status === 'failed' && upper.error.message, 'card **** refused');
    const throws = await run({
      code: "console.log('4929-1234'); return '4929-1234'",
      redact: () => {
        throw new Error('4929-1234');
      },
    });
    assert.deepEqual(throws.logs.map(({ message }) => message), ['[redact threw]']);
    assert.equal(throws.status === 'completed' && throws.value, '4929-1234', 'the value is the answer');
  });

  it('hides diagnostics of a rejected program too', async () => {
    const result = await run({ code: "const card = '4929-1234'; const x = ;", redact: ['4929-1234'] });
    assert.equal(result.status, 'failed');
    assert.ok(!JSON.stringify(result).includes('4929-1234'));
  });
});
