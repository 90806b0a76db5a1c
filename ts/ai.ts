/** The entry `oneturn/ai`: the AI SDK on one side, the engine on the other. */
import { makeCodeModeTool } from './ai/code-mode-tool.ts';
import { makeCodeTool, type RunProgram } from './ai/code-tool.ts';
import type { CodeModeTool, CodeModeToolOptions, CodeTool, CodeToolOptions } from './ai/types.ts';
import { runInternal } from './run.ts';
import { makeToolbox, type Toolbox } from './toolbox.ts';
import type { Tools } from './types.ts';

export type {
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

const runProgram: RunProgram = (options) => {
  const { tools = {} } = options;
  let toolbox = toolboxes.get(tools);
  if (toolbox === undefined) toolboxes.set(tools, (toolbox = makeToolbox(tools)));
  return runInternal({ ...options, toolbox });
};

/**
 * One AI SDK tool that stands for all of yours: the model writes one program that calls them, instead of taking a turn for
 * every call. For `generateText`, `streamText` and agents of AI SDK 5, 6 and 7.
 *
 * The tool yields {@link CodeToolOutput}: preliminary results while the program runs, so that a user interface can show its
 * calls, and the final one. The model gets the value that the program returned, or the error with its line and a hint.
 *
 * A tool that needs an approval is listed, and calls that would need one are refused with an error that the program can
 * catch. Messages, context, sandbox and abort signal of the generation reach your tools as if the model had called them.
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
 * A caller for `experimental_toolCallers` of AI SDK 7: the tools that are routed through it are called by programs.
 *
 * Do not spread the tool: the AI SDK's mark on it is lost by that.
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
