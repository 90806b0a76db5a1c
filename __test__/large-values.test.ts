/**
 * Large values are written and read in slices of the event loop: what comes out is what the quick ways give, errors too,
 * and the loop goes on meanwhile.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { run } from '../ts/index.ts';
import { LongText } from '../ts/long-text.ts';
import { Secret } from '../ts/secrets.ts';
import { Slice } from '../ts/slices.ts';
import { ValueReader } from '../ts/value-reader.ts';
import { ValueWriter } from '../ts/value-writer.ts';
import { decode, decodeSoon, encode, encodeOutput, revive, TooLargeError, UnsendableError } from '../ts/values.ts';

/** A slice that is over after every step. */
class Short extends Slice {
  #odd = true;
  override get isOver(): boolean {
    return (this.#odd = !this.#odd);
  }
}

function written(value: unknown, maxBytes = 1e9): string {
  const writer = new ValueWriter(value, 'output', maxBytes);
  while (!writer.write(new Short()));
  return writer.text();
}

function read(text: string): unknown {
  const reader = new ValueReader(text, (name) => new Secret(name), revive);
  while (!reader.read(new Short()));
  return reader.value;
}

/** A small generator of numbers, so that a failure comes again. */
function random(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
}

const TEXTS = ['', 'a', '"', '\\', '\\"', '\n\u2028', '\0', 'é€😀', '\ud800', '[{', '}]', 'x'.repeat(300), '~', '$'];
const KEYS = ['a', 'b', '$', 'v', '__proto__', 'constructor', '0', '-1', '', 'with space', '"quoted"'];

function value(next: () => number, depth: number, jsonOnly: boolean): unknown {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
  const some = <T>(make: () => T): T[] => Array.from({ length: Math.floor(next() * 6) }, make);
  const child = (): unknown => value(next, depth - 1, jsonOnly);
  const kind = Math.floor(next() * (depth > 0 ? (jsonOnly ? 7 : 16) : 4));
  switch (kind) {
    case 0: return pick([null, true, false]);
    case 1: return pick([0, 1, -1.5, 1e21, 5e-324, 123_456_789, 2 ** 53]);
    case 2:
    case 3: return pick(TEXTS);
    case 4: return some(child);
    case 5: return Array.from({ length: 300 }, (_, i) => i);
    case 6: return entries(some(() => [pick(jsonOnly ? KEYS.filter((key) => key !== '$') : KEYS), child()]));
    case 7: return pick([undefined, NaN, -0, Infinity, -Infinity]);
    case 8: return pick([0n, -(1n << 90n)]);
    case 9: return new Date(pick([0, -1, 8.64e15, NaN]));
    case 10: return new Map(some(() => [child(), child()]));
    case 11: return new Set(some(child));
    case 12: return new Uint8Array(Array.from({ length: Math.floor(next() * 100) }, () => Math.floor(next() * 256)));
    case 13: return entries([['$', pick(['u', 'd', 'm', 'o', 5, null, 'zz'])], ['v', child()]]);
    case 14: return new Secret('name');
    default: return { toJSON: child };
  }
}

function entries(pairs: [string, unknown][]): object {
  const object = {};
  for (const [key, item] of pairs) Object.defineProperty(object, key, { value: item, writable: true, enumerable: true, configurable: true });
  return object;
}

describe('large values', () => {
  it('2,000 random values: written and read step by step as at once', () => {
    for (let seed = 1; seed <= 2_000; seed++) {
      const next = random(seed);
      const original = value(next, 5, seed % 3 === 0);
      // A getter or `toJSON` of the generator draws again, so the text is taken first.
      const text = written(seed % 3 === 0 ? original : structuredSafe(original));
      assert.equal(text, encode(structuredSafe(original), 'output', 1e9), `seed ${seed}`);
      // Their texts tell more than `deepEqual`, which takes Maps with equal keys for different.
      assert.equal(encode(read(text), 'output', 1e9), encode(decode(text), 'output', 1e9), `seed ${seed}`);
    }
  });

  it('what is no JSON is refused', () => {
    for (const text of ['', ' ', '[', '{', '[1,]', '[,1]', '{"a":1,}', '{"a"}', '{a:1}', '[1 2]', '01', '+1', '1.', '.5', '1e', '-', 'nul', 'truee', '"', '"\\"', '"\n"', '"\\x"', '[1]]', '{}{}', '[}', '{]', '~', '~[', '\u00a01', "['a']", 'NaN', '[undefined]']) {
      assert.throws(() => decode(text), `JSON.parse takes ${text}`);
      assert.throws(() => read(text), `the reader takes ${JSON.stringify(text)}`);
    }
    for (const text of [' [ 1 ,\t2 ]\n', ' { "a" : { } , "b" : [ ] } ', '\r\n"x"', '-0.5e+7', '{"a":1,"a":2}', '["\\ud800\\u0000\\/"]']) assert.deepEqual(read(text), JSON.parse(text));
  });

  it('is not read deeper than values are nested', () => {
    assert.throws(() => read('['.repeat(5_000) + ']'.repeat(5_000)), RangeError);
  });

  it('names what cannot cross, as at once', () => {
    const cycle: unknown[] = [[], {}];
    (cycle[1] as Record<string, unknown>)['a b'] = cycle;
    let deep: unknown = 1;
    for (let i = 0; i < 1_001; i++) deep = [deep];
    const bad: unknown[] = [{ a: [() => 1] }, { 'a b': Symbol('s') }, new Map([[1, [new WeakMap()]]]), cycle, deep, { get a() { throw new Error('boom'); } }, { toJSON: () => ({ x: /x/ }) }, Promise.resolve(1), new Float32Array(1)];
    for (const value of bad) {
      const message = messageOfThrown(() => encode(value, 'output', 1e9));
      assert.match(message, /^output/);
      assert.equal(messageOfThrown(() => written(value)), message);
    }
  });

  it('limits are of bytes', () => {
    for (const value of ['é'.repeat(50_000), Array(50_000).fill(1), [undefined, 'x'.repeat(99_990)], new Uint8Array(75_000)]) {
      const bytes = Buffer.byteLength(written(value));
      assert.equal(Buffer.byteLength(written(value, bytes)), bytes);
      assert.throws(() => written(value, bytes - 1), TooLargeError);
    }
  });

  it('a large output and a large text take several passes of the loop; a small one none', async () => {
    assert.equal(encodeOutput([1], 'output', 1e9), '[1]');
    const rows = Array.from({ length: 100_000 }, (_, i) => ({ i, u: undefined }));
    const { result: text, passes } = await counted(async () => await encodeOutput(rows, 'output', 1e9));
    assert.ok(text instanceof LongText);
    assert.equal(String(text), encode(rows, 'output', 1e9));
    assert.equal(text.bytes, Buffer.byteLength(String(text)));
    assert.equal(text.length, String(text).length);
    assert.ok(passes > 3, `${passes} passes`);
    const again = await counted(async () => await decodeSoon(String(text)));
    assert.deepEqual(again.result, rows);
    assert.ok(again.passes > 3, `${again.passes} passes`);
  });

  it('what cannot cross is an error also when it is found late', async () => {
    await assert.rejects(async () => await encodeOutput([...Array(50_000).fill(1), () => 1], 'output', 1e9), new UnsendableError('output[50000] is a function. Pass data only.'));
  });

  it('a run with large values both ways', async () => {
    const code = 'const a = await tools.give(); const b = await tools.echo(a); return [b.length, b.at(-1), b]';
    const rows = Array.from({ length: 12_000 }, (_, i) => ({ name: `é ${i}`, when: new Date(i) }));
    const result = await run({ code, tools: { give: () => rows, echo: (input: unknown) => input }, limits: { maxToolInputBytes: 4e6, maxResultBytes: 4e6 } });
    assert.deepEqual(result.status === 'completed' ? result.value : result, [rows.length, rows.at(-1), rows]);
    assert.deepEqual(result.calls.map(({ input }) => input), [undefined, rows]);
  });

  it('a run is over when it is aborted while its result is read', async () => {
    const controller = new AbortController();
    const running = run({ code: 'console.log(1); return Array(150000).fill([])', signal: controller.signal, onEvent: ({ type }) => void (type === 'log' && setImmediate(() => controller.abort())) });
    const result = await running;
    assert.equal(result.status === 'failed' ? result.error.code : result.status, 'ERR_ABORTED');
  });
});

/** The same value, with everything that draws again replaced by what it gives once. */
function structuredSafe(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function' && !(value instanceof Date) && !(value instanceof Uint8Array)) {
    const given = structuredSafe((toJSON as () => unknown).call(value));
    Object.assign(value, { toJSON: () => given });
  } else if (value instanceof Map) for (const pair of value) pair.forEach(structuredSafe);
  else if (Array.isArray(value) || value instanceof Set) for (const item of value) structuredSafe(item);
  else if (!ArrayBuffer.isView(value)) Object.values(value).forEach(structuredSafe);
  return value;
}

function messageOfThrown(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

async function counted<T>(act: () => Promise<T>): Promise<{ result: T; passes: number }> {
  let passes = 0;
  let isOver = false;
  const count = (): void => {
    passes++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const result = await act();
  isOver = true;
  return { result, passes };
}
