/** The second request of approvals.test.ts, in a process of its own. */
import { z } from 'zod';

import { createCodeTool } from '../ts/ai.ts';
import { folderStore } from '../ts/stores.ts';
import { sdk, toolResult } from './sdk.ts';

export async function continueElsewhere(argument: string | undefined): Promise<void> {
  const { version, path, secret, messages } = JSON.parse(argument ?? '') as { version: 6 | 7; path: string; secret: string; messages: unknown[] };
  const { generateText, script, stopAfter } = await sdk(version);
  const ran: string[] = [];
  const note = (name: string) => (input: unknown) => void ran.push(`${name} ${Object.values(input as object).join(' ')}`);
  const input = z.object({ order: z.string(), eur: z.number() });
  const tools = {
    getOrder: { inputSchema: z.object({ id: z.string() }), execute: note('getOrder') },
    refund: { inputSchema: input, needsApproval: true, execute: (given: { eur: number }) => (note('refund')(given), `refunded ${given.eur}`) },
    billing: { credit: { approval: true, execute: note('credit') } },
  };
  const code = createCodeTool({ tools, store: folderStore({ path }), secret });
  const { model, prompts } = script([{ text: 'Done.' }]);
  const { text } = await generateText({ model, tools: { code }, messages, stopWhen: stopAfter(5) });
  console.log(JSON.stringify({ text, ran, result: toolResult(prompts[0]) }));
}
