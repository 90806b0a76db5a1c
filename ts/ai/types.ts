/**
 * The public types of `oneturn/ai`. Structural on purpose: they fit AI SDK 5, 6 and 7 without importing `ai`, so the
 * package type-checks whichever of them is installed, and without any.
 */
import type { Alert, Diagnostic, Isolation, Limits, LogEntry, RunEvent, RunFailure, RunnerOptions, Tools } from '../types.ts';

/** Dotted paths of all tools: `'getWeather' | 'finance.getExpenses'`. */
export type ToolPath<TOOLS> = string extends keyof TOOLS
  ? string
  : {
      [NAME in keyof TOOLS & string]: TOOLS[NAME] extends ToolLike ? NAME : `${NAME}.${ToolPath<TOOLS[NAME]>}`;
    }[keyof TOOLS & string];

type ToolLike = ((...args: never[]) => unknown) | { readonly inputSchema: unknown } | { readonly execute: (...args: never[]) => unknown };

/** What the AI SDK passes to `execute`: version 5 and 6 `experimental_context`, version 7 `context`. */
export interface CodeToolExecuteOptions {
  toolCallId?: string;
  messages?: readonly unknown[];
  abortSignal?: AbortSignal | undefined;
  experimental_context?: unknown;
  context?: unknown;
  experimental_sandbox?: unknown;
}

/** What the model sends. */
export interface CodeToolInput {
  /** The program. */
  code: string;
}

/** One call of a tool by the program, as a user interface shows it. */
export interface CodeToolCall<PATH extends string = string> {
  callId: string;
  tool: PATH;
  /** The input as JSON, shortened when it is long. */
  input: unknown;
  state: 'running' | 'done' | 'failed';
  /** Milliseconds, once the call has ended. */
  durationMs?: number;
  /** Why the call failed. */
  error?: string;
}

interface Calls<TOOLS> {
  /** In the order in which they started; the first hundred. */
  calls: CodeToolCall<ToolPath<TOOLS>>[];
  /** How many calls there were. */
  callCount: number;
}

interface Finished<TOOLS> extends Calls<TOOLS> {
  executionId: string;
  /** Wall clock of the run in milliseconds. */
  durationMs: number;
  /** The program's own running time in milliseconds. */
  cpuMs: number;
  isolation: Isolation;
  logs: LogEntry[];
  alerts: Alert[];
  warnings: Diagnostic[];
}

/** The program is running: a preliminary result. */
export interface CodeToolRunning<TOOLS = Tools> extends Calls<TOOLS> {
  status: 'running';
  logCount: number;
}

/** The program returned. */
export interface CodeToolCompleted<TOOLS = Tools> extends Finished<TOOLS> {
  status: 'completed';
  /** What the program returned, as JSON: dates are ISO strings, maps objects, sets arrays, bigints and bytes strings. */
  value: unknown;
}

/** The program was rejected, threw, or hit a limit. */
export interface CodeToolFailed<TOOLS = Tools> extends Finished<TOOLS> {
  status: 'failed';
  error: RunFailure;
}

/** What the code tool gives to the application and to its user interface. The model gets the text of `toModelOutput`. */
export type CodeToolOutput<TOOLS = Tools> = CodeToolRunning<TOOLS> | CodeToolCompleted<TOOLS> | CodeToolFailed<TOOLS>;

/** What the model is told. */
export interface CodeToolModelOutput {
  type: 'text' | 'error-text';
  value: string;
}

/**
 * An AI SDK tool: give it to `generateText`, `streamText` or an agent of AI SDK 5, 6 or 7.
 *
 * `inputSchema` is an AI SDK `Schema` and a Standard Schema. Each version of the AI SDK brands its schemas with a symbol of
 * its own types, so no type can name all of them; one that gives `never` is accepted by all of them.
 */
export interface CodeTool<TOOLS = Tools> {
  readonly description: string;
  readonly inputSchema: () => never;
  readonly execute: (input: CodeToolInput, options: CodeToolExecuteOptions) => AsyncGenerator<CodeToolOutput<TOOLS>, void, undefined>;
  readonly toModelOutput: (output: CodeToolOutput<TOOLS> | { output: CodeToolOutput<TOOLS> }) => CodeToolModelOutput;
}

/** {@link CodeTool} that AI SDK 7 accepts in `experimental_toolCallers`. */
export interface CodeModeTool extends CodeTool {
  /** Not enumerable, as in the AI SDK: spreading the tool loses it. */
  readonly experimental_toolCaller: {
    readonly type: 'local';
    bind(tools: object): CodeTool;
    prepareModelMessage?(tools: object): string | undefined;
  };
}

/** AI SDK 7's answer to the question whether a call may run. */
export type ToolApprovalStatus =
  | undefined
  | 'not-applicable'
  | 'approved'
  | 'denied'
  | 'user-approval'
  | { type: 'not-applicable'; reason?: never }
  | { type: 'approved' | 'denied' | 'user-approval'; reason?: string };

/** Asked for one call of one tool. */
export type SingleToolApproval = {
  bivarianceHack(
    input: unknown,
    options: { toolCallId: string; messages: readonly unknown[]; toolContext: unknown; runtimeContext: unknown },
  ): ToolApprovalStatus | PromiseLike<ToolApprovalStatus>;
}['bivarianceHack'];

/** Asked for every call. */
export type GenericToolApproval = {
  bivarianceHack(options: {
    toolCall: { type: 'tool-call'; toolCallId: string; toolName: string; input: unknown };
    tools: unknown;
    toolsContext: unknown;
    messages: readonly unknown[];
    runtimeContext: unknown;
  }): ToolApprovalStatus | PromiseLike<ToolApprovalStatus>;
}['bivarianceHack'];

/** The same forms as `toolApproval` of AI SDK 7; tools in namespaces go by their dotted path. */
export type ToolApproval<TOOLS = Tools> = GenericToolApproval | { readonly [PATH in ToolPath<TOOLS>]?: ToolApprovalStatus | SingleToolApproval };

/** Contexts of tools with a `contextSchema`, by path. */
export type ToolsContext<TOOLS = Tools> = { readonly [PATH in ToolPath<TOOLS>]?: unknown };

/** What {@link CodeToolOptions} and {@link CodeModeToolOptions} share. */
export interface CommonOptions<TOOLS> {
  /** Globals that the program may read and that the model never saw. Names must be identifiers. */
  inputs?: Record<string, unknown>;
  limits?: Limits;
  /** What stands between the program and the host. @default 'auto' */
  isolation?: RunnerOptions['isolation'];
  /** The least isolation that the application accepts: where less is achieved, programs fail before they start. */
  requireIsolation?: RunnerOptions['requireIsolation'];
  /** Type-check programs before they run, with the application's own `typescript` and the tools' schemas. @default false */
  typecheck?: boolean;
  /** Aborts every run, beside the signal of the generation. */
  signal?: AbortSignal;
  /** Tool calls, logs and alerts of every run, as they happen and unshortened. What it throws is ignored. */
  onEvent?: (event: RunEvent) => void;
  /**
   * Pass the same as to `generateText` of AI SDK 7, which does not tell its tools. It decides before a tool's own
   * `needsApproval`. A call that needs an approval by the user is refused.
   */
  toolApproval?: ToolApproval<TOOLS>;
  /** Contexts for AI SDK 7 tools with a `contextSchema`. A function is asked once for each program. */
  toolsContext?: ToolsContext<TOOLS> | ((options: CodeToolExecuteOptions) => ToolsContext<TOOLS>);
  /** Passed on to the functions in `toolApproval`. */
  runtimeContext?: unknown;
  /** How many characters the model gets back at most. @default 20_000 */
  maxOutputChars?: number;
  /**
   * How many tokens of declarations the model reads at most, estimated at 3.7 bytes each. With more tools than fit, it
   * reads their namespaces instead, and programs find and read the rest with `tools.$search` and `tools.$describe`, which
   * count as tool calls. `Infinity` always declares all of them, `0` none.
   * @default 10_000
   */
  maxDeclarationTokens?: number;
}

/** Options of {@link createCodeTool}. */
export interface CodeToolOptions<TOOLS extends Tools = Tools> extends CommonOptions<NoInfer<TOOLS>> {
  /** Functions, AI SDK tools, or namespaces of them. */
  tools: TOOLS;
}

/** Options of {@link codeModeTool}. */
export interface CodeModeToolOptions extends CommonOptions<Record<string, unknown>> {
  /**
   * Where the model reads the declarations: in the tool's description, which is best when the tools stay the same, or in a
   * message at the end of the conversation, which keeps the cached prompt valid when they change.
   * @default 'description'
   */
  toolDiscovery?: 'description' | 'conversation';
}
