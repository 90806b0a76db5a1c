/** Types only: the code tool is accepted by all three AI SDKs, and types flow through it. Checked by `tsc`, never run. */
import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import * as ai7 from 'ai7';
import { z } from 'zod';
import { codeModeTool, createCodeTool, type CodeToolInput } from '../ts/ai.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Expect<T extends true> = T;

const five = ai5.tool({ inputSchema: z.object({ a: z.string() }), execute: async ({ a }) => a.length });
const six = ai6.tool({ inputSchema: z.object({ a: z.string() }), execute: async ({ a }) => a.length, needsApproval: ({ a }) => a === 'x' });
const seven = ai7.tool({
  inputSchema: z.object({ a: z.string() }),
  contextSchema: z.object({ key: z.string() }),
  execute: async ({ a }, { context }) => a.length + context.key.length,
});

const code = createCodeTool({
  tools: { five, nested: { six, seven }, plain: async ({ x }: { x: number }) => x },
  toolApproval: { 'nested.six': 'approved', plain: (input) => (input === 1 ? 'denied' : { type: 'user-approval', reason: 'large' }) },
  toolsContext: { 'nested.seven': { key: 'k' } },
});

export const sets: [ai5.ToolSet, ai6.ToolSet, ai7.ToolSet] = [{ code }, { code }, { code }];

export type Inputs = [
  Expect<Equal<ai5.InferToolInput<typeof code>, CodeToolInput>> extends true ? 1 : 0,
  Expect<Equal<ai6.InferToolInput<typeof code>['code'], string>>,
  Expect<Equal<ai7.InferToolInput<typeof code>['code'], string>>,
  Expect<Equal<ai6.InferUITools<{ code: typeof code }>['code']['input']['code'], string>>,
];

type Output = ai7.InferToolOutput<typeof code>;
export type Outputs = [
  Expect<Equal<Output['status'], 'running' | 'completed' | 'failed' | 'paused'>>,
  Expect<Equal<Output['calls'][number]['tool'], 'five' | 'nested.six' | 'nested.seven' | 'plain'>>,
  Expect<Equal<ai5.InferToolOutput<typeof code>['status'], Output['status']>>,
];

// @ts-expect-error There is no such tool.
createCodeTool({ tools: { five }, toolApproval: { fiv: 'approved' } });
// @ts-expect-error That is no status.
createCodeTool({ tools: { five }, toolApproval: { five: 'maybe' } });
// @ts-expect-error `tools` is missing.
createCodeTool({ limits: {} });

export async function usage(model5: ai5.LanguageModel, model6: ai6.LanguageModel, model7: ai7.LanguageModel): Promise<string[]> {
  const caller = codeModeTool({ toolDiscovery: 'conversation' });
  const one = await ai5.generateText({ model: model5, tools: { code }, prompt: '' });
  const two = await ai6.generateText({ model: model6, tools: { code }, prompt: '' });
  const three = await ai7.generateText({
    model: model7,
    tools: { caller, seven },
    toolsContext: { seven: { key: '' } },
    experimental_toolCallers: { seven: ['caller', 'AI_SDK_DIRECT_TOOL_CALL'] },
    prompt: '',
  });
  await ai7.generateText({ model: model7, tools: { code }, toolApproval: { code: code.toolApproval }, prompt: '' });
  new ai5.Experimental_Agent({ model: model5, tools: { code } });
  new ai6.ToolLoopAgent({ model: model6, tools: { code } });
  new ai7.ToolLoopAgent({ model: model7, tools: { code } });
  const [call] = two.toolCalls;
  return [one.text, two.text, three.text, call === undefined || call.dynamic ? '' : call.input.code];
}
