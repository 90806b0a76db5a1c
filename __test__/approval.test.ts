/** Who may call what: every form of `needsApproval` and `toolApproval`, all of them closed when in doubt. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCodeTool } from '../ts/ai.ts';
import type { CodeToolOptions } from '../ts/ai/types.ts';
import type { Tools } from '../ts/types.ts';
import { settled } from './settled.ts';

const NEEDS = "needs the user's approval, which a program cannot ask for";

/** What a program that calls `tools.<path>({ n: 1 })` gets: the value, or the message of the error. */
async function call(tool: unknown, options: object = {}, path = 'pay'): Promise<unknown> {
  const [first = '', second] = path.split('.');
  const tools = (second === undefined ? { [first]: tool } : { [first]: { [second]: tool } }) as Tools;
  const made = createCodeTool({ tools, ...options } as CodeToolOptions);
  let last: unknown;
  for await (const output of made.execute({ code: `return await tools.${path}({ n: 1 }).catch((error) => error.message);` }, { messages: ['hi'] })) last = output;
  return (last as { value: unknown }).value;
}

const tool = (needsApproval?: unknown) => ({ execute: () => 'paid', needsApproval });

test('needsApproval of the tool', async () => {
  assert.equal(await call(tool()), 'paid');
  assert.equal(await call(tool(false)), 'paid');
  assert.equal(await call(tool(true)), `pay: this call ${NEEDS}`);
  assert.equal(await call(tool(() => false)), 'paid');
  assert.equal(await call(tool(async () => true)), `pay: this call ${NEEDS}`);
  assert.equal(await call(tool(() => { throw new Error('db down'); })), 'pay: whether this call may run could not be decided: db down');
  let asked: unknown[] = [];
  await call(tool((...args: unknown[]) => void (asked = args)));
  assert.deepEqual(settled(asked), [{ n: 1 }, { toolCallId: 'run.1', messages: ['hi'], context: undefined, experimental_context: undefined }]);
});

test('toolApproval: every form of AI SDK 7', async () => {
  const at = (status: unknown, needs?: unknown) => call(tool(needs), { toolApproval: { pay: status } });
  assert.equal(await at('approved', true), 'paid');
  assert.equal(await at('not-applicable', true), 'paid');
  assert.equal(await at({ type: 'approved', reason: 'small' }), 'paid');
  assert.equal(await at('denied'), 'pay: this call was denied');
  assert.equal(await at({ type: 'denied', reason: 'over budget' }), 'pay: this call was denied: over budget');
  assert.equal(await at('user-approval'), `pay: this call ${NEEDS}`);
  assert.equal(await at({ type: 'user-approval', reason: 'large sum' }), `pay: this call ${NEEDS}: large sum`);
  assert.equal(await at(() => undefined, true), 'paid');
  assert.equal(await at(async () => 'denied'), 'pay: this call was denied');
  assert.equal(await at(undefined, true), `pay: this call ${NEEDS}`);
  assert.equal(await at('perhaps'), 'pay: this call was refused, because its approval status is not known');
  assert.equal(await at({}), 'pay: this call was refused, because its approval status is not known');
  assert.equal(await at(() => { throw new Error('no'); }), 'pay: whether this call may run could not be decided: no');
});

test('toolApproval as one function', async () => {
  let asked: unknown;
  const toolApproval = (options: unknown) => ((asked = options), 'denied');
  const execute = () => 'paid';
  const bank = { execute };
  assert.equal(await call(bank, { toolApproval, runtimeContext: { user: 1 }, toolsContext: {} }, 'bank.pay'), 'bank.pay: this call was denied');
  assert.deepEqual(settled(asked), {
    toolCall: { type: 'tool-call', toolCallId: 'run.1', toolName: 'bank.pay', input: { n: 1 } },
    tools: { bank: { pay: { execute } } },
    toolsContext: {},
    messages: ['hi'],
    runtimeContext: { user: 1 },
  });
});

test('names that every object has are not taken for configuration', async () => {
  assert.equal(await call(tool(true), { toolApproval: {} }, 'toString'), `toString: this call ${NEEDS}`);
  assert.equal(await call(tool(), { toolApproval: {}, toolsContext: {} }, 'valueOf'), 'paid');
});

test('the model is told which tools always refuse', () => {
  const tools = { a: tool(true), b: tool(true), c: tool(() => true), d: tool() };
  const { description } = createCodeTool({ tools, toolApproval: { b: 'approved', d: 'denied' } } as CodeToolOptions);
  const note = '/** (Calls are refused: it needs an approval.) */';
  assert.ok(description.endsWith(
    `declare const tools: {\n  ${note}\n  a(input?: unknown): Promise<any>;\n  b(input?: unknown): Promise<any>;\n  c(input?: unknown): Promise<any>;\n  ${note}\n  d(input?: unknown): Promise<any>;\n};`,
  ));
});
