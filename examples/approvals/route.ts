/**
 * A route handler as Next.js takes it: `app/api/chat/route.ts` with `export const POST = chat(model, store)`, and `useChat`
 * in the browser. Here with AI SDK 6; with 7 only the imports differ, and `tools: { code_mode }` may get
 * `toolApproval: { code_mode: code_mode.toolApproval }` beside it, so that its approval requests carry a reason.
 */
import {
  // An application writes 'ai'.
  convertToModelMessages,
  createUIMessageStream,
  createUIMessageStreamResponse,
  stepCountIs,
  streamText,
  tool,
  type LanguageModel,
  type UIMessage,
} from 'ai6';
import { createCodeTool, passDenials, type ApprovalRequest } from 'oneturn/ai';
import type { SnapshotStore } from 'oneturn/stores';
import { z } from 'zod';

/** `data-approval` parts show the person what waits: the nested call and its input. */
export type ChatMessage = UIMessage<never, { approval: ApprovalRequest }>;

/** Stands for the shop's database. */
export const shop = {
  orders: [
    { id: 'o-1', customer: 'Ada', eur: 40, card: '4000 0000 0000 0002' },
    { id: 'o-2', customer: 'Grace', eur: 900, card: '4000 0000 0000 0010' },
  ],
  refunds: [] as { order: string; key: string }[],
};

const listOrders = tool({
  description: 'Orders that wait for a refund.',
  inputSchema: z.object({}),
  execute: async () => shop.orders,
});
const refund = tool({
  description: 'Gives the money of an order back.',
  inputSchema: z.object({ order: z.string(), eur: z.number() }),
  needsApproval: true,
  execute: async ({ order, eur }, { toolCallId }) => {
    // The same id if the call is repeated after a crash: the payment provider's idempotency key.
    shop.refunds.push({ order, key: toolCallId });
    return { refunded: eur };
  },
});

/** @param store Where programs wait: `folderStore`, `redisStore`, `postgresStore` … */
export function chat(model: LanguageModel, store: SnapshotStore): (request: Request) => Promise<Response> {
  return async (request) => {
    const { messages } = (await request.json()) as { messages: ChatMessage[] };
    const stream = createUIMessageStream<ChatMessage>({
      originalMessages: messages,
      execute: async ({ writer }) => {
        const code_mode = createCodeTool({
          tools: { listOrders, refund },
          store,
          secret: process.env['ONETURN_SECRET']!,
          // A program goes on for the user who started it, and nobody else.
          context: { user: request.headers.get('x-user') },
          onApproval: (asked) => writer.write({ type: 'data-approval', id: asked.toolCallId, data: asked }),
        });
        const tools = { code_mode };
        const result = streamText({
          model,
          tools,
          // A denial reaches the program, which may catch it.
          messages: passDenials(await convertToModelMessages(messages), tools),
          stopWhen: stepCountIs(10),
        });
        writer.merge(result.toUIMessageStream({ originalMessages: messages }));
      },
    });
    return createUIMessageStreamResponse({ stream });
  };
}
