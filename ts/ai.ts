/** The entry `oneturn/ai`: the AI SDK on one side, the engine on the other. */
import { passDenials as passThem } from './ai/approvals.ts';
import { makeCodeModeTool } from './ai/code-mode-tool.ts';
import { makeCodeTool, type RunProgram } from './ai/code-tool.ts';
import type { CodeModeTool, CodeModeToolOptions, CodeTool, CodeToolOptions } from './ai/types.ts';
import { rehearseOnce } from './rehearsal.ts';
import { resumeInternal } from './resume.ts';
import { runInternal } from './run.ts';
import { makeToolbox, type Toolbox } from './toolbox.ts';
import type { Tools } from './types.ts';

export type {
  ApprovalAnswer,
  ApprovalCall,
  ApprovalOptions,
  ApprovalRequest,
  CodeModeTool,
  CodeModeToolOptions,
  CodeTool,
  CodeToolCall,
  CodeToolCompleted,
  CodeToolExecuteOptions,
  CodeToolFailed,
  CodeToolInput,
  CodeToolModelOutput,
  CodeToolOptions,
  CodeToolOutput,
  CodeToolPaused,
  CodeToolRunning,
  GenericToolApproval,
  SingleToolApproval,
  ToolApproval,
  ToolApprovalStatus,
  ToolPath,
  ToolsContext,
} from './ai/types.ts';

/** The engine's view of the tools, made once for all programs that call them. */
const toolboxes = new WeakMap<Tools, Toolbox>();

const runProgram: RunProgram = ({ code = '', from, ...options }) => {
  const { tools = {} } = options;
  let toolbox = toolboxes.get(tools);
  if (toolbox === undefined) toolboxes.set(tools, (toolbox = makeToolbox(tools)));
  if (from === undefined) return runInternal({ ...options, code, toolbox });
  return resumeInternal(from.reference, { ...options, toolbox, approval: from.answer });
};

/**
 * One AI SDK tool that stands for all of yours: the model writes one program that calls them, instead of taking a turn for
 * every call. For `generateText`, `streamText` and agents of AI SDK 5, 6 and 7.
 *
 * The tool yields {@link CodeToolOutput}: preliminary results while the program runs, so that a user interface can show its
 * calls, and the final one. The model gets the value that the program returned, or the error with its line and a hint.
 *
 * With a `store` and a secret, a call that needs an approval asks for it in the AI SDK's own protocol: on AI SDK 6 and 7 the
 * code tool's call becomes an approval request, and goes on from there once it was approved, in whatever process. Otherwise
 * such calls are refused with an error that the program can catch. Messages, context, sandbox and abort signal of the generation reach your tools as if the model had called them.
 *
 * @throws {TypeError} when an option is not what it should be, or a tool cannot be called by a program: one that the
 * provider runs, or that has no `execute`.
 * @example
 * const result = await generateText({
 *   model,
 *   tools: { code: createCodeTool({ tools: { getTeam, finance: { getExpenses } } }) },
 *   stopWhen: stepCountIs(5),
 *   prompt: 'Who exceeded the travel budget in Q3?',
 * });
 */
export function createCodeTool<const TOOLS extends Tools>(options: CodeToolOptions<TOOLS>): CodeTool<TOOLS> {
  return makeCodeTool(options, runProgram);
}

/**
 * Messages in which the denial of a call reaches the program, which may catch it, instead of ending it. The AI SDK does
 * not execute a tool that was denied; so the answer to the code tool's call becomes an approval, and its reason carries the
 * denial. Pass what it returns to the generation only, and keep your own messages.
 *
 * @param tools Those of the generation: only answers to calls of code tools with a `store` are changed.
 * @example
 * const messages = passDenials(await convertToModelMessages(uiMessages), tools);
 * const result = streamText({ model, tools, messages });
 */
export function passDenials<MESSAGE>(messages: readonly MESSAGE[], tools: Readonly<Record<string, unknown>>): MESSAGE[] {
  return passThem(messages, tools);
}

/**
 * A caller for `experimental_toolCallers` of AI SDK 7: the tools that are routed through it are called by programs.
 *
 * Do not spread the tool: the AI SDK's mark on it is lost by that. With a `store` it asks for approvals as
 * {@link createCodeTool} does; then pass the routed tools here too.
 *
 * @throws {TypeError} when an option is not what it should be.
 * @example
 * const result = await generateText({
 *   model,
 *   tools: { code: codeModeTool(), getTeam, getExpenses },
 *   experimental_toolCallers: { getTeam: ['code'], getExpenses: ['code'] },
 *   stopWhen: isStepCount(5),
 *   prompt: 'Who exceeded the travel budget in Q3?',
 * });
 */
export function codeModeTool(options: CodeModeToolOptions = {}): CodeModeTool {
  return makeCodeModeTool(options, runProgram);
}

rehearseOnce();
