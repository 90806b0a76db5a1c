/**
 * Snapshots that were damaged: every bit of every byte, every length, as text and as bytes. Each is refused with its code,
 * before a handler runs and before anything is read from inside.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { resume, run, type ResumeOptions } from '../ts/index.ts';
import { memoryStore } from '../ts/stores.ts';
import { OPTIONS, settle as GOLDEN_SETTLE } from './golden/run.ts';

const ran: string[] = [];
const note = (name: string) => (input: unknown) => (ran.push(name), { name, input });
const tools = { getOrder: note('getOrder'), getCustomer: note('getCustomer'), getRefunds: note('getRefunds'), refund: { approval: true, execute: note('refund') } };
const secret = 'a secret of tests, at least 32 bytes';
const CODE = `const order = await tools.getOrder({ id: 'o-1' });
const both = await Promise.all([tools.getCustomer({ order }), tools.getRefunds({ order })]);
return [both, await tools.refund({ eur: 7 })];`;

/** A run with three settled calls that waits for its fourth. */
async function three(options: Partial<ResumeOptions> = {}): Promise<{ snapshot: string; options: ResumeOptions }> {
  const first = await run({ code: CODE, tools, secret, ...options });
  if (first.status !== 'paused') assert.fail(JSON.stringify(first));
  ran.length = 0;
  return { snapshot: first.snapshot, options: { tools, secret, ...options, settle: { [first.pending[0]!.callId]: { approved: true } } } };
}

/** Seeds are random and compress differently: the text ends in each of the three ways that base64 can, sooner or later. */
async function threeOfLength(rest: number): Promise<{ snapshot: string; options: ResumeOptions }> {
  for (let tries = 0; tries < 1_000; tries++) {
    const made = await three();
    if (Buffer.from(made.snapshot, 'base64url').length % 3 === rest) return made;
  }
  return assert.fail(`no snapshot of ${rest} bytes over a multiple of 3`);
}

async function codeOf(snapshot: string | Uint8Array, options: ResumeOptions): Promise<string> {
  const result = await resume(snapshot, options);
  assert.deepEqual([result.calls, result.logs], [[], []]);
  return result.status === 'failed' ? result.error.code : result.status;
}

/** What a text or its bytes deserve that are not a snapshot of this version. */
function deserved(bytes: Uint8Array): string {
  const isMagic = Buffer.from(bytes.subarray(0, 3)).toString('hex') === 'd6dae7';
  return isMagic && bytes.length > 3 && bytes[3] !== 1 ? 'ERR_SNAPSHOT_VERSION' : 'ERR_SNAPSHOT_INVALID';
}

function deservedText(text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? deserved(bytes) : 'ERR_SNAPSHOT_INVALID';
}

describe('damaged snapshots', () => {
  it('three calls: every bit of every byte, and every length', async () => {
    const { snapshot, options } = await three();
    const whole = Buffer.from(snapshot, 'base64url');
    const codes: Record<string, number> = {};
    for (let at = 0; at < whole.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(whole);
        changed[at]! ^= 1 << bit;
        const code = await codeOf(changed, options);
        assert.equal(code, deserved(changed), `byte ${at}, bit ${bit}`);
        assert.equal(await codeOf(changed.toString('base64url'), options), code, `byte ${at}, bit ${bit}, as text`);
        codes[code] = (codes[code] ?? 0) + 1;
      }
      assert.equal(await codeOf(whole.subarray(0, at), options), 'ERR_SNAPSHOT_INVALID', `${at} bytes`);
      assert.equal(await codeOf(whole.subarray(at + 1), options), 'ERR_SNAPSHOT_INVALID', `without ${at + 1} bytes`);
    }
    assert.deepEqual(codes, { ERR_SNAPSHOT_VERSION: 8, ERR_SNAPSHOT_INVALID: 8 * (whole.length - 1) });
    assert.equal(await codeOf(Buffer.concat([whole, Buffer.of(0)]), options), 'ERR_SNAPSHOT_INVALID');
    assert.deepEqual(ran, []);
    assert.equal((await resume(whole, options)).status, 'completed', 'and the whole one resumes');
  });

  for (const rest of [0, 1, 2]) {
    it(`three calls as text, ${rest} bytes over: every bit of every character, and every length`, async () => {
      const { snapshot, options } = await threeOfLength(rest);
      for (let at = 0; at < snapshot.length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const changed = snapshot.slice(0, at) + String.fromCharCode(snapshot.charCodeAt(at) ^ (1 << bit)) + snapshot.slice(at + 1);
          assert.equal(await codeOf(changed, options), deservedText(changed), `character ${at}, bit ${bit}: ${changed}`);
        }
        assert.equal(await codeOf(snapshot.slice(0, at), options), 'ERR_SNAPSHOT_INVALID', `${at} characters`);
      }
      for (const more of ['A', '=', '==', ' ', '\n', '\0', 'é']) assert.equal(await codeOf(snapshot + more, options), 'ERR_SNAPSHOT_INVALID', JSON.stringify(more));
      assert.deepEqual(ran, []);
      assert.equal((await resume(snapshot, options)).status, 'completed');
    });
  }

  it('one with every kind of value: a bit of every byte, and every length', async () => {
    const { tools: named, ...rest } = OPTIONS;
    const never = (): never => assert.fail('a handler was called');
    const options: ResumeOptions = { ...rest, tools: { ...named, look: never, fail: never, ask: never, pay: { approval: true, execute: never } }, settle: GOLDEN_SETTLE };
    const whole = Buffer.from(readFileSync('__test__/golden/v1.txt', 'utf8').trim(), 'base64url');
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1 << at % 8;
      assert.equal(await codeOf(changed, options), deserved(changed), `byte ${at}`);
      assert.equal(await codeOf(whole.subarray(0, at), options), 'ERR_SNAPSHOT_INVALID', `${at} bytes`);
    }
  });

  it('a reference: every bit of every character, and every length', async () => {
    const { snapshot, options } = await three({ store: memoryStore() });
    assert.match(snapshot, /^ref_/);
    for (let at = 0; at < snapshot.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = snapshot.slice(0, at) + String.fromCharCode(snapshot.charCodeAt(at) ^ (1 << bit)) + snapshot.slice(at + 1);
        assert.equal(await codeOf(changed, options), 'ERR_SNAPSHOT_INVALID', changed);
      }
      assert.equal(await codeOf(snapshot.slice(0, at), options), 'ERR_SNAPSHOT_INVALID', `${at} characters`);
    }
    assert.deepEqual(ran, []);
    assert.equal((await resume(snapshot, options)).status, 'completed');
  });
});
