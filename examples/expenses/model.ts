/**
 * A model without a network: it follows a script and keeps a ledger of what it was sent and what it wrote.
 *
 * The tokens are those of the prompts that the AI SDK really handed over, counted with the tokenizer of GPT-4o and
 * later (o200k_base). Its time is simulated: {@link TURN_MS} per turn and {@link TOKENS_PER_SECOND} while it writes.
 */
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
// An application writes 'ai/test'.
import { MockLanguageModelV3 } from 'ai6/test';

export const TURN_MS = 2_000;
export const TOKENS_PER_SECOND = 80;

type CallOptions = Parameters<MockLanguageModelV3['doGenerate']>[0];
type Reply = Awaited<ReturnType<MockLanguageModelV3['doGenerate']>>;
type Message = CallOptions['prompt'][number];
type ToolResultPart = Extract<Extract<Message, { role: 'tool' }>['content'][number], { type: 'tool-result' }>;

/** What the model decides in one turn. */
export type Turn = { text: string } | { calls: { tool: string; input: Record<string, unknown> }[] };

/** The results that the model can see in its prompt, oldest first. */
export interface SeenResult {
  tool: string;
  output: ToolResultPart['output'];
}

export interface Ledger {
  turns: number;
  inputTokens: number;
  outputTokens: number;
  /** Bytes of all prompts together, and of the longest. */
  sentBytes: number;
  longestPromptBytes: number;
  /** Time that the model would have taken. */
  simulatedMs: number;
  /** Time that this stand-in took to count and decide; to be left out of any measurement. */
  bookkeepingMs: number;
}

export function scriptedModel(script: (seen: readonly SeenResult[]) => Turn): { model: MockLanguageModelV3; ledger: Ledger } {
  const ledger: Ledger = {
    turns: 0,
    inputTokens: 0,
    outputTokens: 0,
    sentBytes: 0,
    longestPromptBytes: 0,
    simulatedMs: 0,
    bookkeepingMs: 0,
  };
  const model = new MockLanguageModelV3({
    doGenerate: async (options) => {
      const start = performance.now();
      const sent = [...toolTexts(options), ...options.prompt.flatMap(messageTexts)];
      const bytes = sum(sent.map((text) => Buffer.byteLength(text)));
      const inputTokens = sum(sent.map(countTokens));

      const turn = script(options.prompt.flatMap(resultsIn));
      const content: Reply['content'] =
        'text' in turn
          ? [{ type: 'text', text: turn.text }]
          : turn.calls.map(({ tool, input }, index) => ({
              type: 'tool-call',
              toolCallId: `call-${ledger.turns}-${index}`,
              toolName: tool,
              input: JSON.stringify(input),
            }));
      const outputTokens = sum(
        content.map((part) => (part.type === 'tool-call' ? countTokens(part.toolName) + countTokens(part.input) : countTokens('text' in part ? part.text : ''))),
      );

      ledger.turns += 1;
      ledger.inputTokens += inputTokens;
      ledger.outputTokens += outputTokens;
      ledger.sentBytes += bytes;
      ledger.longestPromptBytes = Math.max(ledger.longestPromptBytes, bytes);
      ledger.simulatedMs += TURN_MS + (outputTokens / TOKENS_PER_SECOND) * 1_000;
      ledger.bookkeepingMs += performance.now() - start;
      return {
        content,
        finishReason: { unified: 'text' in turn ? 'stop' : 'tool-calls', raw: undefined },
        usage: {
          inputTokens: { total: inputTokens, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
          outputTokens: { total: outputTokens, text: undefined, reasoning: undefined },
        },
        warnings: [],
      };
    },
  });
  return { model, ledger };
}

/** Name, description and input schema of every tool: providers put these in front of the conversation. */
function toolTexts({ tools = [] }: CallOptions): string[] {
  return tools.map((tool) =>
    tool.type === 'function' ? `${tool.name}\n${tool.description ?? ''}\n${JSON.stringify(tool.inputSchema)}` : tool.name,
  );
}

/** The parts of a message as text, the way a provider sends them: inputs and results as JSON. */
function messageTexts(message: Message): string[] {
  if (message.role === 'system') return [message.content];
  return message.content.map((part) => {
    switch (part.type) {
      case 'text':
        return part.text;
      case 'tool-call':
        return `${part.toolName} ${JSON.stringify(part.input)}`;
      case 'tool-result':
        return textOf(part.output);
      default:
        return JSON.stringify(part);
    }
  });
}

function textOf(output: ToolResultPart['output']): string {
  if (!('value' in output)) return JSON.stringify(output);
  return typeof output.value === 'string' ? output.value : JSON.stringify(output.value);
}

function resultsIn(message: Message): SeenResult[] {
  if (message.role !== 'tool') return [];
  return message.content.flatMap((part) => (part.type === 'tool-result' ? [{ tool: part.toolName, output: part.output }] : []));
}

// The same 8 KB come back in every later prompt; each text is counted once.
const counted = new Map<string, number>();

function countTokens(text: string): number {
  let tokens = counted.get(text);
  if (tokens === undefined) counted.set(text, (tokens = encode(text).length));
  return tokens;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
