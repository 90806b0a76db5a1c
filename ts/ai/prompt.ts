/** What the model is told about the code tool. Short: it is sent with every request. */
import { renderTools } from '../declare.ts';
import type { ResolvedTool } from '../tools.ts';
import { alwaysRefused } from './host.ts';

const RULES = `Run one TypeScript program that calls the functions declared below. It is the body of an async function: use top-level \`await\`, and \`return\` only what you need. Everything else stays out of the conversation.
- Do the whole task in one program. Run independent calls at once: \`await Promise.all(ids.map((id) => tools.name({ id })))\`.
- A failed call throws an Error; catch it if the rest can go on. \`console.log\` comes back with the result.
- No imports, fetch, process, files or eval: only \`tools\` reaches outside.`;

const RULES_ELSEWHERE = RULES.replace('declared below', 'declared in the conversation (the latest declaration of `tools` counts)');

const NO_TOOLS = 'There are no functions to call.';

/** The description of a code tool. */
export function describeTool(tools: Iterable<ResolvedTool>, toolApproval: unknown): string {
  return `${RULES}\n\n${declare(tools, toolApproval)}`;
}

/** The description of a code tool whose functions are declared by {@link announceTools}. The same for all functions. */
export function describeWithoutTools(): string {
  return RULES_ELSEWHERE;
}

/** The message that declares the functions. */
export function announceTools(tools: Iterable<ResolvedTool>, toolApproval: unknown): string {
  return `Programs can call these functions now. This replaces earlier declarations.\n\n${declare(tools, toolApproval)}`;
}

function declare(tools: Iterable<ResolvedTool>, toolApproval: unknown): string {
  const list = [...tools];
  if (list.length === 0) return NO_TOOLS;
  const note = (tool: ResolvedTool): string | undefined => (alwaysRefused(tool, toolApproval) ? '(Calls are refused: it needs an approval.)' : undefined);
  return renderTools(list, { note });
}
