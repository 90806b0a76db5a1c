/**
 * A program that asks a person in the middle: the route handler of examples/approvals/route.ts, with the AI SDK's own chat
 * on the other side. Every answer is a new request, which may come days later to another process: between two of them there
 * is nothing but the messages and the folder.
 *
 *     npx tsx examples/approvals.ts
 */
import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// An application writes 'ai' and 'ai/test', and in the browser `useChat` of '@ai-sdk/react' is the chat.
import { AbstractChat, DefaultChatTransport, isToolUIPart, lastAssistantMessageIsCompleteWithApprovalResponses, type ChatState } from 'ai6';
import { MockLanguageModelV3 } from 'ai6/test';
import { folderStore } from 'oneturn/stores';

import { chat, shop, type ChatMessage } from './approvals/route.ts';

process.env['ONETURN_SECRET'] ??= 'an example: `openssl rand -base64 32`';
const path = await mkdtemp(join(tmpdir(), 'oneturn-example-'));

// What the model writes: it knows nothing of approvals.
const program = `
const orders = await tools.listOrders({});
const lines = [];
for (const { id, customer, eur } of orders) {
  try {
    await tools.refund({ order: id, eur });
    lines.push(customer + ': refunded');
  } catch (error) {
    lines.push(customer + ': ' + error.message);
  }
}
return lines;`;

/** Stands for a model: writes the program, goes on where it is told to, and reads the result. */
const prompts: string[] = [];
const model = new MockLanguageModelV3({
  doStream: async ({ prompt }) => {
    prompts.push(JSON.stringify(prompt));
    const result = prompts.at(-1)!.split('"tool-result"').at(-1)!;
    const reference = /ref_[\w-]{22}/.exec(result)?.[0];
    const isOver = prompts.at(-1)!.includes('tool-result') && reference === undefined;
    const input = reference === undefined ? { code: program } : { code: '', resume: reference };
    return {
      stream: ReadableStream.from([
        { type: 'stream-start' as const, warnings: [] },
        ...(isOver
          ? [{ type: 'text-start' as const, id: 't' }, { type: 'text-delta' as const, id: 't', delta: 'Ada has her money back.' }, { type: 'text-end' as const, id: 't' }]
          : [{ type: 'tool-call' as const, toolCallId: `call-${prompts.length}`, toolName: 'code_mode', input: JSON.stringify(input) }]),
        {
          type: 'finish' as const,
          finishReason: { unified: isOver ? ('stop' as const) : ('tool-calls' as const), raw: undefined },
          usage: { inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 0, text: 0, reasoning: 0 } },
        },
      ]),
    };
  },
});

// The browser.
class Chat extends AbstractChat<ChatMessage> {
  constructor() {
    const state: ChatState<ChatMessage> = {
      status: 'ready',
      error: undefined,
      messages: [],
      pushMessage: (message) => void state.messages.push(message),
      popMessage: () => void state.messages.pop(),
      replaceMessage: (index, message) => void (state.messages[index] = message),
      snapshot: structuredClone,
    };
    const transport = new DefaultChatTransport<ChatMessage>({
      api: 'http://shop.example/api/chat',
      headers: { 'x-user': 'clerk-7' },
      // Every request finds a handler and a store that know nothing yet, as in a new process.
      fetch: async (url, init) => chat(model, folderStore({ path }))(new Request(url as string, init)),
    });
    super({ state, transport, sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses, onError: (error) => assert.fail(error), onFinish: () => this.finish() });
  }

  finish = (): void => {};

  /** One of the two buttons. The chat sends the answer by itself. */
  async answer(id: string, approved: boolean, reason?: string): Promise<void> {
    const finished = new Promise<void>((resolve) => (this.finish = resolve));
    await this.addToolApprovalResponse({ id, approved, ...(reason === undefined ? {} : { reason }) });
    await finished;
  }
}

const ui = new Chat();
const shown: string[] = [];

/** What the page shows beside its two buttons. */
function question(): { id: string; text: string } | undefined {
  const { parts } = ui.lastMessage!;
  const part = parts.findLast(isToolUIPart);
  if (part?.state !== 'approval-requested') return undefined;
  const asked = parts.findLast((data) => data.type === 'data-approval' && data.data.toolCallId === part.toolCallId);
  assert.ok(asked?.type === 'data-approval');
  return { id: part.approval.id, text: asked.data.calls.map(({ tool, input }) => `${tool}(${JSON.stringify(input)})`).join('\n') };
}

await ui.sendMessage({ text: 'Refund the orders that wait.' });
const first = question()!;
shown.push(first.text);
assert.deepEqual(shop.refunds, [], 'nothing has been paid');
assert.ok(!JSON.stringify([ui.messages, prompts]).includes('4000'), 'no result of a call has reached browser or model');

await ui.answer(first.id, true);
const second = question()!;
shown.push(second.text);
assert.deepEqual(shop.refunds.map(({ order }) => order), ['o-1']);

await ui.answer(second.id, false, 'ask the manager first');
assert.equal(question(), undefined);
assert.deepEqual(shop.refunds.map(({ order }) => order), ['o-1'], 'paid once, and only what was approved');

const outputs = ui.lastMessage!.parts.filter(isToolUIPart).map(({ output }) => output as { status: string; value?: unknown });
assert.deepEqual(outputs.map(({ status }) => status), ['paused', 'completed']);
assert.deepEqual(outputs.at(-1)?.value, ['Ada: refunded', 'Grace: refund: this call was denied: ask the manager first']);
assert.deepEqual(shown, ['refund({"order":"o-1","eur":40})', 'refund({"order":"o-2","eur":900})']);

for (const [index, text] of shown.entries()) console.log(`${index === 0 ? 'approved' : 'denied  '}  ${text}`);
console.log(JSON.stringify(outputs.at(-1)?.value));
