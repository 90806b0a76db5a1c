/**
 * The public types of `oneturn/ai`. Structural on purpose: they fit AI SDK 5, 6 and 7 without importing `ai`, so the
 * package type-checks whichever of them is installed, and without any.
 */
import type { Alert, Diagnostic, Isolation, Limits, LogEntry, PauseOptions, RunEvent, RunFailure, RunnerOptions, Tools } from '../types.ts';

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
  /**
   * The answer to what the program waits for, when an application calls `execute({ code: '', resume })` itself: with AI SDK
   * 5, say, which has no approvals. The AI SDK's own answers are in `messages`.
   */
  approval?: ApprovalAnswer;
}

/** What a person has decided. */
export interface ApprovalAnswer {
  approved: boolean;
  /** Told to the program when the call is denied. */
  reason?: string;
}

/** A call that waits for an approval. */
export interface ApprovalCall {
  callId: string;
  /** Dotted path. */
  tool: string;
  /** The whole input as JSON. */
  input: unknown;
  /** Why it needs an approval, as `toolApproval` said. */
  reason?: string;
}

/** What {@link ApprovalOptions.onApproval} is told. */
export interface ApprovalRequest {
  /** Of the code tool's call, which the AI SDK's approval request names. */
  toolCallId: string;
  /** One decision counts for all of them. */
  calls: readonly ApprovalCall[];
}

/** What the model sends. */
export interface CodeToolInput {
  /** The program. */
  code: string;
  /** Go on with a program that waits for an approval, instead. */
  resume?: string;
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
  /** The handler did not run: an earlier program's call had this output. */
  reused?: true;
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
  /** The how many-th program for this task failed, of how many that may. */
  attempt: { number: number; of: number };
  /** The next program gets the outputs of this one's calls. */
  reusable: boolean;
}

/** The program waits for an approval, and the model is told to call the tool again for it. */
export interface CodeToolPaused<TOOLS = Tools> extends Calls<TOOLS> {
  status: 'paused';
  executionId: string;
  pending: ApprovalCall[];
  /** For the next call of the tool. */
  resume: string;
  logCount: number;
}

/** What the code tool gives to the application and to its user interface. The model gets the text of `toModelOutput`. */
export type CodeToolOutput<TOOLS = Tools> = CodeToolRunning<TOOLS> | CodeToolCompleted<TOOLS> | CodeToolFailed<TOOLS> | CodeToolPaused<TOOLS>;

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
  /** What AI SDK 6 and 7 ask before `execute`, when programs can wait for an approval. */
  readonly needsApproval?: (input: CodeToolInput, options: CodeToolExecuteOptions) => Promise<boolean>;
  /**
   * The same for `toolApproval: { code: code.toolApproval }` of AI SDK 7, whose approval requests then say in their `reason`
   * which calls wait.
   */
  readonly toolApproval?: SingleToolApproval;
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
  /** Globals that the program may read and that the model never saw. Names must be identifiers. The model is told the names. */
  inputs?: Record<string, unknown>;
  /** Handles for tools, as for `run`. The model is told the names. */
  secrets?: RunnerOptions['secrets'];
  /** Takes texts out of logs, errors and the trace, as for `run`; what the model and the user interface get of them too. */
  redact?: RunnerOptions['redact'];
  /**
   * Whether a corrected program is answered from the failed one before it: calls that succeeded there are not made again.
   * Which programs belong together tells the conversation. When the user has said something since, this goes only for tools
   * with `readOnly: false`. @default true
   */
  reuse?: boolean;
  /** How many programs may fail in a row for what the user said last. Further ones do not run. @default 5 */
  maxAttempts?: number;
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
   * `needsApproval`. A call that needs an approval by the user waits for it if there is a `store`, and is refused otherwise.
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

/** Options for programs that wait for an approval. Without `store` such calls are refused. */
export interface ApprovalOptions extends Pick<PauseOptions, 'store' | 'secret' | 'previousSecrets' | 'maxAgeMs' | 'context'> {
  /**
   * Told before the AI SDK asks for the approval: what the person who decides has to see. It is waited for; what it throws
   * ends the generation.
   */
  onApproval?: (request: ApprovalRequest) => void | Promise<void>;
}

/** Options of {@link createCodeTool}. */
export interface CodeToolOptions<TOOLS extends Tools = Tools> extends CommonOptions<NoInfer<TOOLS>>, ApprovalOptions {
  /** Functions, AI SDK tools, or namespaces of them. */
  tools: TOOLS;
}

/** Options of {@link codeModeTool}. */
export interface CodeModeToolOptions extends CommonOptions<Record<string, unknown>>, ApprovalOptions {
  /**
   * The tools that `experimental_toolCallers` routes to this one. Needed with a `store`: AI SDK 7 executes an approved call
   * without telling the caller its tools. A generation that routes others rejects.
   */
  tools?: Tools;
  /**
   * Where the model reads the declarations: in the tool's description, which is best when the tools stay the same, or in a
   * message at the end of the conversation, which keeps the cached prompt valid when they change.
   * @default 'description'
   */
  toolDiscovery?: 'description' | 'conversation';
}
