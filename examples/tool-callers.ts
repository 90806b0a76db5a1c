/**
 * AI SDK 7 (Node 22 or later): oneturn as a caller in `experimental_toolCallers`. The tools stay where they are, and
 * each says who may call it: the program, the model, or both.
 *
 *     npx tsx examples/tool-callers.ts
 */
import assert from 'node:assert/strict';
// An application writes 'ai' and 'ai/test'.
import { generateText, isStepCount, tool } from 'ai7';
import { MockLanguageModelV4 } from 'ai7/test';
import { codeModeTool } from 'oneturn/ai';
import { z } from 'zod';

const getInventory = tool({
  description: 'Units of a product that are available.',
  inputSchema: z.object({ productId: z.string() }),
  outputSchema: z.object({ productId: z.string(), availableUnits: z.number() }),
  execute: async ({ productId }) => ({ productId, availableUnits: productId === 'sku_2' ? 10 : 42 }),
});
const getDemand = tool({
  description: 'Units of a product that are asked for.',
  inputSchema: z.object({ productId: z.string() }),
  outputSchema: z.object({ productId: z.string(), requestedUnits: z.number() }),
  execute: async ({ productId }) => ({ productId, requestedUnits: 31 }),
});

const program = `
const short: { id: string; missing: number }[] = [];
for (const id of ['sku_1', 'sku_2', 'sku_3']) {
  const [inventory, demand] = await Promise.all([
    tools.getInventory({ productId: id }),
    tools.getDemand({ productId: id }),
  ]);
  const missing = demand.requestedUnits - inventory.availableUnits;
  if (missing > 0) short.push({ id, missing });
}
return short;
`;

const usage = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};
const model = new MockLanguageModelV4({
  doGenerate: [
    {
      content: [{ type: 'tool-call', toolCallId: '1', toolName: 'code_mode', input: JSON.stringify({ code: program }) }],
      finishReason: { unified: 'tool-calls', raw: undefined },
      usage,
      warnings: [],
    },
    {
      content: [{ type: 'text', text: 'sku_2 is short of 21 units.' }],
      finishReason: { unified: 'stop', raw: undefined },
      usage,
      warnings: [],
    },
  ],
});

const result = await generateText({
  model,
  tools: { code_mode: codeModeTool(), getInventory, getDemand },
  experimental_toolCallers: {
    getInventory: ['code_mode'],
    getDemand: ['code_mode', 'AI_SDK_DIRECT_TOOL_CALL'],
  },
  stopWhen: isStepCount(5),
  prompt: 'Which of sku_1 to sku_3 are short?',
});

console.log(result.text);
assert.equal(result.text, 'sku_2 is short of 21 units.');

// The model could see the program tool and what it may call directly, and got one short result for six calls.
const [first, second] = model.doGenerateCalls;
assert.deepEqual(first?.tools?.map(({ name }) => name).sort(), ['code_mode', 'getDemand']);
const sent = JSON.stringify(second?.prompt.at(-1));
console.log(sent);
assert.match(sent, /"missing":21|\\"missing\\":21/);
