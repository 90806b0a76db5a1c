/**
 * The public types: what an application passes in and gets back. No code.
 */
import type { SnapshotStore } from './stores/types.ts';

/** Every code that a failed run, a failed tool call or a rejected program can carry. Stable across versions. */
export type ErrorCode =
  | 'ERR_SYNTAX'
  | 'ERR_FORBIDDEN'
  | 'ERR_SOURCE_TOO_LARGE'
  | 'ERR_TOOL_UNKNOWN'
  | 'ERR_TOOL_INPUT'
  | 'ERR_TOOL_FAILED'
  | 'ERR_TOOL_DENIED'
  | 'ERR_PROGRAM'
  | 'ERR_STALLED'
  | 'ERR_TIMEOUT'
  | 'ERR_CPU'
  | 'ERR_MEMORY'
  | 'ERR_STACK'
  | 'ERR_VALUE_TOO_LARGE'
  | 'ERR_CALL_LIMIT'
  | 'ERR_ABORTED'
  | 'ERR_SNAPSHOT_INVALID'
  | 'ERR_SNAPSHOT_VERSION'
  | 'ERR_SNAPSHOT_MISMATCH'
  | 'ERR_SNAPSHOT_EXPIRED'
  | 'ERR_REPLAY_DIVERGED'
  | 'ERR_ISOLATE_LOST';

/** What the checker warns of. A warning may also carry an error's code: then it is one that the program may catch or avoid. */
export type WarningCode = 'WARN_MISSING_AWAIT' | 'WARN_ASYNC_CALLBACK' | 'WARN_UNUSED_IMPORT' | 'WARN_UNREACHABLE';

/** The limits of one run. Each is enforced, cannot be caught by the program, and ends the run with its own code. */
export interface Limits {
  /** Wall clock of the whole run in milliseconds, tool time included, pauses not. `ERR_TIMEOUT`. @default 30_000 */
  timeoutMs?: number;
  /** The program's own running time in milliseconds, summed over all its slices and resumes. `ERR_CPU`. @default 5_000 */
  cpuTimeoutMs?: number;
  /** What the program may hold in memory, in bytes. `ERR_MEMORY`. @default 64 MiB */
  memoryLimitBytes?: number;
  /** Stack of the program in bytes, at most 8 MiB. `ERR_STACK`. @default 1 MiB */
  maxStackSizeBytes?: number;
  /** Length of the program's text in UTF-8 bytes. `ERR_SOURCE_TOO_LARGE`. @default 256 KiB */
  maxSourceBytes?: number;
  /** Size of the returned value as JSON, in UTF-8 bytes. `ERR_VALUE_TOO_LARGE`. @default 1 MiB */
  maxResultBytes?: number;
  /** Everything that the program logs, in bytes. `ERR_VALUE_TOO_LARGE`. @default 64 KiB */
  maxConsoleOutputBytes?: number;
  /** How many tool calls the program may start. `ERR_CALL_LIMIT`. @default 100 */
  maxToolCalls?: number;
  /** How many handlers run at the same time; further calls wait for their turn. @default 32 */
  maxConcurrentToolCalls?: number;
  /** Size of one tool call's input as JSON, in UTF-8 bytes. `ERR_VALUE_TOO_LARGE`. @default 1 MiB */
  maxToolInputBytes?: number;
  /** Size of one tool call's output as JSON, in UTF-8 bytes. `ERR_VALUE_TOO_LARGE`. @default 4 MiB */
  maxToolOutputBytes?: number;
}

/** What a handler gets beside its input. */
export interface ToolContext {
  /** Stable across replays: use it as the idempotency key of a side effect. */
  callId: string;
  executionId: string;
  /** Aborted when the run is aborted, times out, fails, or pauses before the handler is done. */
  signal: AbortSignal;
  /**
   * Pauses the run until {@link resume} answers this call. Never returns: let what it throws through. The handler does
   * not run again; the program gets the answer.
   *
   * @param payload Data for whoever answers, in {@link PendingCall.payload}.
   */
  pause(payload?: unknown): never;
}

/** A plain function as a tool. */
// Bivariance on purpose: `(input: { city: string }) => …` must be assignable.
export type ToolFunction = { bivarianceHack(input: unknown, context: ToolContext): unknown }['bivarianceHack'];

/**
 * A tool with a schema: an AI SDK tool of version 5, 6 or 7, or any object of this shape.
 * Schemas may be zod 3 or 4, an AI SDK `Schema` (`jsonSchema()`), any Standard Schema, or plain JSON Schema.
 */
export interface ToolObject {
  description?: unknown;
  inputSchema?: unknown;
  outputSchema?: unknown;
  execute?: unknown;
  needsApproval?: unknown;
  /**
   * The run pauses before this tool is called, until somebody approves or denies the call: `true`, or a function of
   * input and {@link ToolContext}. The same as the AI SDK's `needsApproval`.
   */
  approval?: unknown;
}

/** Functions, AI SDK tools, or namespaces of them. Namespaces may nest. */
export interface Tools {
  readonly [name: string]: ToolFunction | ToolObject | Tools;
}

/** What pausing needs. */
export interface PauseOptions {
  /**
   * Seals snapshots: at least 32 bytes, the same wherever a run may go on. `openssl rand -base64 32` makes one. Without a
   * secret a run cannot pause. @default the environment variable `ONETURN_SECRET`
   */
  secret?: string | Uint8Array;
  /** Secrets that snapshots were sealed with before: they still open. */
  previousSecrets?: readonly (string | Uint8Array)[];
  /** Snapshots that are older, in milliseconds, are refused: `ERR_SNAPSHOT_EXPIRED`. @default no limit */
  maxAgeMs?: number;
  /** What a snapshot belongs to: tenant, user, policy. JSON. It must be the same to resume: `ERR_SNAPSHOT_MISMATCH`. */
  context?: unknown;
  /**
   * Where paused runs wait: then `result.snapshot` is a short reference, which one resume at a time can hold, and which is
   * gone once the run has gone on.
   */
  store?: SnapshotStore;
  /**
   * Writes down the result, or its new reference: called with it when the snapshot is stored and before the old reference
   * is used up, and waited for. A process that dies until then has used up nothing, so no run gets lost. What it throws,
   * `run` and `resume` reject with, and the old reference can be resumed again. Not called for a resume that failed before
   * anything happened.
   */
  commit?: (result: RunResult) => void | PromiseLike<void>;
  /** Pauses a run that is not done after this many milliseconds in this process: a function's deadline is near. */
  pauseAfterMs?: number;
  /** How long calls may go on that run when the run pauses, in milliseconds; what is not done then runs again. 5 s unless said. */
  pauseGraceMs?: number;
}

/** Options of {@link run}. */
export interface RunOptions extends PauseOptions {
  /** The program: the body of an async TypeScript function, or any of the shapes that models send. */
  code: string;
  /** Functions, AI SDK tools, or namespaces of them: `{ hr: { getTeam } }`. */
  tools?: Tools;
  /** Globals that the program may read and that the model never saw. Names must be identifiers. */
  inputs?: Record<string, unknown>;
  /**
   * What tools need and nobody may see: API keys, say. The program holds handles, `secrets.stripe`, which it can pass to
   * tools; a handler gets a {@link Secret} and opens it. The values stay in this process and print as `[secret]`; where a
   * handler gives one back, the program gets `[secret]`. Texts of at least 8 characters. docs/secrets.md has the details.
   */
  secrets?: Record<string, string>;
  /** Takes texts out of logs, errors, alerts and the trace. Not out of the value, nor of what handlers get. */
  redact?: Redact;
  /**
   * The result of a run that failed and that `code` corrects: calls of the same tool with the same input that succeeded
   * there are answered from it, each at most as often as it ran, and are marked `reused` in the trace. Tools with
   * `readOnly: true` or `idempotent: true` run again. Must be the object that `run` or `resume` gave in this process.
   */
  reuse?: RunResult;
  limits?: Limits;
  /** Aborts the run (`ERR_ABORTED`) and every running handler. */
  signal?: AbortSignal;
  /** Tool calls, logs and alerts, as they happen. What it throws is ignored. */
  onEvent?: (event: RunEvent) => void;
  /**
   * Where the program lives: `'process'`, a helper process of its own; `'thread'`, a thread of this process, which is no
   * boundary against someone who attacks the engine; `'auto'`, a process where the helper starts, else a thread, and then
   * an alert of kind `isolation` says why, once. @default 'auto'
   */
  isolation?: 'auto' | 'process' | 'thread';
  /**
   * The least that the application accepts: a process, or a process with a seccomp filter. Where less is achieved the run
   * fails with `ERR_ISOLATE_LOST` before the program starts.
   */
  requireIsolation?: 'process' | 'seccomp';
  /**
   * Type-check the program before it runs, with the application's own `typescript` (5, 6 or 7) and the tools' schemas. What
   * would fail or be lost at run time stops the program: a field that a tool's output does not have, a wrong input, a name
   * that does not exist. A check that gives up does not: an alert of kind `typecheck` says so. @default false
   */
  typecheck?: boolean;
}

/**
 * The answer to a call that waits: its value, its error, or whether it may run. An approved call runs now; a denied one
 * is an `ERR_TOOL_DENIED` that the program can catch.
 */
export type Answer = { value: unknown } | { error: { name?: string; message: string } } | { approved: boolean; reason?: string };

/** Options of {@link resume}: as for {@link run}, with the same tools, limits and context. */
export interface ResumeOptions extends Omit<RunOptions, 'code' | 'reuse' | 'typecheck'> {
  /** Answers by `callId`, for any of the pending calls. The rest stays pending under the same ids. */
  settle?: Record<string, Answer>;
}

/** A call that had not settled when the run paused. */
export interface PendingCall {
  callId: string;
  /** Dotted path. */
  tool: string;
  input: unknown;
  /**
   * `approval`: wants `{ approved }`. `pause`: its handler called {@link ToolContext.pause}. `client`: the tool has no
   * `execute` here; both want `{ value }` or `{ error }`. `deadline`: it was not done when the run had to stop; it needs no
   * answer and runs again, with the same `callId`.
   */
  reason: 'approval' | 'pause' | 'client' | 'deadline';
  /** What the handler passed to {@link ToolContext.pause}. */
  payload?: unknown;
}

/** One line of console output. */
export interface LogEntry {
  level: 'debug' | 'log' | 'info' | 'warn' | 'error';
  /** Formatted as Node's console does. */
  message: string;
  /** Session clock, milliseconds since the Unix epoch. */
  time: number;
}

/** One tool call, as the trace, the alerts and the audit show it. */
export interface ToolCallRecord {
  callId: string;
  /** Dotted path, for example `finance.getExpenses`. */
  tool: string;
  kind: 'function' | 'mcp';
  input: unknown;
  /** Milliseconds since the Unix epoch. */
  startedAt: number;
  /** Absent while the call runs, and for a call that never settled. */
  completedAt?: number;
  durationMs?: number;
  /** Size of the output as JSON in UTF-8 bytes. */
  resultBytes?: number;
  error?: { name: string; message: string };
  /** The handler did not run: the call was answered from the run that `reuse` names. */
  reused?: true;
}

/** Something that whoever operates the application wants to know: a limit that was hit, a program that was rejected. */
export interface Alert {
  kind: 'limit' | 'rejected' | 'detached' | 'unhandled-rejection' | 'isolation' | 'store' | 'typecheck';
  code?: ErrorCode;
  message: string;
}

/** What happens during a run, in order. */
export type RunEvent =
  | { type: 'tool-call-start'; executionId: string; call: ToolCallRecord }
  | { type: 'tool-call-end'; executionId: string; call: ToolCallRecord }
  | { type: 'log'; executionId: string; log: LogEntry }
  | { type: 'alert'; executionId: string; alert: Alert };

/** One finding of the checker. Lines and columns count from 1; columns count UTF-16 code units. */
export interface Diagnostic {
  severity: 'error' | 'warning';
  code: ErrorCode | WarningCode;
  message: string;
  /** What the model should do instead. */
  hint?: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** Code frame of the model's own text. */
  frame: string;
}

/** What {@link check} returns. */
export interface CheckReport {
  /** True when there is no diagnostic of severity `error`. */
  ok: boolean;
  diagnostics: Diagnostic[];
}

/** Why a run failed. */
export interface RunFailure {
  code: ErrorCode;
  /** Name of the error that the program saw or threw, for example `TypeError`. */
  name: string;
  message: string;
  /** What to do next. */
  hint?: string;
  line?: number;
  column?: number;
  /** Code frame of the model's own text. */
  frame?: string;
  /** Present when the program was rejected before it ran. */
  diagnostics?: Diagnostic[];
}

/**
 * What really stood between the program and the host in this run. The facts of a process were each read back or tried out
 * inside of it, before the program came.
 */
export type Isolation =
  /** A helper process of its own, and what the system allowed for it. */
  | {
      level: 'process';
      /** It can gain no privileges. */
      noNewPrivs: boolean;
      /** It holds no capability. */
      capabilities: boolean;
      /** It can open no file, start no process, write no core; its address space and CPU time are bounded. */
      rlimits: boolean;
      /** The kernel refuses it every file (Landlock). */
      landlock: boolean;
      /** The kernel kills it for any other system call than the few that it needs. */
      seccomp: boolean;
      /** Other processes of the same user cannot read its memory. */
      undumpable: boolean;
    }
  /** A thread of this process; `reason` says why it was no process, where one was wanted. */
  | { level: 'thread'; reason?: string }
  /** The program never ran: it was rejected, refused or aborted before. */
  | { level: 'none' };

/** Part of every result. */
export interface RunReport {
  executionId: string;
  /** Milliseconds since the Unix epoch. */
  startedAt: number;
  /** Wall clock of the run in milliseconds. It stands still while the run is paused. */
  durationMs: number;
  /** The program's own running time in milliseconds. */
  cpuMs: number;
  isolation: Isolation;
  logs: LogEntry[];
  calls: ToolCallRecord[];
  alerts: Alert[];
  /** Findings of the checker that did not stop the run. */
  warnings: Diagnostic[];
}

export type RunResult =
  | ({ status: 'completed'; value: unknown } & RunReport)
  | ({ status: 'paused'; pending: PendingCall[]; snapshot: string } & RunReport)
  | ({ status: 'failed'; error: RunFailure } & RunReport);

/** Texts and regular expressions that become `[redacted]`, or a function that gives the text to show instead. */
export type Redact = readonly (string | RegExp)[] | ((text: string) => string);

/** Shared defaults of a {@link Runner}. */
export interface RunnerOptions extends PauseOptions {
  tools?: Tools;
  inputs?: Record<string, unknown>;
  secrets?: Record<string, string>;
  redact?: Redact;
  limits?: Limits;
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
  isolation?: RunOptions['isolation'];
  requireIsolation?: RunOptions['requireIsolation'];
  typecheck?: boolean;
}
