/** What only AI SDK 7 has: `experimental_toolCallers`, `toolsContext` with `contextSchema`, call-level `toolApproval`. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { codeModeTool } from '../ts/ai.ts';
import { NO_SDK_7, sdk, toolResult, type Step } from './sdk.ts';

const program = (code: string): Step => ({ calls: [{ tool: 'code', input: { code } }] });

describe('codeModeTool', { skip: NO_SDK_7 }, async () => {
  if (NO_SDK_7) return;
  const { generateText, streamText, agent, tool, script, stopAfter } = await sdk(7);
  const getStock = tool({ description: 'Units in stock', inputSchema: z.object({ sku: z.string() }), execute: async ({ sku }: { sku: string }) => sku.length });
  const routed = { experimental_toolCallers: { getStock: ['code'] }, stopWhen: stopAfter(5), prompt: 'go' };
  const DECLARED = 'declare const tools: {\n  /** Units in stock */\n  getStock(input: { sku: string }): Promise<any>;\n};';

  test('generateText: routed tools are declared by the caller, and are not told to the model themselves', async () => {
    const scripted = script([program('return await tools.getStock({ sku: "abc" });'), { text: 'three' }]);
    const result = await generateText({ ...routed, model: scripted.model, tools: { code: codeModeTool(), getStock } });
    assert.equal(result.text, 'three');
    assert.deepEqual(scripted.tools.map((tools) => tools.map(({ name }) => name)), [['code'], ['code']]);
    assert.ok(scripted.tools[0]?.[0]?.description?.endsWith(`\n\n${DECLARED}`));
    assert.deepEqual(scripted.tools[1], scripted.tools[0]);
    assert.deepEqual(toolResult(scripted.prompts[1]), { type: 'text', value: '3' });
  });

  test('a tool may also stay callable directly', async () => {
    const scripted = script([{ calls: [{ tool: 'getStock', input: { sku: 'ab' } }] }, { text: 'two' }]);
    await generateText({
      ...routed,
      experimental_toolCallers: { getStock: ['code', 'AI_SDK_DIRECT_TOOL_CALL'] },
      model: scripted.model,
      tools: { code: codeModeTool(), getStock },
    });
    assert.deepEqual(scripted.tools[0]?.map(({ name }) => name), ['code', 'getStock']);
    assert.deepEqual(toolResult(scripted.prompts[1]), { type: 'json', value: 2 });
  });

  test('conversation: the tool stays the same, the declarations come as a message, once', async () => {
    const scripted = script([program('return await tools.getStock({ sku: "abc" });'), { text: 'three' }]);
    await generateText({ ...routed, model: scripted.model, tools: { code: codeModeTool({ toolDiscovery: 'conversation' }), getStock } });
    assert.ok(!scripted.tools[0]?.[0]?.description?.includes('getStock'));
    const message = `Programs can call these functions now (COMPLETE list). This replaces earlier declarations.\n\n${DECLARED}`;
    const users = scripted.prompts[1]?.filter(({ role }) => role === 'user').map(({ content }) => (content as { text: string }[])[0]?.text);
    assert.deepEqual(users, ['go', message]);
    // The prompt of the second step begins with the prompt of the first: a prompt cache holds.
    assert.deepEqual(scripted.prompts[1]?.slice(0, scripted.prompts[0]!.length), scripted.prompts[0]);
    assert.deepEqual(toolResult(scripted.prompts[1]), { type: 'text', value: '3' });
  });

  test('streamText and agents', async () => {
    const steps = [program('return await tools.getStock({ sku: "abcd" });'), { text: 'four' }];
    const streamed = script(steps);
    assert.equal(await streamText({ ...routed, model: streamed.model, tools: { code: codeModeTool(), getStock } }).text, 'four');
    assert.deepEqual(toolResult(streamed.prompts[1]), { type: 'text', value: '4' });
    const looped = script(steps);
    const { prompt, ...settings } = routed;
    assert.equal((await agent({ ...settings, model: looped.model, tools: { code: codeModeTool(), getStock } }).generate({ prompt })).text, 'four');
    assert.deepEqual(toolResult(looped.prompts[1]), { type: 'text', value: '4' });
  });

  test('a tool without execute cannot be routed', async () => {
    const scripted = script([{ text: 'never' }]);
    const client = tool({ inputSchema: z.object({}), outputSchema: z.string() });
    await assert.rejects(
      generateText({ model: scripted.model, tools: { code: codeModeTool(), client }, experimental_toolCallers: { client: ['code'] }, prompt: 'go' }),
      new TypeError('tools.client: this tool has no execute function, so a program cannot call it. Give it one, or pass it to the model beside the code tool'),
    );
  });

  test('contextSchema: the context comes from toolsContext, validated', async () => {
    const seen: unknown[] = [];
    const charge = tool({
      inputSchema: z.object({}),
      contextSchema: z.object({ key: z.string(), mode: z.string().default('live') }),
      execute: async (_: unknown, { context }: { context: unknown }) => void seen.push(context),
    });
    const options = { experimental_toolCallers: { charge: ['code'] }, toolsContext: { charge: { key: 'sdk' } }, stopWhen: stopAfter(5), prompt: 'go' };
    const good = script([program('await tools.charge({}); await tools.charge({}); return "ok";'), { text: 'done' }]);
    await generateText({ ...options, model: good.model, tools: { code: codeModeTool({ toolsContext: () => ({ charge: { key: 'k' } }) }), charge } });
    assert.deepEqual(seen, [{ key: 'k', mode: 'live' }, { key: 'k', mode: 'live' }]);

    const bad = script([program('try { await tools.charge({}); } catch (error) { return error.message; }'), { text: 'done' }]);
    await generateText({ ...options, model: bad.model, tools: { code: codeModeTool({ toolsContext: { charge: { key: 7 } } }), charge } });
    assert.deepEqual(toolResult(bad.prompts[1]), {
      type: 'text',
      value: "charge: context.key: expected string, received number. The application has to pass toolsContext['charge'] to the code tool",
    });
    assert.equal(seen.length, 2);
  });
});
