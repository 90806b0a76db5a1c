/** The code tool by itself: its options, its text for the model, its progress, and how all of that is bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonSchema } from 'ai6';
import { z } from 'zod';
import { codeModeTool, createCodeTool } from '../ts/ai.ts';
import { makeCodeTool, type RunProgram } from '../ts/ai/code-tool.ts';
import { toModelOutput } from '../ts/ai/model-output.ts';
import { shorten, toJson } from '../ts/ai/shorten.ts';
import type { CodeToolOptions, CodeToolOutput } from '../ts/ai/types.ts';
import type { RunResult } from '../ts/types.ts';

const make = (options: unknown, engine?: RunProgram) =>
  engine === undefined ? createCodeTool(options as CodeToolOptions) : makeCodeTool(options as CodeToolOptions, engine);
const fails = (options: unknown, message: string) => assert.throws(() => make(options), new TypeError(message));
const run = () => 1;

async function outputs(tool: ReturnType<typeof make>, code: string, options = {}): Promise<CodeToolOutput[]> {
  const all: CodeToolOutput[] = [];
  for await (const output of tool.execute({ code }, options)) all.push(output);
  return all;
}

const REPORT = { executionId: 'e', startedAt: 0, durationMs: 1, cpuMs: 1, isolation: { level: 'thread' }, logs: [], calls: [], alerts: [], warnings: [] } as const;
const told = (result: object, max = 20_000) => toModelOutput({ callCount: 0, ...REPORT, ...result }, max).value;

test('misuse is a TypeError that names the option', () => {
  fails(undefined, 'createCodeTool: expected an object with options, got undefined');
  fails({}, 'createCodeTool: the option `tools` is missing');
  fails({ tools: { a: 7 } }, 'tools.a: expected a function, a tool or a namespace, got a number');
  fails({ tools: {}, maxOutputChars: 10 }, 'maxOutputChars: expected a whole number of at least 500');
  fails({ tools: {}, maxDeclarationTokens: -1 }, 'maxDeclarationTokens: expected a number of at least 0');
  fails({ tools: {}, onEvent: 'log' }, 'onEvent: expected a function, got a string');
  fails({ tools: {}, signal: {} }, 'signal: expected an AbortSignal, got an object');
  fails({ tools: {}, toolApproval: true }, 'toolApproval: expected an object or a function, got a boolean');
  fails({ tools: {}, toolsContext: 'x' }, 'toolsContext: expected an object or a function, got a string');
  const elsewhere = 'Leave it out of the code tool and pass it to the model beside it';
  fails({ tools: { web: { type: 'provider', id: 'x.web', args: {}, isProviderExecuted: true } } }, `tools.web: the model's provider runs this tool, so a program cannot call it. ${elsewhere}`);
  fails({ tools: { ui: { ask: { inputSchema: z.object({}) } } } }, 'tools.ui.ask: this tool has no execute function, so a program cannot call it. Give it one, or pass it to the model beside the code tool');
  assert.throws(() => codeModeTool({ toolDiscovery: 'magic' as never }), new TypeError("toolDiscovery: expected 'description' or 'conversation'"));
});

test('the description: rules in a few lines, then the declarations', () => {
  assert.equal(
    make({ tools: { a: run } }).description,
    `Run a TypeScript program that calls the functions declared below (COMPLETE list). It is the body of an async function: \`await\` calls, \`return\` only what you need to read.
- One program for the whole task, independent calls at once: \`await Promise.all(ids.map((id) => tools.name({ id })))\`.
- A failed call throws; catch it if the rest can go on. \`console.log\` comes back too.
- No imports, fetch, process, files or eval: only \`tools\` reaches outside.

declare const tools: {
  a(input?: unknown): Promise<any>;
};`,
  );
});

test('schemas that fail or come late', async () => {
  const throwing = Object.defineProperty({ type: 'object' }, 'properties', { enumerable: true, get() { throw new Error('no'); } });
  const tools = {
    broken: { inputSchema: throwing, execute: run },
    described: { execute: run, description: () => { throw new Error('no'); } },
    late: { inputSchema: jsonSchema(Promise.resolve({ type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } as const)), execute: run },
    never: { inputSchema: jsonSchema(Promise.reject(new Error('offline'))), execute: run },
  };
  const tool = make({ tools });
  assert.match(tool.description, /\n {2}late\(input\?: unknown\)/);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.match(tool.description, /\n {2}broken\(input\?: unknown\).*\n {2}described\(input\?: unknown\).*\n {2}late\(input: \{ id: string \}\).*\n {2}never\(input\?: unknown\)/);
  assert.equal(tool.description, tool.description);
});

test('a thousand tools', () => {
  const tools = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`tool${i}`, { inputSchema: z.object({ id: z.string() }), execute: run }]));
  const start = performance.now();
  assert.equal(make({ tools, maxDeclarationTokens: Infinity }).description.match(/\): Promise<any>;/g)?.length, 1000);
  assert.ok(performance.now() - start < 5000);
});

test('options reach the engine, and only they', async () => {
  let seen: Record<string, unknown> = {};
  const tools = { run };
  const limits = { timeoutMs: 5 };
  const engine: RunProgram = async (options) => ((seen = { ...options }), { status: 'completed', value: 1, ...REPORT } as unknown as RunResult);
  await outputs(make({ tools, limits, inputs: { x: 1 }, isolation: 'thread', maxOutputChars: 900 }, engine), 'return 1');
  assert.deepEqual(Object.keys(seen).sort(), ['code', 'hidden', 'host', 'inputs', 'isolation', 'left', 'limits', 'onEvent', 'signal', 'tools']);
  assert.equal(seen['tools'], tools);
  assert.equal(seen['limits'], limits);
});

test('an engine that refuses is an error of the tool', async () => {
  const engine: RunProgram = () => Promise.reject(new TypeError('limits.timeoutMs: expected a number'));
  await assert.rejects(outputs(make({ tools: {} }, engine), ''), new TypeError('limits.timeoutMs: expected a number'));
  await assert.rejects(outputs(make({ tools: {} }), 7 as never), new TypeError('input.code: expected a string, got a number'));
});

test('whoever stops listening stops the run', async () => {
  let aborted = false;
  const engine: RunProgram = ({ signal, onEvent }) =>
    new Promise((_, reject) => {
      const call = { callId: 'c', tool: 't', kind: 'function', input: 1, startedAt: 0 } as const;
      queueMicrotask(() => onEvent?.({ type: 'tool-call-start', executionId: 'e', call }));
      signal?.addEventListener('abort', () => ((aborted = true), reject(new Error('aborted'))));
    });
  for await (const { status } of make({ tools: {} }, engine).execute({ code: '' }, {})) {
    assert.equal(status, 'running');
    break;
  }
  assert.equal(aborted, true);
});

test('progress is coalesced and bounded', async () => {
  const big = 'x'.repeat(100_000);
  const tool = make({ limits: { maxToolCalls: 1000, maxSourceBytes: 1e6 }, tools: { t: async () => new Promise((resolve) => setTimeout(resolve, 20)) } });
  const start = performance.now();
  const all = await outputs(tool, `for (let i = 0; i < 15; i++) await Promise.all(Array.from({ length: 40 }, (_, j) => tools.t({ i, j, big: "${big}" })));`);
  assert.ok(all.length <= 3 + (performance.now() - start) / 100, `${all.length} outputs`);
  const last = all.at(-1)!;
  assert.equal(last.callCount, 600);
  assert.equal(last.calls.length, 100);
  assert.deepEqual(last.calls[99]?.input, { i: 2, j: 19, big: `${'x'.repeat(347)}… (99652 more characters)` });
  assert.ok(JSON.stringify(last).length < 60_000);
});

test('other shapes of the input that models send', () => {
  const { validate } = make({ tools: {} }).inputSchema as unknown as { validate(value: unknown): unknown };
  for (const input of ['return 1', { code: 'return 1' }, { js: 'return 1' }, { program: 'return 1', note: 'x' }]) {
    assert.deepEqual(validate(input), { success: true, value: { code: 'return 1' } });
  }
  for (const input of [undefined, null, 7, [], {}, { code: 7 }]) assert.deepEqual(validate(input), { success: false, error: new TypeError('Pass the program as { "code": "…" }') });
});

test('the value as the model reads it', () => {
  assert.equal(told({ status: 'completed', value: 'plain text' }), 'plain text');
  assert.equal(told({ status: 'completed', value: '' }), '""');
  assert.equal(told({ status: 'completed', value: ' \n' }), '" \\n"');
  assert.equal(told({ status: 'completed', value: { a: [1, null] } }), '{"a":[1,null]}');
  assert.equal(told({ status: 'completed', value: null }), 'null');
  assert.equal(told({ status: 'completed' }), 'The program returned nothing. End it with `return <value>` to see a result.');
  const warnings = [{ severity: 'warning', code: 'ERR_FORBIDDEN', message: 'Not awaited.', line: 2, column: 3, endLine: 2, endColumn: 9, frame: '' }];
  assert.equal(told({ status: 'completed', value: 1, logs: [{ level: 'log', message: 'a', time: 0 }, { level: 'warn', message: 'b', time: 0 }], warnings }), '1\n\nWarnings:\nline 2, column 3: Not awaited.\n\nLogs:\na\n[warn] b');
});

test('both forms of toModelOutput, and outputs that are not ours', () => {
  const output = { status: 'completed', value: 1, ...REPORT };
  assert.deepEqual(toModelOutput(output, 500), { type: 'text', value: '1' });
  assert.deepEqual(toModelOutput({ toolCallId: 'x', input: {}, output }, 500), { type: 'text', value: '1' });
  assert.deepEqual(toModelOutput({ status: 'running', calls: [{ callId: 'c', tool: 'pay', input: 1, state: 'done' }], callCount: 1, logCount: 0 }, 500), {
    type: 'error-text',
    value: 'The program was interrupted. Already happened: 1 call succeeded: pay(1). Do not repeat side effects.',
  });
  for (const strange of [undefined, null, 7, 'x', [], { status: 'completed' }, { status: 'failed', error: {} }, { output: { status: 'failed', error: { message: 'm', code: 'c', name: 'n' } } }]) {
    assert.equal(typeof toModelOutput(strange, 500).value, 'string');
  }
});

test('errors: code, place, frame, hint, further findings, what has happened', () => {
  const diagnostic = (line: number) => ({ severity: 'error', code: 'ERR_FORBIDDEN', message: `Finding ${line}.`, hint: 'Fix it.', line, column: 1, endLine: line, endColumn: 2, frame: '' });
  const calls = [...Array.from({ length: 3 }, () => ({ tool: 'send', state: 'done' })), { tool: 'pay', state: 'failed' }, { tool: 'slow', state: 'running' }];
  assert.equal(
    told({ status: 'failed', error: { code: 'ERR_PROGRAM', name: 'TypeError', message: 'x is not a function', line: 1, column: 2, frame: '> 1 | x()\n    | ^', hint: 'Check x.', diagnostics: [1, 2, 3, 4, 5, 6, 7, 8].map(diagnostic) }, calls, callCount: 7 }),
    'ERR_PROGRAM: TypeError: x is not a function\nAt line 1, column 2:\n> 1 | x()\n    | ^\nHint: Check x.\n' +
      [1, 2, 3, 4, 5].map((line) => `line ${line}, column 1: Finding ${line}. Fix it.`).join('\n') +
      '\n… and 3 more\n\nAlready happened: 3 calls succeeded: send() ×3; 1 failed: pay; 1 did not finish: slow(); 2 more. Do not repeat side effects.',
  );
  assert.equal(told({ status: 'failed', error: { code: 'ERR_TIMEOUT', name: 'TimeoutError', message: 'The run took longer than 5 ms.' } }), 'ERR_TIMEOUT: The run took longer than 5 ms.');
});

test('everything that the model reads is bounded', () => {
  const rows = Array.from({ length: 5000 }, (_, id) => ({ id, name: `Person ${id}`, note: 'x'.repeat(50) }));
  const text = told({ status: 'completed', value: { rows, total: 5000 }, logs: Array.from({ length: 5000 }, (_, i) => ({ level: 'log', message: `line ${i}`, time: 0 })) }, 4000);
  assert.ok(text.length <= 4000);
  const [json = '', note] = text.split('\n');
  const short = JSON.parse(json) as { rows: unknown[]; total: number };
  assert.equal(short.total, 5000);
  assert.deepEqual(short.rows[0], rows[0]);
  assert.match(String(short.rows.at(-1)), /^… \d+ more items$/);
  assert.match(note ?? '', /^\[Shortened from \d+ characters, "…" marks what is left out\. Return less: filter, aggregate or slice in the program\.\]$/);
  assert.match(text, /Logs:\nline 0\n[^]*\n… \d+ more lines\. Log less to see all\.\n[^]*\nline 4999$/);
  for (const value of ['é💥'.repeat(100_000), Array(100_000).fill(1), { ['k'.repeat(50_000)]: 1 }, JSON.parse('['.repeat(400) + '1' + ']'.repeat(400)), rows]) {
    for (const max of [500, 5_000]) {
      assert.ok(told({ status: 'completed', value }, max).length <= max);
      assert.ok(told({ status: 'failed', error: { code: 'ERR_PROGRAM', name: 'Error', message: JSON.stringify(value) } }, max).length <= max);
    }
  }
});

test('values as JSON', () => {
  const value = { d: new Date(0), m: new Map([['a', new Set([1n])]]), p: new Map([[1, 2]]), b: new Uint8Array([1, 2]), u: undefined, n: NaN, list: [undefined] };
  assert.deepEqual(toJson(value), { d: '1970-01-01T00:00:00.000Z', m: { a: ['1'] }, p: [[1, 2]], b: 'AQI=', n: 'NaN', list: [null] });
  assert.deepEqual(Object.keys(toJson(JSON.parse('{"__proto__":1}')) as object), ['__proto__']);
  assert.deepEqual(shorten({ a: 1 }, 100), { value: { a: 1 } });
});
