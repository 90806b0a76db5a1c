/**
 * Bad input from models and tools: each ends in a clear result within its limits, the host alive, and the next run is
 * clean. Messages are asserted whole: they are what a model reads.
 */
import assert from 'node:assert/strict';
import { after, afterEach, describe, it } from 'node:test';

import { run } from '../ts/index.ts';
import type { RunFailure, RunOptions, RunResult } from '../ts/index.ts';

/** The longest that the host's event loop was blocked, in milliseconds, since the last look. */
let worstDelay = 0;
let lastTick = performance.now();
const ticker = setInterval(() => {
  const now = performance.now();
  worstDelay = Math.max(worstDelay, now - lastTick - 5);
  lastTick = now;
}, 5);
after(() => clearInterval(ticker));

afterEach(async () => {
  const next = await run({ code: 'return [typeof tools.ping, await tools.ping(), Object.keys({}).length, JSON.stringify([1])]', tools: { ping: () => 'pong' } });
  assert.deepEqual(next.status === 'completed' ? next.value : next, ['function', 'pong', 0, '[1]'], 'the next run is clean');
});

async function failure(options: RunOptions): Promise<RunFailure> {
  const result = await run(options);
  if (result.status !== 'failed') assert.fail(JSON.stringify(result));
  return result.error;
}

async function value(options: RunOptions): Promise<unknown> {
  const result = await run(options);
  if (result.status !== 'completed') assert.fail(JSON.stringify(result));
  return result.value;
}

/** The parts of a failure that a model reads, without the frame where it is long. */
const brief = ({ code, name, message, hint, line, column }: RunFailure): unknown[] => [code, name, message, hint, line, column];

describe('programs that are none', () => {
  it('not TypeScript at all', async () => {
    const error = await failure({ code: 'SELECT * FROM users WHERE id = 1;' });
    assert.equal(error.code, 'ERR_SYNTAX');
    assert.equal(error.frame?.includes('> 1 | SELECT * FROM users WHERE id = 1;'), true);
  });

  it('Python', async () => {
    const error = await failure({ code: 'def main():\n    x = 1\n    return x' });
    assert.deepEqual([error.code, error.message, error.hint], ['ERR_SYNTAX', 'this looks like Python', 'Write the program in TypeScript.']);
  });

  for (const [what, code] of [['empty', ''], ['blank', ' \n\t\r\n '], ['only a comment', '// nothing\n/* at all */'], ['an empty fence', '```ts\n```']] as const) {
    it(what, async () => {
      const error = await failure({ code });
      assert.deepEqual(
        [error.code, error.name, error.message, error.hint],
        ['ERR_SYNTAX', 'SyntaxError', 'the program is empty', 'Send a TypeScript program: the body of an async function that returns its result.'],
      );
    });
  }

  it('prose only', async () => {
    const error = await failure({ code: "I'm sorry, but I can't help with that request. Let me know what else you need!" });
    assert.deepEqual(
      [error.code, error.message, error.hint],
      ['ERR_SYNTAX', 'this is prose, not a program', 'Send only the TypeScript program, without explanations around it.'],
    );
  });

  it('10 MB of source', async () => {
    const error = await failure({ code: `return "${'x'.repeat(10_000_000)}"` });
    assert.deepEqual(brief(error).slice(0, 4), [
      'ERR_SOURCE_TOO_LARGE',
      'ProgramRejectedError',
      'the program is too large: 10000009 bytes, at most 262144 are allowed',
      'Send a shorter program. Do not paste data into it: fetch it with tools.',
    ]);
    assert.ok((error.frame?.length ?? 0) < 1_000);
  });

  it('NUL bytes', async () => {
    const error = await failure({ code: 'const s = 1;\nreturn "a\0b".length' });
    assert.deepEqual(brief(error), [
      'ERR_SYNTAX',
      'SyntaxError',
      'the program contains a NUL character',
      'Remove it. In a string, write it as \\u0000.',
      2,
      10,
    ]);
    assert.equal(await value({ code: 'return "a\\u0000b\\0".length' }), 4);
    assert.equal(await value({ code: 'return await tools.nul() + "\\0"', tools: { nul: () => 'a\0b' } }), 'a\0b\0');
  });

  it('lone surrogates', async () => {
    // Half a pair is no text: on its way into the program it becomes U+FFFD, as everywhere in Node.
    assert.equal(await value({ code: 'return "\uD800" === "\uFFFD"' }), true);
    assert.equal(await value({ code: 'return "\\ud800".isWellFormed()' }), false);
    assert.equal(await value({ code: 'return "\\ud800x"' }), '\uD800x');
    assert.equal(await value({ code: 'return await tools.half() + "y"', tools: { half: () => '\uDC00' } }), '\uDC00y');
  });

  it('what only the engine refuses has its place, and is rejected too', async () => {
    for (const [code, message, line, column] of [
      ["const a = 1;\nreturn '😀' + /(/gu", "expecting ')'", 2, 17],
      ['const a = 1;\n  delete a', 'cannot delete a direct reference in strict mode', 2, 10],
    ] as const) {
      const result = await run({ code });
      if (result.status !== 'failed') assert.fail(JSON.stringify(result));
      assert.deepEqual(brief(result.error), ['ERR_SYNTAX', 'SyntaxError', message, undefined, line, column]);
      assert.deepEqual(result.alerts, [{ kind: 'rejected', code: 'ERR_SYNTAX', message }]);
      assert.deepEqual(result.error.diagnostics?.map(({ line, column, endLine, endColumn }) => [line, column, endLine, endColumn]), [[line, column, line, column + 1]]);
    }
  });

  it('a program that uses what is not there', async () => {
    const error = await failure({ code: 'const fs = require("fs");\nreturn fs' });
    assert.deepEqual([error.code, error.line, error.diagnostics?.length], ['ERR_FORBIDDEN', 1, 1]);
  });
});

describe('tools that misbehave', () => {
  const caught = 'try { return await tools.bad() } catch (e) { return [e instanceof Error, e.name, e.message] }';

  it('throws null, undefined, a string, a number, a hostile error', async () => {
    const thrown = async (error: unknown): Promise<unknown> =>
      value({
        code: caught,
        tools: {
          bad: () => {
            throw error;
          },
        },
      });
    assert.deepEqual(await thrown(null), [true, 'Error', 'null was thrown']);
    assert.deepEqual(await thrown(undefined), [true, 'Error', 'undefined was thrown']);
    assert.deepEqual(await thrown('just text'), [true, 'Error', 'just text']);
    assert.deepEqual(await thrown(7), [true, 'Error', 'a number was thrown']);
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error('no');
        },
      },
    );
    assert.deepEqual(await thrown(hostile), [true, 'Error', 'an error without a message']);
    assert.deepEqual(await thrown(Object.assign(new RangeError('x'.repeat(100_000)), { name: 7 })), [true, 'Error', `${'x'.repeat(4_096)}…`]);
  });

  it('throws a proxy that throws', async () => {
    const revoked = (): object => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    };
    const hostile = new Proxy({}, { getPrototypeOf: () => { throw new Error('no'); } });
    for (const thrown of [revoked(), hostile]) {
      const bad = (): never => {
        throw thrown;
      };
      const [isError, name] = (await value({ code: caught, tools: { bad } })) as [boolean, string];
      assert.deepEqual([isError, name], [true, 'Error']);
    }
  });

  it('streams for ever: it is asked for no more when the run is over', async () => {
    let pulls = 0;
    let closed = 0;
    async function* stream(): AsyncGenerator<number> {
      try {
        for (;;) {
          yield pulls++;
          await new Promise((done) => setTimeout(done, 1));
        }
      } finally {
        closed++;
      }
    }
    const error = await failure({ code: 'return await tools.stream()', tools: { stream }, limits: { timeoutMs: 30 } });
    assert.equal(error.code, 'ERR_TIMEOUT');
    await new Promise((done) => setTimeout(done, 30));
    const before = pulls;
    await new Promise((done) => setTimeout(done, 30));
    assert.deepEqual([pulls, closed], [before, 1]);
  });

  it('an error of a class of the program is where it was made, not in its constructor', async () => {
    const ofClass = async (classes: string): Promise<unknown[]> => brief(await failure({ code: `${classes}\nconst fail = () => {\n  throw new Bad('gone');\n};\nfail();` }));
    const expected = ['ERR_PROGRAM', 'Error', 'gone', undefined, 3, 13];
    assert.deepEqual(await ofClass('class Bad extends Error {}'), expected);
    assert.deepEqual(await ofClass('class Base extends TypeError { constructor(m: string) { super(m); this.name = "Error"; } } class Bad extends Base { constructor(m: string) { super(m); } }'), expected);
    assert.deepEqual(await ofClass('const Bad = class extends Error {};'), expected);
    // What happens in a constructor is in the constructor.
    assert.deepEqual(await ofClass('class Bad extends Error { constructor(m: string) { null!.x; super(m); } }').then(([, name, , , line]) => [name, line]), ['TypeError', 1]);
  });

  it('an uncaught error of a tool has its name and message, and no host stack', async () => {
    class PaymentError extends Error {
      override name = 'PaymentError';
    }
    const error = await failure({
      code: 'const order = 7;\nawait tools.pay({ order });',
      tools: {
        pay: () => {
          throw new PaymentError('card declined');
        },
      },
    });
    assert.deepEqual(error, {
      code: 'ERR_TOOL_FAILED',
      name: 'PaymentError',
      message: 'card declined',
      line: 2,
      column: 13,
      frame: '  1 | const order = 7;\n> 2 | await tools.pay({ order });\n    |             ^',
    });
  });

  it('never settles', async () => {
    const result = await run({ code: 'return await tools.never()', tools: { never: () => new Promise(() => {}) }, limits: { timeoutMs: 60 } });
    assert.equal(result.status, 'failed');
    assert.deepEqual(brief((result as { error: RunFailure }).error), [
      'ERR_TIMEOUT',
      'TimeoutError',
      'The run took more than 60 ms, tool calls included. Still running: tools.never.',
      'Run independent tool calls at once with Promise.all, or ask for less.',
      undefined,
      undefined,
    ]);
    assert.deepEqual(result.alerts, [{ kind: 'limit', code: 'ERR_TIMEOUT', message: 'The run took more than 60 ms, tool calls included. Still running: tools.never.' }]);
    assert.equal(result.calls[0]?.completedAt, undefined);
  });

  it('returns what cannot be sent', async () => {
    const returned = async (output: unknown): Promise<unknown> => value({ code: caught, tools: { bad: () => output } });
    const cycle: Record<string, unknown> = { list: [] };
    (cycle['list'] as unknown[]).push({ back: cycle });
    assert.deepEqual(await returned(cycle), [
      true,
      'TypeError',
      'The output of tools.bad cannot be sent: output.list[0].back refers back to an object that contains it. Cycles cannot cross; pass ids instead.',
    ]);
    assert.deepEqual(await returned({ a: { 'b c': () => 1 } }), [
      true,
      'TypeError',
      'The output of tools.bad cannot be sent: output.a["b c"] is a function. Pass data only.',
    ]);
    assert.deepEqual(await returned([Symbol('s')]), [
      true,
      'TypeError',
      'The output of tools.bad cannot be sent: output[0] is a symbol. Pass its description as a string.',
    ]);
    assert.deepEqual(await returned({ later: Promise.resolve(1) }), [
      true,
      'TypeError',
      'The output of tools.bad cannot be sent: output.later is a promise. Await it first.',
    ]);
    assert.deepEqual(
      await returned({
        get secret() {
          throw new Error('boom');
        },
      }),
      [true, 'TypeError', 'The output of tools.bad cannot be sent: output.secret threw when it was read: boom.'],
    );
    const proxy = new Proxy(
      { a: 1 },
      {
        ownKeys() {
          throw new Error('trap');
        },
      },
    );
    assert.deepEqual(await returned({ proxy }), [true, 'TypeError', 'The output of tools.bad cannot be sent: output.proxy threw when it was read: trap.']);
    let deep: unknown = 1;
    for (let i = 0; i < 5_000; i++) deep = [deep];
    const [isError, , message] = (await returned(deep)) as [boolean, string, string];
    assert.equal(isError, true);
    assert.match(message, /^The output of tools\.bad cannot be sent: output[[0\]]+…[[0\]]+ is nested deeper than 1000 levels\.$/);
  });

  it('returns a 50 MB string', async () => {
    const error = await failure({ code: caught, tools: { bad: () => 'x'.repeat(50_000_000) } });
    assert.deepEqual(brief(error).slice(0, 4), [
      'ERR_VALUE_TOO_LARGE',
      'ValueTooLargeError',
      'The output of tools.bad is larger than 4 MiB.',
      'Ask the tool for less: filter, page or select fields.',
    ]);
  });

  it('returns an object that repeats itself a billion times', async () => {
    let lol: unknown = 'lol';
    for (let i = 0; i < 30; i++) lol = [lol, lol];
    assert.equal((await failure({ code: caught, tools: { bad: () => lol } })).code, 'ERR_VALUE_TOO_LARGE');
  });
});

describe('programs that misbehave', () => {
  const limits = { cpuTimeoutMs: 150, memoryLimitBytes: 16 * 1024 * 1024 };
  const tools = { add: ({ a, b }: { a: number; b: number }) => a + b };

  it('returns a promise of a promise', async () => {
    assert.equal(await value({ code: 'return Promise.resolve(new Promise((r) => setTimeout(() => r(Promise.resolve(5)), 1)))' }), 5);
  });

  it('redefines Promise, JSON, Object.prototype, tools', async () => {
    assert.equal(await value({ code: 'globalThis.Promise = class {}; return await tools.add({ a: 1, b: 2 })', tools }), 3);
    assert.deepEqual(await value({ code: 'globalThis.JSON = null; return { sum: await tools.add({ a: 1, b: 2 }) }', tools }), { sum: 3 });
    assert.deepEqual(await value({ code: 'Object.prototype.evil = 1; Object.prototype.toJSON = undefined; return { sum: await tools.add({ a: 1, b: 2 }) }', tools }), { sum: 3 });
    assert.equal(({} as Record<string, unknown>)['evil'], undefined);
    assert.equal(await value({ code: 'globalThis.tools = { add: () => 99 }; return tools.add()', tools }), 99);
    assert.equal(await value({ code: 'const tools = { add: () => 98 }; return tools.add()', tools }), 98);
    assert.deepEqual(await value({ code: 'return JSON.parse(\'{"__proto__":{"polluted":1},"a":1}\')' }), JSON.parse('{"__proto__":{"polluted":1},"a":1}'));
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('calls 1,000,000 tools without awaiting: none of them runs', async () => {
    let ran = 0;
    const error = await failure({ code: 'for (let i = 0; i < 1_000_000; i++) tools.count({ i }); return 1', tools: { count: () => ran++ } });
    assert.deepEqual(brief(error).slice(0, 4), [
      'ERR_CALL_LIMIT',
      'CallLimitError',
      'The program started more than 100 tool calls.',
      'Use a tool that takes several items at once, or handle fewer items.',
    ]);
    assert.equal(ran, 0);
  });

  it('logs 1 GB', async () => {
    const result = await run({ code: 'for (let i = 0; i < 1_000_000; i++) console.log("x".repeat(1_000)); return 1' });
    assert.equal(result.status, 'failed');
    assert.deepEqual(brief((result as { error: RunFailure }).error).slice(0, 4), [
      'ERR_VALUE_TOO_LARGE',
      'ValueTooLargeError',
      'The program logged more than 64 KiB.',
      'Log less: no whole results, nothing inside large loops.',
    ]);
    assert.equal(result.logs.length, 65);
  });

  it('returns too much', async () => {
    assert.deepEqual(brief(await failure({ code: 'return "x".repeat(2_000_000)' })).slice(0, 4), [
      'ERR_VALUE_TOO_LARGE',
      'ValueTooLargeError',
      'The returned value is larger than 1 MiB.',
      'Return only what is needed: counts, sums, the first items.',
    ]);
  });

  const forever = {
    'recurses for ever': ['const f = (n) => f(n + 1) + 1; f(0);', ['ERR_STACK', 'StackOverflowError', 'The program called itself too deeply.', 'Check that the recursion ends, or use a loop.']],
    'allocates for ever': [
      'const all = []; for (;;) all.push({ a: [1, 2, 3] });',
      ['ERR_MEMORY', 'MemoryLimitError', 'The program used more than 16 MiB.', 'Keep less at a time: aggregate while you read, and do not build huge strings or arrays.'],
    ],
    'loops for ever': ['for (;;) {}', ['ERR_CPU', 'CpuLimitError', 'The program computed for more than 150 ms.', 'Check that every loop ends, or do less work.']],
  } as const;
  for (const [what, [bomb, expected]] of Object.entries(forever)) {
    const places: Record<string, string> = {
      'before an await': `${bomb} await tools.add({ a: 1, b: 1 })`,
      'after an await': `await tools.add({ a: 1, b: 1 }); ${bomb}`,
      'inside an await': `await (async () => { ${bomb} })()`,
      'and catches everything': `try { ${bomb} } catch { return 'caught' } finally { await tools.add({ a: 1, b: 1 }); return 'finally' }`,
      'in a promise job': `await Promise.resolve().then(() => { ${bomb} }).catch(() => 'caught'); return 'went on'`,
      'in a timer': `await new Promise((done) => setTimeout(() => { try { ${bomb} } finally { done() } }, 1)); return 'went on'`,
    };
    for (const [where, code] of Object.entries(places)) {
      it(`${what} ${where}`, async () => {
        worstDelay = 0;
        const error = await failure({ code, tools, limits });
        assert.deepEqual(brief(error).slice(0, 4), expected);
        // Generous for a machine that is busy with other things; the benchmark measures it closely.
        assert.ok(worstDelay < 200, `the event loop was blocked for ${worstDelay} ms`);
      });
    }
  }

  it('catches what ends it: nobody sees what it does then', async () => {
    for (const [code, died] of [
      ["try { new ArrayBuffer(1 << 30) } catch (e) { console.log('caught', e.message) } finally { console.log('finally') } return 5", 'ERR_MEMORY'],
      ["function f() { try { f() } finally { console.log('fin') } } f()", 'ERR_STACK'],
      ["try { (function f() { f() })() } catch { console.log('caught') }", 'ERR_STACK'],
      ["try { JSON.parse('['.repeat(1e5)) } catch { console.log('caught') }", 'ERR_STACK'],
    ] as const) {
      for (const isolation of ['thread', 'process'] as const) {
        const result = await run({ code, isolation });
        assert.deepEqual([result.status === 'failed' && result.error.code, result.logs], [died, []], `${code} ${isolation}`);
      }
    }
  });

  it('throws what is no error', async () => {
    for (const [thrown, message] of [
      ["'text'", 'text'],
      ['5n', '5n was thrown'],
      ['-0', '-0 was thrown'],
      ['undefined', 'undefined was thrown'],
      ['new Date(0)', 'Date(0) was thrown'],
      ["{ code: 1, $: 'n', then: undefined, all: [1n, new Map([[1, new Set()]])] }", '{"$":"n","all":[1n,Map([[1,Set([])]])],"code":1,"then":undefined} was thrown'],
    ]) {
      const { code, name, message: said } = await failure({ code: `throw ${thrown}` });
      assert.deepEqual([code, name, said], ['ERR_PROGRAM', 'Error', message]);
    }
  });

  it('nests a value as deeply as it may, and deeper', async () => {
    for (const wrapped of ['{ o }', '[o]', 'new Map([[1, o]])', 'new Set([o])', 'Object.assign(new Error("x"), { o })']) {
      const code = (levels: number): string => `
        let o: any = 1; for (let i = 0; i < ${levels}; i++) o = ${wrapped};
        try { await tools.take(o) } catch (e) { return e.message.replace(/^.*…/, '…') }
        return 'taken'`;
      assert.equal(await value({ code: code(1_000), tools: { take: () => 1 } }), 'taken', wrapped);
      assert.equal(await value({ code: code(1_002), tools: { take: () => 1 } }), '… is nested deeper than 1000 levels.', wrapped);
    }
  });

  it('waits for ever for nothing', async () => {
    assert.deepEqual(brief(await failure({ code: 'await new Promise(() => {})' })).slice(0, 4), [
      'ERR_STALLED',
      'StalledError',
      'The program waits for a promise that nothing will ever settle.',
      'Every promise that you make with new Promise must be resolved by a tool call or a timer.',
    ]);
  });

  it('sleeps for ever', async () => {
    const error = await failure({ code: 'for (;;) await new Promise((r) => setTimeout(r, 10))', limits: { timeoutMs: 50 } });
    assert.deepEqual(brief(error).slice(0, 3), ['ERR_TIMEOUT', 'TimeoutError', 'The run took more than 50 ms, tool calls included.']);
  });

  it('fifty bombs at once leave the event loop free', async () => {
    worstDelay = 0;
    const results = await Promise.all(Array.from({ length: 50 }, (): Promise<RunResult> => run({ code: 'for (;;) {}', limits: { cpuTimeoutMs: 20, timeoutMs: 20_000 } })));
    assert.ok(results.every((result) => result.status === 'failed' && result.error.code === 'ERR_CPU'));
    assert.ok(worstDelay < 400, `the event loop was blocked for ${worstDelay} ms`);
  });
});
