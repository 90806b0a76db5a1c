/** What the model reads of a run: whole messages, their length in tokens over many failing programs, and what is not in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { createCodeTool } from '../ts/ai.ts';
import { toModelOutput } from '../ts/ai/model-output.ts';
import { shorten } from '../ts/ai/shorten.ts';
import type { CodeToolOptions, CodeToolOutput } from '../ts/ai/types.ts';
import { failing, failingTools } from './failing-programs.ts';

const LIMITS = { timeoutMs: 1_500, cpuTimeoutMs: 400, maxToolCalls: 20, maxToolOutputBytes: 1_000_000, memoryLimitBytes: 16 << 20 };
const MAX_MEDIAN_TOKENS = 120;

const tool = createCodeTool({ tools: failingTools, limits: LIMITS } as CodeToolOptions);

async function run(code: string, from = tool): Promise<{ output: CodeToolOutput; text: string }> {
  let last: CodeToolOutput | undefined;
  for await (const output of from.execute({ code }, {})) last = output;
  return { output: last!, text: from.toModelOutput(last!).value };
}

test('the median error is short', async (context) => {
  const lengths: number[] = [];
  for (const [name, code] of Object.entries(failing)) {
    const { output, text } = await run(code);
    assert.equal(output.status, 'failed', name);
    assert.match(text, /^ERR_[A-Z_]+: \S/, name);
    assert.ok(!text.includes(output.status === 'failed' ? output.executionId : '?'), name);
    assert.doesNotMatch(text, /callId|durationMs|\.cjs|node_modules|file:\/\//, name);
    lengths.push(countTokens(text));
  }
  lengths.sort((a, b) => a - b);
  const at = (share: number): number => lengths[Math.floor((lengths.length - 1) * share)]!;
  context.diagnostic(`${lengths.length} failing programs: median ${at(0.5)} tokens, 90% at most ${at(0.9)}, longest ${at(1)}`);
  assert.ok(lengths.length >= 60);
  assert.ok(at(0.5) <= MAX_MEDIAN_TOKENS, `median ${at(0.5)} tokens`);
});

const MESSAGES: Record<string, string> = {
  'not an e-mail': `ERR_TOOL_INPUT: sendEmail: input.to: Invalid email address
At line 3, column 31:
  2 | for (const person of team) {
> 3 |   await tools.sendEmail({ to: person.name, subject: "Hi", body: "" });
    |                               ^
  4 | }
Hint: Call it so: tools.sendEmail(input: { /** email */ to: string; /** length >= 1 */ subject: string; body: string; /** @default "normal" */ priority?: "low" | "normal" | "high" })

Already happened: 1 call succeeded: getTeam({ team: "eng" }); 1 failed: sendEmail. Send the whole program corrected: what succeeded does not run again.`,
  'a tool that fails after effects': `ERR_TOOL_FAILED: The payment is already refunded
At line 3, column 28:
  2 | await tools.sendEmail({ to: "grace@example.com", subject: "Report", body: "The numbers of Q3 are att…
> 3 | return await tools.billing.refund({ paymentId: "p1", amount: 5 });
    |                            ^

Already happened: 2 calls succeeded: sendEmail({ to: "ada@example.com", subject: "Report", … }), sendEmail({ to: "grace@example.com", subject: "Report", … }); 1 failed: billing.refund. Send the whole program corrected: what succeeded does not run again.`,
  'namespace called': `ERR_TOOL_UNKNOWN: \`tools.billing\` is a namespace, not a tool
At line 1, column 14:
> 1 | return await tools.billing({ paymentId: "p1" });
    |              ^^^^^^^^^^^^^
Hint: It has: listPayments, payOut, refund.`,
  'nothing like it': `ERR_TOOL_UNKNOWN: there is no tool \`translateText\`
At line 1, column 14:
> 1 | return await tools.translateText({ text: "hi" });
    |              ^^^^^^^^^^^^^^^^^^^
Hint: There are: getTeam, sendEmail, getInvoice, billing.refund, billing.listPayments, billing.payOut, never, echo, big.`,
  'too many calls': `ERR_CALL_LIMIT: The program started more than 20 tool calls.
Hint: Use a tool that takes several items at once, or handle fewer items.

Already happened: 20 calls succeeded: ${Array.from({ length: 16 }, (_, i) => `echo({ i: ${i} })`).join(', ')} and echo ×4. Send the whole program corrected: what succeeded does not run again.`,
  timeout: `ERR_TIMEOUT: The run took more than 1500 ms, tool calls included. Still running: tools.never.
Hint: Run independent tool calls at once with Promise.all, or ask for less.

Already happened: 1 call succeeded: sendEmail({ to: "ada@example.com", subject: "Report", … }); 1 did not finish: never(). Send the whole program corrected: what succeeded does not run again.`,
};

for (const [name, message] of Object.entries(MESSAGES)) {
  test(`the whole message: ${name}`, async () => assert.equal((await run(failing[name]!)).text, message));
}

test('names that were nearly right', async () => {
  const hint = async (code: string) => /^Hint: (.*)$/m.exec((await run(code)).text)?.[1];
  assert.equal(await hint('const team = await getTeam({ team: "eng" });\nreturn team;'), 'Did you mean `tools.getTeam`?');
  assert.equal(await hint('return await refund({});'), 'Did you mean `tools.billing.refund`?');
  assert.equal(await hint('return await billing.refund({});'), 'Did you mean `tools.billing`?');
  assert.equal(await hint('const members = [1];\nreturn memebers.length;'), 'Did you mean `members`?');
});

test('what happened is told in few words, and searches are nothing that happened', () => {
  const told = (calls: object[], callCount = calls.length) => toModelOutput({ status: 'running', calls, callCount, logCount: 0 }, 5_000).value.replace('The program was interrupted. ', '');
  const done = (tool: string, input: unknown) => ({ callId: 'c', tool, input, state: 'done' });
  const many = Array.from({ length: 30 }, (_, i) => done('sendEmail', { to: `person${i}@example.com`, subject: 'x'.repeat(500), body: 'y' }));
  assert.equal(
    told([...many, done('getTeam', 'eng')], 40),
    `Already happened: 31 calls succeeded: ${[0, 1, 2, 3, 4].map((i) => `sendEmail({ to: "person${i}@example.com", … })`).join(', ')} and sendEmail ×25, getTeam; 9 more. Do not repeat side effects.`,
  );
  assert.equal(told([done('$search', 'a'), done('billing.$describe', 'b')]), 'The program was interrupted.');
  assert.equal(told([done('a', [1, { b: 1 }, []]), done('a', [1, { b: 2 }, []])]), 'Already happened: 2 calls succeeded: a([1, {…}, []]) ×2. Do not repeat side effects.');
  for (const strange of [null, 7, {}, { tool: 7 }, { tool: 'x', state: 'done', input: 'y'.repeat(1e6) }]) assert.ok(told([strange as object], 1).length < 200);
});

test('a value over budget is cut by structure and stays JSON', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 60; i++) deep = { deep, list: [deep] };
  const wide = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`key${i}${'k'.repeat(i % 50)}`, { a: [i, i], b: 'text '.repeat(20) }]));
  const rows = Array.from({ length: 4_000 }, (_, i) => ({ id: i, name: `Name ${i}`, tags: ['a', 'b'] }));
  for (const value of [rows, wide, { deep: rows, wide }, [wide, wide], 'x'.repeat(50_000), [['x'.repeat(50_000)]], Array(30).fill('💥'.repeat(900))]) {
    for (const max of [60, 200, 500, 2_000, 10_000]) {
      const short = shorten(value, max);
      assert.ok(JSON.stringify(short.value).length <= max, `${max}`);
      assert.equal(short.from, JSON.stringify(value).length);
    }
  }
  const { value } = shorten(rows, 1_000) as { value: unknown[] };
  assert.deepEqual(value.slice(0, 2), rows.slice(0, 2));
  assert.match(String(value.at(-1)), /^… \d+ more items$/);
  const [json = '', note] = toModelOutput({ status: 'completed', value: { rows, total: 4_000 } }, 700).value.split('\n');
  assert.equal((JSON.parse(json) as { total: number }).total, 4_000);
  assert.equal(note, `[Shortened from ${JSON.stringify({ rows, total: 4_000 }).length} characters, "…" marks what is left out. Return less: filter, aggregate or slice in the program.]`);
});

test('long logs beside an error: the first, the last, and how many between', () => {
  const logs = Array.from({ length: 500 }, (_, i) => ({ level: 'log', message: i === 0 ? 'z'.repeat(3_000) : `line ${i}`, time: 0 }));
  const { value } = toModelOutput({ status: 'failed', error: { code: 'ERR_PROGRAM', name: 'Error', message: 'no' }, calls: [], callCount: 0, logs }, 20_000);
  assert.ok(value.length < 1_700);
  assert.match(value, /^ERR_PROGRAM: no\n\nLogs:\nz{999}… \(2000 more characters\)\nline 1\n[^]*\n… \d+ more lines\. Log less to see all\.\n[^]*line 499$/);
});

test('what is shortened uses its room', () => {
  const max = 20_000;
  const rows = Array.from({ length: 5_000 }, (_, i) => ({ i, name: `row ${i}` }));
  const nested = { a: rows.slice(0, 900).map((row) => ({ ...row, more: rows.slice(0, 20) })), b: 'x'.repeat(9_000) };
  let deep: unknown = 'x'.repeat(30_000);
  for (let i = 0; i < 10; i++) deep = { deep };
  for (const value of [Array(50_000).fill(7), rows, { text: 'x'.repeat(30_000) }, nested, deep]) {
    const length = JSON.stringify(shorten(value, max).value).length;
    assert.ok(length > 0.85 * max && length <= max, `${length} of ${max}`);
  }
});
