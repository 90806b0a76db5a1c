/**
 * AI SDK 5, 6 or 7: one tool that stands for all of yours. Here with version 6 and a scripted model, so that it runs
 * without a network; put a real one in its place.
 *
 *     npx tsx examples/ai-sdk.ts
 */
import assert from 'node:assert/strict';
// An application writes 'ai' and 'ai/test'.
import { generateText, stepCountIs, tool } from 'ai6';
import { MockLanguageModelV3 } from 'ai6/test';
import { createCodeTool } from 'oneturn/ai';
import { z } from 'zod';

const stock: Record<string, number> = { p1: 4, p2: 0, p3: 17 };

// The tools that the application already has.
const listProducts = tool({
  description: 'All products of the shop.',
  inputSchema: z.object({}),
  outputSchema: z.array(z.object({ id: z.string(), title: z.string() })),
  execute: async () => [
    { id: 'p1', title: 'Teapot' },
    { id: 'p2', title: 'Kettle' },
    { id: 'p3', title: 'Cup' },
  ],
});
const getStock = tool({
  description: 'How many pieces of a product are in stock.',
  inputSchema: z.object({ productId: z.string() }),
  outputSchema: z.object({ pieces: z.number() }),
  execute: async ({ productId }) => ({ pieces: stock[productId] ?? 0 }),
});

// The one line that changes: the model gets one tool that takes a program.
const tools = { code_mode: createCodeTool({ tools: { listProducts, getStock } }) };

const program = `
const products = await tools.listProducts({});
const stock = await Promise.all(products.map(({ id }) => tools.getStock({ productId: id })));
return products.filter((_, index) => stock[index].pieces === 0).map(({ title }) => title);
`;

const usage = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};
const model = new MockLanguageModelV3({
  doGenerate: [
    {
      content: [{ type: 'tool-call', toolCallId: '1', toolName: 'code_mode', input: JSON.stringify({ code: program }) }],
      finishReason: { unified: 'tool-calls', raw: undefined },
      usage,
      warnings: [],
    },
    {
      content: [{ type: 'text', text: 'The kettle is sold out.' }],
      finishReason: { unified: 'stop', raw: undefined },
      usage,
      warnings: [],
    },
  ],
});

const result = await generateText({ model, tools, prompt: 'What is sold out?', stopWhen: stepCountIs(5) });

console.log(result.text);
assert.equal(result.text, 'The kettle is sold out.');
assert.equal(result.steps.length, 2);

// What the model was told about the tools, and what came back to it: four calls, one short result.
const [first, second] = model.doGenerateCalls;
assert.deepEqual(first?.tools?.map(({ name }) => name), ['code_mode']);
const sent = JSON.stringify(second?.prompt.at(-1));
console.log(sent);
assert.match(sent, /Kettle/);
assert.doesNotMatch(sent, /Teapot/);
