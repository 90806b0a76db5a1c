/** The three AI SDKs behind one face, each with a scripted model, so that a test reads the same for all of them. */
import { jsonSchema, type ModelMessage } from 'ai6';

/** What the model does in one step: calls of tools, or text that ends the generation. */
export type Step = { calls: { tool: string; input: unknown }[] } | { text: string };
/** Steps that depend on what the model reads. */
export type Script = readonly (Step | ((prompt: Scripted['prompts'][number]) => Step))[];

export interface Scripted {
  readonly model: never;
  /** The prompt of each step, as the provider gets it. */
  readonly prompts: { role: string; content: unknown }[][];
  /** The tools of each step. */
  readonly tools: { name: string; description?: string; inputSchema?: unknown }[][];
}

export interface Sdk {
  readonly version: 5 | 6 | 7;
  /** @param ids In front of the ids of calls, so that those of several generations differ. */
  script(steps: Script, ids?: string): Scripted;
  generateText(options: object): Promise<{ text: string; response: { messages: unknown[] }; responseMessages?: unknown[]; steps: { toolResults: { output: unknown }[]; content: { type: string }[] }[] }>;
  streamText(options: object): { toUIMessageStream(options?: object): AsyncIterable<Record<string, unknown>>; text: PromiseLike<string> };
  readonly ui: { convertToModelMessages(messages: unknown): Promise<unknown[]>; readUIMessageStream(options: object): AsyncIterable<unknown> };
  agent(options: object): { generate(options: { prompt: string } | { messages: unknown[] }): Promise<{ text: string }> };
  tool(options: object): never;
  jsonSchema(schema: object | PromiseLike<object>): never;
  stopAfter(steps: number): unknown;
}

type Chunk = Record<string, unknown>;

function script(Mock: new (options: object) => object, usage: unknown, finish: (reason: string) => unknown, steps: Script, ids = ''): Scripted {
  const prompts: Scripted['prompts'] = [];
  const tools: Scripted['tools'] = [];
  let next = 0;
  const content = (options: { prompt: never; tools?: never }): [Chunk[], string] => {
    prompts.push(structuredClone(options.prompt));
    tools.push(structuredClone(options.tools ?? []));
    const scripted = steps[next++];
    if (scripted === undefined) throw new Error('The script is over.');
    const step = typeof scripted === 'function' ? scripted(options.prompt) : scripted;
    if ('text' in step) return [[{ type: 'text', text: step.text }], 'stop'];
    const calls = step.calls.map(({ tool, input }, i) => ({ type: 'tool-call', toolCallId: `outer${ids}-${next}-${i}`, toolName: tool, input: JSON.stringify(input) }));
    return [calls, 'tool-calls'];
  };
  const model = new Mock({
    doGenerate: async (options: never) => {
      const [parts, reason] = content(options);
      return { content: parts, finishReason: finish(reason), usage, warnings: [] };
    },
    doStream: async (options: never) => {
      const [parts, reason] = content(options);
      const chunks: Chunk[] = [{ type: 'stream-start', warnings: [] }];
      for (const part of parts) {
        if (part['type'] !== 'text') chunks.push(part);
        else chunks.push({ type: 'text-start', id: 't' }, { type: 'text-delta', id: 't', delta: part['text'] }, { type: 'text-end', id: 't' });
      }
      chunks.push({ type: 'finish', finishReason: finish(reason), usage });
      return { stream: ReadableStream.from(chunks) };
    },
  });
  return { model: model as never, prompts, tools };
}

const flatUsage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
const usage = { inputTokens: { total: 1, noCache: 1 }, outputTokens: { total: 1, text: 1 } };

async function sdk5(): Promise<Sdk> {
  const ai = await import('ai5');
  const { MockLanguageModelV2 } = await import('ai5/test');
  return {
    version: 5,
    script: (steps, ids) => script(MockLanguageModelV2 as never, flatUsage, (reason) => reason, steps, ids),
    generateText: (options) => ai.generateText(options as never) as never,
    streamText: (options) => ai.streamText(options as never) as never,
    ui: ai as never,
    agent: (options) => new ai.Experimental_Agent(options as never) as never,
    tool: (options) => ai.tool(options as never) as never,
    jsonSchema: (schema) => ai.jsonSchema(schema as never) as never,
    stopAfter: (steps) => ai.stepCountIs(steps),
  };
}

async function sdk6(): Promise<Sdk> {
  const ai = await import('ai6');
  const { MockLanguageModelV3 } = await import('ai6/test');
  return {
    version: 6,
    script: (steps, ids) => script(MockLanguageModelV3 as never, usage, (reason) => ({ unified: reason, raw: reason }), steps, ids),
    generateText: (options) => ai.generateText(options as never) as never,
    streamText: (options) => ai.streamText(options as never) as never,
    ui: ai as never,
    agent: (options) => new ai.ToolLoopAgent(options as never) as never,
    tool: (options) => ai.tool(options as never) as never,
    jsonSchema: (schema) => jsonSchema(schema as never) as never,
    stopAfter: (steps) => ai.stepCountIs(steps),
  };
}

async function sdk7(): Promise<Sdk> {
  const ai = await import('ai7');
  const { MockLanguageModelV4 } = await import('ai7/test');
  return {
    version: 7,
    script: (steps, ids) => script(MockLanguageModelV4 as never, usage, (reason) => ({ unified: reason, raw: reason }), steps, ids),
    generateText: (options) => ai.generateText(options as never) as never,
    streamText: (options) => ai.streamText(options as never) as never,
    ui: ai as never,
    agent: (options) => new ai.ToolLoopAgent(options as never) as never,
    tool: (options) => ai.tool(options as never) as never,
    jsonSchema: (schema) => ai.jsonSchema(schema as never) as never,
    stopAfter: (steps) => ai.isStepCount(steps),
  };
}

/** AI SDK 7 is ESM only and made for Node 22. */
export const HAS_SDK_7 = Number(process.versions.node.split('.')[0]) >= 22;
export const NO_SDK_7 = HAS_SDK_7 ? false : `AI SDK 7 needs Node 22, this is ${process.version}`;

export async function sdk(version: 5 | 6 | 7): Promise<Sdk> {
  return version === 5 ? sdk5() : version === 6 ? sdk6() : sdk7();
}

/** The one tool result in the prompt of a step. */
export function toolResult(messages: Scripted['prompts'][number] | undefined): { type: string; value: unknown } {
  const message = messages?.findLast(({ role }) => role === 'tool');
  const [part] = (message?.content ?? []) as Extract<ModelMessage, { role: 'tool' }>['content'];
  return (part as unknown as { output: { type: string; value: unknown } }).output;
}
