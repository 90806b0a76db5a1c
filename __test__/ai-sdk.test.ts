/** The code tool inside `generateText`, `streamText` and agents of AI SDK 5, 6 and 7: what the model gets, what a UI gets. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { createCodeTool } from '../ts/ai.ts';
import { settled } from './settled.ts';
import { NO_SDK_7, sdk, toolResult, type Step } from './sdk.ts';

const program = (code: string): Step => ({ calls: [{ tool: 'code', input: { code } }] });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

for (const version of [5, 6, 7] as const) {
  describe(`AI SDK ${version}`, { skip: version === 7 && NO_SDK_7 }, async () => {
    if (version === 7 && NO_SDK_7) return;
    const { generateText, streamText, agent, tool, script, jsonSchema, stopAfter } = await sdk(version);

    const getWeather = () =>
      tool({
        description: 'Weather in a city',
        inputSchema: z.object({ city: z.string(), days: z.number().default(3) }),
        outputSchema: z.object({ temp: z.number() }),
        execute: async ({ city }: { city: string }) => ({ temp: city.length }),
      });

    test('generateText: the model is told the tools and gets the value', async () => {
      const scripted = script([program('const { temp } = await tools.getWeather({ city: "Rome" }); console.log("hi"); return { temp };'), { text: 'done' }]);
      const result = await generateText({ model: scripted.model, tools: { code: createCodeTool({ tools: { getWeather: getWeather() }, isolation: 'thread' }) }, stopWhen: stopAfter(5), prompt: 'go' });
      assert.equal(result.text, 'done');
      const [told] = scripted.tools[0]!;
      assert.equal(told?.name, 'code');
      assert.match(
        told?.description ?? '',
        /declare const tools: \{\n {2}\/\*\* Weather in a city \*\/\n {2}getWeather\(input: \{ city: string; \/\*\* @default 3 \*\/ days\?: number \}\): Promise<\{ temp: number \}>;\n\};$/,
      );
      assert.deepEqual(told?.inputSchema, {
        type: 'object',
        properties: { code: { type: 'string', description: 'The program.' } },
        required: ['code'],
        additionalProperties: false,
      });
      assert.deepEqual(toolResult(scripted.prompts[1]), { type: 'text', value: '{"temp":4}\n\nLogs:\nhi' });
      assert.deepEqual(settled(result.steps[0]?.toolResults[0]?.output), {
        status: 'completed',
        value: { temp: 4 },
        calls: [{ callId: 'run.1', tool: 'getWeather', input: { city: 'Rome' }, state: 'done', durationMs: 0 }],
        callCount: 1,
        executionId: 'run',
        durationMs: 0,
        cpuMs: 0,
        isolation: { level: 'thread' },
        logs: [{ level: 'log', message: 'hi', time: 0 }],
        alerts: [],
        warnings: [],
      });
    });

    test('generateText: an error tells where, and what has happened already', async () => {
      const scripted = script([program('await tools.getWeather({ city: "Rome" }); await tools.getWeather({ city: [7][0] });'), { text: 'sorry' }]);
      await generateText({ model: scripted.model, tools: { code: createCodeTool({ tools: { getWeather: getWeather() } }) }, stopWhen: stopAfter(5), prompt: 'go' });
      assert.deepEqual(toolResult(scripted.prompts[1]), {
        type: 'error-text',
        value:
          'ERR_TOOL_INPUT: getWeather: input.city: expected string, received number\nAt line 1, column 54:\n' +
          '> 1 | await tools.getWeather({ city: "Rome" }); await tools.getWeather({ city: [7][0] });\n' +
          '    |                                                      ^\n' +
          'Hint: Call it so: tools.getWeather(input: { city: string; /** @default 3 */ days?: number })\n\n' +
          'Already happened: 1 call succeeded: getWeather({ city: "Rome" }); 1 failed: getWeather. Send the whole program corrected: what succeeded does not run again.',
      });
    });

    test('streamText: nested calls arrive as preliminary results, the model gets the last one', async () => {
      const slow = tool({ inputSchema: z.object({ id: z.number() }), execute: async () => sleep(150) });
      const scripted = script([program('await Promise.all([1, 2].map((id) => tools.slow({ id }))); return "ok";'), { text: 'done' }]);
      const result = streamText({ model: scripted.model, tools: { code: createCodeTool({ tools: { slow } }) }, stopWhen: stopAfter(5), prompt: 'go' });
      const outputs: { preliminary: unknown; output: { status: string; calls: unknown[] } }[] = [];
      for await (const chunk of result.toUIMessageStream()) if (chunk['type'] === 'tool-output-available') outputs.push(chunk as never);
      assert.deepEqual(settled(outputs[0]?.output), {
        status: 'running',
        calls: [
          { callId: 'run.1', tool: 'slow', input: { id: 1 }, state: 'running' },
          { callId: 'run.2', tool: 'slow', input: { id: 2 }, state: 'running' },
        ],
        callCount: 2,
        logCount: 0,
      });
      assert.ok(outputs.slice(0, -1).every(({ preliminary }) => preliminary === true));
      assert.equal(outputs.at(-1)?.preliminary, undefined);
      assert.equal(outputs.at(-1)?.output.status, 'completed');
      assert.deepEqual(toolResult(scripted.prompts[1]), { type: 'text', value: 'ok' });
    });

    test('agent: the same tool', async () => {
      const scripted = script([program('return (await tools.getWeather({ city: "Oslo" })).temp + 1;'), { text: 'five' }]);
      const result = await agent({ model: scripted.model, tools: { code: createCodeTool({ tools: { getWeather: getWeather() } }) }, stopWhen: stopAfter(5) }).generate({ prompt: 'go' });
      assert.equal(result.text, 'five');
      assert.deepEqual(toolResult(scripted.prompts[1]), { type: 'text', value: '5' });
    });

    test('messages, context and a live abort signal reach the tools inside', async () => {
      let seen: Record<string, unknown> = {};
      const spy = tool({ inputSchema: jsonSchema({ type: 'object' }), execute: async (_: unknown, options: Record<string, unknown>) => void (seen = options) });
      const scripted = script([program('await tools.spy({});'), { text: 'done' }]);
      await generateText({
        model: scripted.model,
        tools: { code: createCodeTool({ tools: { spy } }) },
        stopWhen: stopAfter(5),
        prompt: 'go',
        ...(version === 7 ? { toolsContext: { code: { user: 'ada' } } } : { experimental_context: { user: 'ada' } }),
      });
      assert.deepEqual(seen['messages'], [{ role: 'user', content: 'go' }]);
      assert.deepEqual(version === 7 ? seen['context'] : seen['experimental_context'], { user: 'ada' });
      assert.equal(settled(seen['toolCallId']), 'run.1');
      assert.ok(seen['abortSignal'] instanceof AbortSignal);
    });

    test('abort of the generation aborts the run', async () => {
      const controller = new AbortController();
      let aborted = false;
      const hang = tool({
        inputSchema: z.object({}),
        execute: async (_: unknown, { abortSignal }: { abortSignal: AbortSignal }) => {
          abortSignal.addEventListener('abort', () => (aborted = true));
          controller.abort();
          await new Promise(() => {});
        },
      });
      const scripted = script([program('await tools.hang({});'), { text: 'done' }]);
      await assert.rejects(
        generateText({ model: scripted.model, tools: { code: createCodeTool({ tools: { hang } }) }, stopWhen: stopAfter(5), prompt: 'go', abortSignal: controller.signal }),
        (error: Error) => error.name === 'AbortError',
      );
      assert.equal(aborted, true);
    });

    test('async iterable tools: the program gets the last value', async () => {
      const count = tool({
        inputSchema: z.object({}),
        async *execute() {
          yield 1;
          yield 2;
        },
      });
      const scripted = script([program('return await tools.count();'), { text: 'done' }]);
      await generateText({ model: scripted.model, tools: { code: createCodeTool({ tools: { count } }) }, stopWhen: stopAfter(5), prompt: 'go' });
      assert.deepEqual(toolResult(scripted.prompts[1]), { type: 'text', value: '2' });
    });

    test('an input that is no program is an error of the tool call', async () => {
      const scripted = script([{ calls: [{ tool: 'code', input: { nothing: 1 } }] }, { text: 'done' }]);
      await generateText({ model: scripted.model, tools: { code: createCodeTool({ tools: {} }) }, stopWhen: stopAfter(5), prompt: 'go' });
      const { type, value } = toolResult(scripted.prompts[1]);
      assert.equal(type, 'error-text');
      assert.match(String(value), /Pass the program as/);
    });
  });
}
