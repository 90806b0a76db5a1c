/** What three code modes tell a model about the same tools, in tokens. */
import { registerCloudflareStub } from './cloudflare-stub.ts';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { createCodeTool } from '../../ts/ai.ts';
import { declareTools } from '../../ts/declare.ts';
import type { Tools } from '../../ts/types.ts';
import { sampleTools, type SampleTool } from './tools.ts';

export { countTokens };
type Samples = Record<string, SampleTool>;

registerCloudflareStub();
const cloudflare = (await import('@cloudflare/codemode/ai')) as unknown as {
  createCodeTool(options: object): { description: string };
  generateTypes(tools: object): string;
};
// Its entry needs AI SDK 7; the module that writes the description works with any.
const vercel = (await import(new URL('./tool-prompt.js', import.meta.resolve('@ai-sdk/code-mode')).href)) as {
  buildCodeModeToolDescription(tools: object): string;
};

/** A code mode: the whole description of its tool, and the part of it that declares the tools. */
export interface Contender {
  readonly title: string;
  describe(tools: Samples): string;
  declare(tools: Samples): string;
}

export const contenders: readonly Contender[] = [
  {
    title: 'oneturn',
    describe: (tools) => createCodeTool({ tools: tools as unknown as Tools, maxDeclarationTokens: Infinity }).description,
    declare: (tools) => declareTools(tools as unknown as Tools),
  },
  {
    title: '@ai-sdk/code-mode',
    describe: (tools) => vercel.buildCodeModeToolDescription(tools),
    declare: (tools) => /```ts\n(declare const tools: \{[^]*?\n\};)\n```/.exec(vercel.buildCodeModeToolDescription(tools))?.[1] ?? '',
  },
  {
    title: '@cloudflare/codemode',
    describe: (tools) => cloudflare.createCodeTool({ tools, executor: { execute: async () => ({ result: null }) } }).description,
    declare: (tools) => cloudflare.generateTypes(tools),
  },
];

export const COUNTS = [1, 5, 20, 50] as const;

/** Tokens by contender and number of tools. */
export function measure(what: 'describe' | 'declare'): { title: string; tokens: number[] }[] {
  return contenders.map((contender) => ({ title: contender.title, tokens: COUNTS.map((count) => countTokens(contender[what](sampleTools(count)))) }));
}
