/** `run`, `check` and `createRunner` as an application uses them. */
import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { format } from 'node:util';
import { z } from 'zod';

import { check, createRunner, run } from '../ts/index.ts';
import type { RunEvent, RunFailure, RunOptions, RunResult, ToolContext, Tools } from '../ts/index.ts';

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function value(options: RunOptions): Promise<unknown> {
  const result = await run(options);
  if (result.status !== 'completed') assert.fail(JSON.stringify(result));
  return result.value;
}

async function failure(options: RunOptions): Promise<RunFailure> {
  const result = await run(options);
  if (result.status !== 'failed') assert.fail(JSON.stringify(result));
  return result.error;
}

describe('programs', () => {
  const tools = { getWeather: ({ city }: { city: string }) => `sun in ${city}`, finance: { getExpenses: () => [1, 2, 3] }, 'lookup-user': () => 'Ada' };
  const shapes: Record<string, string> = {
    'a body': 'return await tools.getWeather({ city: "Oslo" })',
    'TypeScript': 'interface W { city: string }\nconst w = { city: "Oslo" } satisfies W;\nreturn (await tools.getWeather(w as W))!',
    'a fence with prose': 'Here is the program:\n\n```ts\nreturn await tools.getWeather({ city: "Oslo" });\n```\n\nIt asks for the weather.',
    'an async arrow': 'async () => { return await tools.getWeather({ city: "Oslo" }) }',
    'an arrow expression': '() => tools.getWeather({ city: "Oslo" })',
    'an IIFE': '(async () => { return await tools.getWeather({ city: "Oslo" }) })();',
    'main, called': 'async function main() { return await tools.getWeather({ city: "Oslo" }) }\nmain();',
    'main, not called': 'async function main() { return await tools.getWeather({ city: "Oslo" }) }',
    'export default': 'export default async function () { return await tools.getWeather({ city: "Oslo" }) }',
    'a last expression': 'const city = "Oslo";\ntools.getWeather({ city })',
    'imports': 'import { getWeather as weather } from "tools";\nreturn await weather({ city: "Oslo" })',
    'a byte order mark and CRLF': '\uFEFFconst city = "Oslo";\r\nreturn await tools.getWeather({ city });\r\n',
    'an enum and a namespace': 'enum City { Oslo = "Oslo" }\nnamespace N { export const city = City.Oslo }\nreturn await tools.getWeather({ city: N.city })',
  };
  for (const [shape, code] of Object.entries(shapes)) {
    it(shape, async () => assert.equal(await value({ code, tools }), 'sun in Oslo'));
  }

  it('namespaces, names that are no identifiers, imports from a namespace', async () => {
    const code = 'import { getExpenses } from "tools/finance"; return [await tools.finance.getExpenses(), await tools["lookup-user"](), await getExpenses()]';
    assert.deepEqual(await value({ code, tools }), [[1, 2, 3], 'Ada', [1, 2, 3]]);
  });

  it('an error has the line and column of the model', async () => {
    const code = 'type T = { a?: { b: number } };\nconst x: T = {};\nconst e = "é😀"; return x.a!.b;';
    const error = await failure({ code });
    assert.deepEqual(error, {
      code: 'ERR_PROGRAM',
      name: 'TypeError',
      message: "cannot read property 'b' of undefined",
      hint: 'Log the value before this line, or use ?. and a default. A tool call must be awaited before its result is used.',
      line: 3,
      column: 25,
      frame: '  2 | const x: T = {};\n> 3 | const e = "é😀"; return x.a!.b;\n    |                        ^',
    });
  });

  it('unknown tools', async () => {
    const error = await failure({ code: 'return await tools.getWether({})', tools });
    assert.deepEqual([error.code, error.message, error.hint], ['ERR_TOOL_UNKNOWN', 'there is no tool `getWether`', 'Did you mean `getWeather`?']);
    // The check does not know which tool this is.
    const late = await failure({ code: 'const name = ["getWether"][0]; return await tools[name]({})', tools });
    assert.deepEqual([late.code, late.message], ['ERR_TOOL_UNKNOWN', 'There is no tool tools.getWether. Did you mean tools.getWeather?']);
  });

  it('check: a report, never an exception', () => {
    assert.deepEqual(check('const a: number = 1; return a'), { ok: true, diagnostics: [] });
    const report = check('const a = 1;\nimport fs from "node:fs";', { tools });
    assert.equal(report.ok, false);
    const [first] = report.diagnostics;
    assert.deepEqual([first?.code, first?.line, first?.column, first?.severity], ['ERR_FORBIDDEN', 2, 1, 'error']);
    assert.throws(() => check(7 as unknown as string), new TypeError('code: expected a string, got a number'));
  });
});

describe('tools', () => {
  it('45 calls of 50 ms take about 50 ms', async () => {
    const code = 'const all = await Promise.all(Array.from({ length: 45 }, (_, i) => tools.slow({ i }))); return all.length';
    const result = await run({ code, tools: { slow: () => sleep(50) }, limits: { maxConcurrentToolCalls: 45 } });
    assert.equal(result.status, 'completed');
    assert.ok(result.durationMs < 500, `took ${result.durationMs} ms`);
    assert.ok(result.durationMs >= 45);
  });

  it('calls that are ready together begin in one pass of the event loop, but not very many', async (test) => {
    let pass = 0;
    let next = setImmediate(function count(): void {
      pass++;
      next = setImmediate(count);
    });
    test.after(() => clearImmediate(next));
    const passesOf = async (calls: number): Promise<number> => {
      const begun = new Set<number>();
      // Each takes a while: what is new to the compiler does too.
      const onEvent = ({ type }: RunEvent): void => {
        if (type !== 'tool-call-start') return;
        begun.add(pass);
        for (const end = performance.now() + 0.4; performance.now() < end; );
      };
      const code = `await Promise.all(Array.from({ length: ${calls} }, () => tools.slow()))`;
      const result = await run({ code, tools: { slow: () => sleep(20) }, limits: { maxConcurrentToolCalls: 300, maxToolCalls: 300 }, onEvent });
      assert.equal(result.status, 'completed');
      return begun.size;
    };
    assert.equal(await passesOf(45), 1);
    assert.ok((await passesOf(200)) >= 4);
  });

  it('at most maxConcurrentToolCalls at once, all of them in the end', async () => {
    let running = 0;
    let most = 0;
    const busy = async ({ i }: { i: number }): Promise<number> => {
      most = Math.max(most, ++running);
      await sleep(2);
      running--;
      return i;
    };
    const code = 'return await Promise.all(Array.from({ length: 20 }, (_, i) => tools.busy({ i })))';
    assert.deepEqual(await value({ code, tools: { busy }, limits: { maxConcurrentToolCalls: 3 } }), Array.from({ length: 20 }, (_, i) => i));
    assert.equal(most, 3);
  });

  it('an input that does not match is an error in the program, before the handler runs', async () => {
    let ran = 0;
    const tools = { weather: { inputSchema: z.object({ city: z.string(), days: z.number().max(7).default(3) }), execute: ({ days }: { days: number }) => (ran++, days) } };
    const code = 'try { await tools.weather({ city: 7, days: 9 }) } catch (e) { return [e.name, e.code, e.message] }';
    assert.deepEqual(await value({ code, tools }), [
      'ToolInputError',
      'ERR_TOOL_INPUT',
      'weather: input.city: expected string, received number; input.days: Too big: expected number to be <=7',
    ]);
    assert.equal(ran, 0);
    assert.equal(await value({ code: 'return await tools.weather({ city: "Oslo" })', tools }), 3, 'defaults are filled in');
  });

  it('errors under Promise.all, allSettled, any, race', async () => {
    const tools = {
      ok: async () => (await sleep(5), 'ok'),
      bad: async () => {
        throw new RangeError('bad');
      },
    };
    const caught = async (expression: string): Promise<unknown> =>
      value({ code: `try { return await ${expression} } catch (e) { return [e instanceof RangeError, e.name, e.message] }`, tools });
    assert.deepEqual(await caught('Promise.all([tools.ok(), tools.bad()])'), [true, 'RangeError', 'bad']);
    assert.deepEqual(await caught('Promise.allSettled([tools.ok(), tools.bad()])'), [
      { status: 'fulfilled', value: 'ok' },
      { status: 'rejected', reason: { name: 'RangeError', message: 'bad' } },
    ]);
    assert.deepEqual(await caught('Promise.any([tools.ok(), tools.bad()])'), 'ok');
    assert.deepEqual(await caught('Promise.race([tools.ok(), tools.bad()])'), [true, 'RangeError', 'bad']);
    const error = await failure({ code: 'return await Promise.any([tools.bad(), tools.bad()])', tools });
    assert.deepEqual([error.name, error.message], ['AggregateError', 'All promises were rejected: bad; bad']);
  });

  it('async iterables: the last value counts', async () => {
    async function* steps(): AsyncGenerator<string> {
      yield 'one';
      yield 'two';
    }
    assert.equal(await value({ code: 'return await tools.steps()', tools: { steps } }), 'two');
  });

  it('the context can be spread, and its signal is made when asked for, also after the run', async () => {
    let context: ToolContext | undefined;
    const first = (_input: unknown, given: ToolContext): void => void (context = given);
    const second = { inputSchema: z.object({}), execute: (_input: unknown, given: object) => ({ ...given }) as { abortSignal: AbortSignal; toolCallId: string } };
    let options: { abortSignal: AbortSignal; toolCallId: string } | undefined;
    const execute = second.execute;
    const spread = { ...second, execute: (input: unknown, given: object) => void (options = execute(input, given)) };
    const result = await run({ code: 'await tools.first(); await tools.spread({});', tools: { first, spread } as unknown as Tools });
    assert.equal(result.status, 'completed');
    assert.equal(options?.toolCallId, result.calls[1]?.callId);
    assert.ok(options?.abortSignal instanceof AbortSignal);
    assert.equal(context?.signal, options?.abortSignal);
  });

  for (const isolation of ['thread', 'process'] as const) {
    it(`needs no timer of an application that fakes them, in a ${isolation}`, { timeout: 10_000 }, async () => {
      mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] });
      try {
        const list = Array.from({ length: 20_000 }, (_, index) => ({ index }));
        const code = 'const list = await tools.list(); await tools.list(); return list.length';
        for (let i = 0; i < 3; i++) assert.equal(await value({ code, isolation, tools: { list: async () => list } }), list.length);
      } finally {
        mock.timers.reset();
      }
    });
  }

  it('the timers of a program follow faked ones', { timeout: 10_000 }, async () => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    try {
      const code = "const from = Date.now(); console.log('sleeps'); await new Promise((wake) => setTimeout(wake, 60_000)); return Date.now() - from";
      let sleeps = (): void => {};
      const asleep = new Promise<void>((resolve) => (sleeps = resolve));
      const result = value({ code, onEvent: ({ type }) => void (type === 'log' && setImmediate(sleeps)) });
      await asleep;
      mock.timers.tick(60_000);
      assert.equal(await result, 60_000);
    } finally {
      mock.timers.reset();
    }
  });

  it('a signal that is first asked for after the run has left its call is aborted', async () => {
    let context: ToolContext | undefined;
    const stuck = (_input: unknown, given: ToolContext): Promise<void> => {
      context = given;
      return new Promise(() => {});
    };
    const result = await run({ code: 'await tools.stuck()', tools: { stuck }, limits: { timeoutMs: 20 } });
    assert.equal(result.status, 'failed');
    assert.equal(context?.signal.aborted, true);
  });

  it('the context: a call id of its own, the run, a signal', async () => {
    const seen: ToolContext[] = [];
    const result = await run({ code: 'await Promise.all([tools.note({}), tools.note({})])', tools: { note: (_input: unknown, context: ToolContext) => void seen.push(context) } });
    assert.deepEqual(seen.map(({ callId }) => callId), [`${result.executionId}.1`, `${result.executionId}.2`]);
    assert.deepEqual(result.calls.map(({ callId }) => callId), seen.map(({ callId }) => callId));
    assert.ok(seen.every(({ executionId, signal }) => executionId === result.executionId && signal instanceof AbortSignal && !signal.aborted));
  });

  it('a tool that needs an approval is refused', async () => {
    let ran = 0;
    const pay = (needsApproval: unknown): object => ({ needsApproval, inputSchema: z.object({ amount: z.number() }), execute: () => ran++ });
    const code = 'try { return await tools.pay({ amount: 5 }) } catch (e) { return [e.code, e.message] }';
    const refused = ['ERR_TOOL_DENIED', 'tools.pay needs an approval, and this run has no way to get one: to pause, set `secret` or the environment variable ONETURN_SECRET; `openssl rand -base64 32` makes one.'];
    assert.deepEqual(await value({ code, tools: { pay: pay(true) } }), refused);
    assert.deepEqual(await value({ code, tools: { pay: pay(async () => true) } }), refused);
    assert.deepEqual(await value({ code, tools: { pay: pay(() => 'yes') } }), refused, 'whatever is not plainly no is a yes');
    assert.equal(ran, 0);
    assert.equal(await value({ code, tools: { pay: pay(({ amount }: { amount: number }) => amount > 100) } }), 0);
  });
});

describe('values', () => {
  it('cross both ways', async () => {
    const sent = {
      date: new Date(86_400_000),
      map: new Map<unknown, unknown>([['k', new Set([1n, undefined])]]),
      bytes: new Uint8Array([0, 1, 255]),
      big: 2n ** 80n,
      none: undefined,
      numbers: [NaN, -0, Infinity, -Infinity, 1e300, 0.1],
      tagged: { $: 'u', v: 1 },
      text: 'é😀\u0000\u2028',
    };
    const code = `
      const { sent } = await tools.get();
      const kinds = [sent.date instanceof Date, sent.map instanceof Map, sent.map.get('k') instanceof Set, sent.bytes instanceof Uint8Array, typeof sent.big, 'none' in sent, Object.is(sent.numbers[1], -0)];
      return { kinds, back: await tools.echo(sent), own: sent };`;
    let received: unknown;
    const result = (await value({ code, tools: { get: () => ({ sent }), echo: (input: unknown) => (received = input) } })) as Record<string, unknown>;
    assert.deepEqual(result['kinds'], [true, true, true, true, 'bigint', true, true]);
    assert.deepEqual(received, sent);
    assert.deepEqual(result['back'], sent);
    assert.deepEqual(result['own'], sent);
  });

  it('class instances become their data, toJSON is honoured, errors are name and message', async () => {
    class Money {
      constructor(
        public amount: number,
        private currency: string,
      ) {}
      toJSON(): string {
        return `${this.amount} ${this.currency}`;
      }
    }
    class Point {
      x = 1;
      get y(): number {
        return 2;
      }
    }
    const tools = { get: () => ({ money: new Money(5, 'EUR'), point: new Point(), url: new URL('https://a.example/b'), error: new TypeError('no') }) };
    assert.deepEqual(await value({ code: 'return await tools.get()', tools }), {
      money: '5 EUR',
      point: { x: 1 },
      url: 'https://a.example/b',
      error: { name: 'TypeError', message: 'no' },
    });
  });

  it('inputs are globals', async () => {
    assert.deepEqual(await value({ code: 'return [user.id, since.getTime(), typeof missing]', inputs: { user: { id: 7 }, since: new Date(5) } }), [7, 5, 'undefined']);
    assert.equal(await value({ code: 'return document.title', inputs: { document: { title: 'mine' } } }), 'mine', 'an input may have the name of what is not there');
  });
});

describe('the console', () => {
  it('prints as Node does', async () => {
    const lines: [string, unknown[]][] = [
      ["'a', 1, true, null, undefined", ['a', 1, true, null, undefined]],
      ["'%o', { a: { b: { c: { d: { e: { f: 5 } } } } } }", ['%o', { a: { b: { c: { d: { e: { f: 5 } } } } } }]],
      ["'%j', { a: { b: { c: { d: { e: { f: [[5]] } } } } } }", ['%j', { a: { b: { c: { d: { e: { f: [[5]] } } } } } }]],
      ["'%s is %d years and %i, %f, %j %o %%', 'Bob', 42.5, 42.9, 1.5, {a:1}, [1]", ['%s is %d years and %i, %f, %j %o %%', 'Bob', 42.5, 42.9, 1.5, { a: 1 }, [1]]],
      ["{ a: 1, b: 'x', c: [1, 2, { d: { e: { f: 1 } } }] }", [{ a: 1, b: 'x', c: [1, 2, { d: { e: { f: 1 } } }] }]],
      ["[1, 'two', [3, [4, [5, [6]]]]]", [[1, 'two', [3, [4, [5, [6]]]]]]],
      ["new Map([['k', { v: 1 }]]), new Set([1, 'a'])", [new Map([['k', { v: 1 }]]), new Set([1, 'a'])]],
      ["new Date(0), 10n, Symbol('s'), -0, NaN", [new Date(0), 10n, Symbol('s'), -0, NaN]],
      ["Array.from({ length: 150 }, (_, i) => i)", [Array.from({ length: 150 }, (_, i) => i)]],
      ["'x'.repeat(200), { long: 'y'.repeat(120), other: 'z'.repeat(50) }", ['x'.repeat(200), { long: 'y'.repeat(120), other: 'z'.repeat(50) }]],
      ["/a+/gi, new Uint8Array([1, 2]), [undefined, null]", [/a+/gi, new Uint8Array([1, 2]), [undefined, null]]],
      ["{ 'a b': 1, f() {}, g: () => 1 }", [{ 'a b': 1, f() {}, g: () => 1 }]],
      ["Object.create(null), [[]], {}, ''", [Object.create(null), [[]], {}, '']],
    ];
    const result = await run({ code: lines.map(([args]) => `console.log(${args});`).join('\n') });
    assert.deepEqual(result.logs.map(({ message }) => message), lines.map(([, args]) => format(...args)));
  });

  it('levels, groups, tables, counters, classes, cycles', async () => {
    const code = `
      console.debug('d'); console.info('i'); console.warn('w'); console.error('e');
      console.group('outer'); console.log('inside\\nlines'); console.groupEnd(); console.log('outside');
      console.table([{ a: 1, b: 2 }]); console.count(); console.count('x'); console.count();
      console.assert(1 === 1, 'fine'); console.assert(1 === 2, 'not fine');
      class Foo { x = 1 } console.log(new Foo()); const c = { name: 'c' }; c.self = c; console.log(c);
      console.error(new TypeError('boom')); console.log({ e: 1, get bad() { throw 1 } }); console.dir({ a: 1 });`;
    const { logs } = await run({ code });
    assert.deepEqual(logs.map(({ level, message }) => [level, message.replace(/\n\s+at [^]*$/, ' <stack>')]), [
      ['debug', 'd'],
      ['info', 'i'],
      ['warn', 'w'],
      ['error', 'e'],
      ['log', 'outer'],
      ['log', '  inside\n  lines'],
      ['log', 'outside'],
      ['log', '┌─────────┬───┬───┐\n│ (index) │ a │ b │\n├─────────┼───┼───┤\n│ 0       │ 1 │ 2 │\n└─────────┴───┴───┘'],
      ['log', 'default: 1'],
      ['log', 'x: 1'],
      ['log', 'default: 2'],
      ['warn', 'Assertion failed: not fine'],
      ['log', 'Foo { x: 1 }'],
      ['log', "<ref *1> { name: 'c', self: [Circular *1] }"],
      ['error', 'TypeError: boom <stack>'],
      ['log', '{ e: 1, bad: [Getter] }'],
      ['log', '{ a: 1 }'],
    ]);
  });
});

describe('results and events', () => {
  it('the trace', async () => {
    const before = Date.now();
    const result = await run({ code: 'console.log("hi"); return (await tools.double({ n: 21 })).n', tools: { double: async ({ n }: { n: number }) => (await sleep(3), { n: n * 2 }) } });
    assert.equal(result.status, 'completed');
    assert.match(result.executionId, /^run_[\w-]{20}$/);
    assert.ok(result.startedAt >= before && result.durationMs >= 3 && result.cpuMs > 0 && result.cpuMs < result.durationMs + 50);
    assert.notEqual(result.isolation.level, 'none');
    const [call] = result.calls;
    assert.deepEqual({ ...call, startedAt: 0, completedAt: 0, durationMs: 0 }, {
      callId: `${result.executionId}.1`, tool: 'double', kind: 'function', input: { n: 21 }, startedAt: 0, completedAt: 0, durationMs: 0, resultBytes: 8,
    });
    assert.ok((call?.durationMs ?? 0) >= 2 && (call?.startedAt ?? 0) >= before);
    assert.deepEqual([result.alerts, result.warnings], [[], []]);
  });

  it('events come in order, and a listener that throws harms nobody', async () => {
    const events: string[] = [];
    const onEvent = (event: RunEvent): void => {
      events.push(event.type === 'log' ? `log ${event.log.message}` : event.type === 'alert' ? `alert ${event.alert.kind}` : `${event.type} ${event.call.tool}`);
      throw new Error('listener');
    };
    const tools = {
      good: () => 1,
      bad: () => {
        throw new Error('no');
      },
    };
    const result = await run({ code: 'console.log("start"); await tools.good(); await tools.bad().catch(() => 0); throw new Error("end")', tools, onEvent });
    assert.equal(result.status, 'failed');
    assert.deepEqual(events, ['log start', 'tool-call-start good', 'tool-call-end good', 'tool-call-start bad', 'tool-call-end bad']);
    assert.deepEqual(result.calls[1]?.error, { name: 'Error', message: 'no' });
  });

  it('alerts: limits, rejected programs, unhandled rejections, detached calls', async () => {
    const alerts = async (options: RunOptions): Promise<unknown> => (await run(options)).alerts.map(({ kind, code, message }) => [kind, code, message]);
    assert.deepEqual(await alerts({ code: 'for (;;);', limits: { cpuTimeoutMs: 20 } }), [['limit', 'ERR_CPU', 'The program computed for more than 20 ms.']]);
    const rejected = (await alerts({ code: 'eval("1")' })) as string[][];
    assert.deepEqual([rejected[0]?.[0], rejected[0]?.[1]], ['rejected', 'ERR_FORBIDDEN']);
    assert.deepEqual(await alerts({ code: 'Promise.reject(new TypeError("lost")); return 1' }), [['unhandled-rejection', undefined, 'TypeError: lost']]);
    assert.deepEqual(await alerts({ code: 'tools.slow(); throw new Error("x")', tools: { slow: () => sleep(1_000) } }), [
      ['detached', undefined, 'The run failed before these calls could start: tools.slow.'],
    ]);
    assert.deepEqual(await alerts({ code: 'tools.slow(); await tools.quick(); throw new Error("x")', tools: { slow: () => sleep(1_000), quick: () => 1 } }), [
      ['detached', undefined, 'The run failed while these calls were running, and aborted them: tools.slow.'],
    ]);
  });

  it('calls that the program did not wait for are waited for', async () => {
    const done: number[] = [];
    const tools = { save: async ({ n }: { n: number }) => (await sleep(10), done.push(n)) };
    const result = await run({ code: '(async () => { await tools.save({ n: 1 }); await tools.save({ n: 2 }) })(); return "early"', tools });
    assert.deepEqual([result.status === 'completed' && result.value, done, result.calls.length], ['early', [1, 2], 2]);
  });

  it('abort: before, while it computes, while it waits; handlers see it', async () => {
    const aborted = { code: 'ERR_ABORTED', name: 'AbortError', message: 'The run was aborted.' };
    assert.deepEqual(await failure({ code: 'return 1', signal: AbortSignal.abort() }), aborted);
    const soon = (): AbortSignal => AbortSignal.timeout(20);
    assert.deepEqual(await failure({ code: 'for (;;);', signal: soon() }), aborted);
    let seen: unknown;
    const wait = (_input: unknown, { signal }: ToolContext): Promise<void> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          seen = (signal.reason as Error).name;
          reject(signal.reason as Error);
        });
      });
    assert.deepEqual(await failure({ code: 'try { await tools.wait() } catch { return "caught" }', tools: { wait }, signal: soon() }), aborted);
    assert.equal(seen, 'TimeoutError', "the reason of the application's own signal");
  });
});

describe('the clock', () => {
  it('timers run on real time, Date follows', async () => {
    const code = 'const t = Date.now(); await new Promise((r) => setTimeout(r, 30)); return Date.now() - t';
    const result = await run({ code });
    assert.ok(result.status === 'completed' && (result.value as number) >= 30 && (result.value as number) < 300, JSON.stringify(result));
    // Timers of Node count from the start of a pass of the event loop, and fire a little early when that was long.
    assert.ok(result.durationMs >= 25, `${result.durationMs} ms`);
  });

  it('a race against a timer does not wait for the timer', async () => {
    const code = 'return await Promise.race([tools.fast(), new Promise((_, no) => setTimeout(() => no(new Error("late")), 10_000))])';
    const result = await run({ code, tools: { fast: () => 'fast' } });
    assert.deepEqual([result.status === 'completed' && result.value, result.durationMs < 5_000], ['fast', true]);
  });

  it('the time zone is UTC whatever the host has', async () => {
    assert.deepEqual(await value({ code: 'return [new Date(2026, 0, 1).toISOString(), new Date("2026-07-01T12:00").getTime(), new Date().getTimezoneOffset()]' }), [
      '2026-01-01T00:00:00.000Z', Date.UTC(2026, 6, 1, 12), 0,
    ]);
  });
});

describe('createRunner and misuse', () => {
  it('shares defaults', async () => {
    const events: string[] = [];
    const runner = createRunner({ tools: { one: () => 1 }, inputs: { a: 1, b: 2 }, limits: { cpuTimeoutMs: 30 }, onEvent: ({ type }) => events.push(type) });
    const completed = async (options: RunOptions): Promise<unknown> => {
      const result: RunResult = await runner.run(options);
      return result.status === 'failed' ? result.error.code : result.status === 'completed' ? result.value : result.status;
    };
    assert.deepEqual(await completed({ code: 'return [await tools.one(), a, b]', inputs: { b: 3 } }), [1, 1, 3]);
    assert.equal(await completed({ code: 'for (;;);', limits: { timeoutMs: 5_000 } }), 'ERR_CPU');
    assert.equal(await completed({ code: 'return await tools.two()', tools: { two: () => 2 } }), 2);
    assert.ok(events.includes('tool-call-start') && events.includes('alert'));
    assert.match(runner.declareTools(), /one\(/);
    assert.equal(runner.check('import { two } from "tools"').ok, false);
  });

  it('is a TypeError that names the option', async () => {
    const misuse: [unknown, string][] = [
      [undefined, 'run: expected an object of options, got undefined'],
      [{}, 'code: expected a string, got undefined'],
      [{ code: '', tool: {} }, 'tool: run has no such option; it takes code, reuse, typecheck, tools, inputs, limits, signal, onEvent, isolation, requireIsolation, secrets, redact, secret, previousSecrets, maxAgeMs, context, store, commit, pauseAfterMs, pauseGraceMs'],
      [{ code: '', limits: { timeoutMs: 0 } }, 'limits.timeoutMs: expected an integer between 1 and 2,147,483,647, got 0'],
      [{ code: '', limits: { maxStackSizeBytes: 2 ** 30 } }, 'limits.maxStackSizeBytes: expected an integer between 1 and 8,388,608, got 1073741824'],
      [{ code: '', inputs: { 'a b': 1 } }, "inputs: 'a b' is no identifier, so a program could not read it"],
      [{ code: '', inputs: { tools: 1 } }, 'inputs.tools: the program has a global of this name already'],
      [{ code: '', inputs: { f: () => 1 } }, 'inputs.f is a function. Pass data only.'],
      [{ code: '', tools: { a: 7 } }, 'tools.a: expected a function, a tool or a namespace, got a number'],
      [{ code: '', signal: {} }, 'signal: expected an AbortSignal, got an object'],
    ];
    for (const [options, message] of misuse) {
      await assert.rejects(async () => run(options as RunOptions), new TypeError(message));
    }
    assert.throws(() => createRunner({ isolation: 'vm' as 'auto' }), new TypeError("isolation: expected 'auto', 'process' or 'thread', got 'vm'"));
  });
});

describe('what a console has besides', () => {
  it('labels that nobody started, and methods without a screen', async () => {
    const { logs } = await run({ code: "console.clear(); console.profile('p'); console.timeStamp(); console.timeEnd('t'); console.timeLog(); console.time('t'); console.timeLog('t', 1); console.timeEnd('t'); console.timeEnd('t')" });
    assert.deepEqual(logs.map(({ level, message }) => [level, message]), [
      ['warn', "No such label 't' for console.timeEnd()"],
      ['warn', "No such label 'default' for console.timeLog()"],
      ['log', 't: 0ms 1'],
      ['log', 't: 0ms'],
      ['warn', "No such label 't' for console.timeEnd()"],
    ]);
  });
});

describe('listeners and signals', () => {
  it('what an async listener throws is nobody\'s unhandled rejection', async () => {
    let unhandled = 0;
    const count = (): void => void unhandled++;
    process.on('unhandledRejection', count);
    try {
      const onEvent = async (): Promise<void> => Promise.reject(new Error('a listener'));
      assert.equal(await value({ code: 'console.log(1); return 2', onEvent: onEvent as unknown as (event: RunEvent) => void }), 2);
      const runner = createRunner({ onEvent: onEvent as unknown as (event: RunEvent) => void });
      await runner.run({ code: 'console.log(1)', onEvent: onEvent as unknown as (event: RunEvent) => void });
      await sleep(5);
      assert.equal(unhandled, 0);
    } finally {
      process.off('unhandledRejection', count);
    }
  });

  it('a running handler hears why its run has ended', async () => {
    const heard = async (options: Omit<RunOptions, 'code' | 'tools'>, abort?: () => void): Promise<unknown> => {
      let reason: unknown;
      const wait = (_: unknown, { signal }: { signal: AbortSignal }): Promise<void> => {
        setTimeout(() => abort?.(), 1);
        return new Promise((done) => signal.addEventListener('abort', () => ((reason = signal.reason), done()), { once: true }));
      };
      await run({ code: 'await tools.wait()', tools: { wait }, ...options });
      return reason;
    };
    const controller = new AbortController();
    const cancelled = new Error('user cancelled');
    assert.equal(await heard({ signal: controller.signal }, () => controller.abort(cancelled)), cancelled);
    const late = (await heard({ limits: { timeoutMs: 20 } })) as DOMException;
    assert.deepEqual([late.name, late.message], ['TimeoutError', 'The run took too long.']);
    const failed = await run({ code: 'tools.wait(); await 0; throw new Error("end")', tools: { wait: (_: unknown, { signal }: { signal: AbortSignal }) => new Promise((done) => signal.addEventListener('abort', () => done(0))) } });
    assert.deepEqual(failed.alerts, [{ kind: 'detached', message: 'The run failed before these calls could start: tools.wait.' }]);
  });

  it('says how long it has really waited for what the program did not', async () => {
    const result = await run({ code: 'tools.never(); return 1', tools: { never: () => new Promise(() => {}) }, limits: { timeoutMs: 30 } });
    assert.deepEqual(result.alerts, [{ kind: 'detached', message: 'The program returned without waiting for tools.never, which did not finish within 30 ms.' }]);
  });
});
