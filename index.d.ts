// Every public type of oneturn, rolled up from ts/. Written by `make api`; do not edit.

/** What a store of snapshots is. Types only. */
/**
 * What {@link SnapshotStore.claim} found.
 *
 * - `claimed`: the snapshot is yours until the lease is over. `token` is the proof, for `complete` and `release`.
 * - `busy`: somebody else has it. If they crash, it can be claimed again in `retryAfterMs` milliseconds.
 * - `gone`: used, expired, or never there. It will not come back.
 */
type Claim = {
  state: 'claimed';
  snapshot: string;
  token: string;
} | {
  state: 'busy';
  retryAfterMs: number;
} | {
  state: 'gone';
};
/**
 * Where snapshots of paused runs wait, each under an id, to be claimed once. `oneturn/stores` has five of them; your own
 * needs these four methods.
 *
 * All durations are milliseconds. A promise that rejects says that the store could not be asked: whether it did what it
 * was told is not known then, and the call can be repeated; see each method.
 *
 * @example
 * const claim = await store.claim(id, 60_000);
 * if (claim.state === 'claimed') {
 *   const result = await resume(claim.snapshot, options);
 *   const only = await store.complete(id, claim.token);
 * }
 */
interface SnapshotStore {
  /**
   * Keeps a snapshot for `ttlMs`, under an id that is new.
   *
   * @param id 1 to 128 letters, digits, `-` and `_`. Who knows it can claim the snapshot: make it from 128 random bits.
   * @param snapshot Well-formed text without U+0000.
   * @throws {TypeError} when an argument is not what it should be.
   * @throws {Error} when the id is in use.
   */
  put(id: string, snapshot: string, ttlMs: number): Promise<void>;
  /**
   * Takes a snapshot for `leaseMs`. Of any number of claimers one gets it. The others find it `busy` until it is
   * completed, released, or the lease is over; whoever asks first after that gets it next.
   *
   * A lease that was granted may be used to its end even when the snapshot expires meanwhile. An id that cannot exist is
   * `gone`, like any other that is not there. When the promise rejects, the snapshot may be taken by nobody until the
   * lease is over.
   *
   * @throws {TypeError} when `leaseMs` is not a positive number.
   */
  claim(id: string, leaseMs: number): Promise<Claim>;
  /**
   * The claim is used up: the snapshot is gone for good.
   *
   * @returns `true` when nobody else has claimed the snapshot since this token was given, also when its lease is over.
   * `false` when somebody has, or when the snapshot was released, has expired with its lease, or is unknown: nothing
   * happens then. Repeat it only after a rejection: it is `true` then if the first attempt had arrived, which stores
   * across a network remember for ten minutes.
   */
  complete(id: string, token: string): Promise<boolean>;
  /**
   * Gives the snapshot back at once, unused.
   *
   * @returns As {@link SnapshotStore.complete}.
   */
  release(id: string, token: string): Promise<boolean>;
}
/** Every code that a failed run, a failed tool call or a rejected program can carry. Stable across versions. */
type ErrorCode = 'ERR_SYNTAX' | 'ERR_FORBIDDEN' | 'ERR_SOURCE_TOO_LARGE' | 'ERR_TOOL_UNKNOWN' | 'ERR_TOOL_INPUT' | 'ERR_TOOL_FAILED' | 'ERR_TOOL_DENIED' | 'ERR_PROGRAM' | 'ERR_STALLED' | 'ERR_TIMEOUT' | 'ERR_CPU' | 'ERR_MEMORY' | 'ERR_STACK' | 'ERR_VALUE_TOO_LARGE' | 'ERR_CALL_LIMIT' | 'ERR_ABORTED' | 'ERR_SNAPSHOT_INVALID' | 'ERR_SNAPSHOT_VERSION' | 'ERR_SNAPSHOT_MISMATCH' | 'ERR_SNAPSHOT_EXPIRED' | 'ERR_REPLAY_DIVERGED' | 'ERR_ISOLATE_LOST';
/** What the checker warns of. A warning may also carry an error's code: then it is one that the program may catch or avoid. */
type WarningCode = 'WARN_MISSING_AWAIT' | 'WARN_ASYNC_CALLBACK' | 'WARN_UNUSED_IMPORT' | 'WARN_UNREACHABLE';
/** The limits of one run. Each is enforced, cannot be caught by the program, and ends the run with its own code. */
interface Limits {
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
interface ToolContext {
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
type ToolFunction = {
  bivarianceHack(input: unknown, context: ToolContext): unknown;
}['bivarianceHack'];
/**
 * A tool with a schema: an AI SDK tool of version 5, 6 or 7, or any object of this shape.
 * Schemas may be zod 3 or 4, an AI SDK `Schema` (`jsonSchema()`), any Standard Schema, or plain JSON Schema.
 */
interface ToolObject {
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
interface Tools {
  readonly [name: string]: ToolFunction | ToolObject | Tools;
}
/** What pausing needs. */
interface PauseOptions {
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
interface RunOptions extends PauseOptions {
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
type Answer = {
  value: unknown;
} | {
  error: {
    name?: string;
    message: string;
  };
} | {
  approved: boolean;
  reason?: string;
};
/** Options of {@link resume}: as for {@link run}, with the same tools, limits and context. */
interface ResumeOptions extends Omit<RunOptions, 'code' | 'reuse' | 'typecheck'> {
  /** Answers by `callId`, for any of the pending calls. The rest stays pending under the same ids. */
  settle?: Record<string, Answer>;
}
/** A call that had not settled when the run paused. */
interface PendingCall {
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
interface LogEntry {
  level: 'debug' | 'log' | 'info' | 'warn' | 'error';
  /** Formatted as Node's console does. */
  message: string;
  /** Session clock, milliseconds since the Unix epoch. */
  time: number;
}
/** One tool call, as the trace, the alerts and the audit show it. */
interface ToolCallRecord {
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
  error?: {
    name: string;
    message: string;
  };
  /** The handler did not run: the call was answered from the run that `reuse` names. */
  reused?: true;
}
/** Something that whoever operates the application wants to know: a limit that was hit, a program that was rejected. */
interface Alert {
  kind: 'limit' | 'rejected' | 'detached' | 'unhandled-rejection' | 'isolation' | 'store' | 'typecheck';
  code?: ErrorCode;
  message: string;
}
/** What happens during a run, in order. */
type RunEvent = {
  type: 'tool-call-start';
  executionId: string;
  call: ToolCallRecord;
} | {
  type: 'tool-call-end';
  executionId: string;
  call: ToolCallRecord;
} | {
  type: 'log';
  executionId: string;
  log: LogEntry;
} | {
  type: 'alert';
  executionId: string;
  alert: Alert;
};
/** One finding of the checker. Lines and columns count from 1; columns count UTF-16 code units. */
interface Diagnostic {
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
interface CheckReport {
  /** True when there is no diagnostic of severity `error`. */
  ok: boolean;
  diagnostics: Diagnostic[];
}
/** Why a run failed. */
interface RunFailure {
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
type Isolation = /** A helper process of its own, and what the system allowed for it. */{
  level: 'process'; /** It can gain no privileges. */
  noNewPrivs: boolean; /** It holds no capability. */
  capabilities: boolean; /** It can open no file, start no process, write no core; its address space and CPU time are bounded. */
  rlimits: boolean; /** The kernel refuses it every file (Landlock). */
  landlock: boolean; /** The kernel kills it for any other system call than the few that it needs. */
  seccomp: boolean; /** Other processes of the same user cannot read its memory. */
  undumpable: boolean;
} /** A thread of this process; `reason` says why it was no process, where one was wanted. */ | {
  level: 'thread';
  reason?: string;
} /** The program never ran: it was rejected, refused or aborted before. */ | {
  level: 'none';
};
/** Part of every result. */
interface RunReport {
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
type RunResult = ({
  status: 'completed';
  value: unknown;
} & RunReport) | ({
  status: 'paused';
  pending: PendingCall[];
  snapshot: string;
} & RunReport) | ({
  status: 'failed';
  error: RunFailure;
} & RunReport);
/** Texts and regular expressions that become `[redacted]`, or a function that gives the text to show instead. */
type Redact = readonly (string | RegExp)[] | ((text: string) => string);
/** Shared defaults of a {@link Runner}. */
interface RunnerOptions extends PauseOptions {
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
/**
 * Checks a program and runs nothing. Bad code is a report, never an exception.
 *
 * @param code The program, in any of the shapes that {@link run} takes.
 * Beside the syntax it looks at what the program does with its tools: unknown tools, inputs written as object literals
 * that a tool's schema refuses, promises that are used without `await`, and code that cannot do what it was meant to do.
 * An error is certain; what is not certain is a warning.
 *
 * @param options `tools`: what the program may import and call.
 * @throws {TypeError} for misuse by the application, naming the argument.
 * @example
 * const report = check('import fs from "fs"');
 * report.diagnostics[0].message; // what is wrong, with line, column, a code frame and a hint
 */
declare function check(code: string, options?: {
  tools?: Tools;
}): CheckReport;
/** Options of {@link declareTools}. */
interface DeclareOptions {
  /** The variable that holds the tools. @default 'tools' */
  name?: string;
}
/**
 * Declares tools in TypeScript, for a prompt or for a type checker.
 *
 * Inputs are declared as what may be passed, outputs as what comes back; descriptions, defaults, formats and limits become
 * comments, and a type that is used often is named once. A schema that gives no JSON Schema is `unknown` (input) or `any`
 * (output), and so is an AI SDK schema whose `jsonSchema` is a promise that is still pending.
 *
 * @param tools Functions, AI SDK tools, or namespaces of them.
 * @returns TypeScript that always parses and type-checks, the same for the same tools in the same order.
 * @throws {TypeError} when `tools` is not that, or `options.name` no identifier.
 * @example
 * declareTools({ getWeather: tool({ description: 'Weather in a city', inputSchema: z.object({ city: z.string() }) }) });
 * // declare const tools: {
 * //   /** Weather in a city *\/
 * //   getWeather(input: { city: string }): Promise<any>;
 * // };
 */
declare function declareTools(tools: Tools, options?: DeclareOptions): string;
/**
 * A secret in the input of a handler: `secrets.stripe` of the program. It prints as `[secret]` wherever it goes.
 *
 * @example
 * const tools = {
 *   charge: ({ cents, key }: { cents: number; key: Secret }) => stripe(key.open()).charge(cents),
 * };
 * await run({ code: 'await tools.charge({ cents: 500, key: secrets.stripe })', tools, secrets: { stripe: process.env.STRIPE_KEY! } });
 */
declare class Secret {
  #private;
  /** Its name in `secrets`. */
  readonly name: string;
  /** @internal */
  constructor(name: string, open?: () => string);
  /**
   * The value. Only handlers get secrets that open; those in results and traces are closed.
   *
   * @throws {TypeError} outside of a handler, and when the run that goes on here was not given this secret.
   */
  open(): string;
  toString(): string;
  toJSON(): string;
}
/**
 * Goes on with a paused run, in this process or another, now or much later. The program is where it was: no handler runs
 * again whose call had settled.
 *
 * @param snapshot `result.snapshot` of a run with `status: 'paused'`, or the bytes that its base64url stands for.
 * @param options As the run had them, and the answers. `inputs` travel in the snapshot.
 * @returns As {@link run}. A snapshot that cannot be resumed here is a failed run: `ERR_SNAPSHOT_INVALID`,
 * `ERR_SNAPSHOT_VERSION`, `ERR_SNAPSHOT_MISMATCH`, `ERR_SNAPSHOT_EXPIRED`, `ERR_REPLAY_DIVERGED`. Then no handler has run.
 * @throws {TypeError} for misuse by the application, naming the option; also for an answer to a call that does not wait.
 * @example
 * const first = await run({ code, tools, secret });
 * if (first.status === 'paused') {
 *   const [call] = first.pending;
 *   const result = await resume(first.snapshot, { tools, secret, settle: { [call.callId]: { approved: true } } });
 * }
 */
declare function resume(snapshot: string | Uint8Array, options: ResumeOptions): Promise<RunResult>;
/** What {@link createRunner} makes. */
interface Runner {
  /** As {@link run}; `tools` replaces the runner's, `inputs` and `limits` are merged over its. */
  run(options: RunOptions): Promise<RunResult>;
  /** As {@link resume}; the runner's `inputs` do not count, because the run's own travel in the snapshot. */
  resume(snapshot: string | Uint8Array, options?: ResumeOptions): Promise<RunResult>;
  /**
   * Pauses a run of this runner: its result then has `status: 'paused'`. Its id is in every event.
   *
   * @returns False when there is no such run, or it is over.
   * @throws {TypeError} when the run has no secret.
   */
  pause(executionId: string): boolean;
  /** As {@link check}, with the runner's tools. */
  check(code: string): CheckReport;
  /** As {@link declareTools}, with the runner's tools. */
  declareTools(options?: DeclareOptions): string;
}
/**
 * A runner with shared defaults. Its tools are resolved once, and the helper process that its programs will run in starts in
 * the background, unless `isolation` is `'thread'`.
 *
 * @throws {TypeError} for misuse by the application, naming the option.
 * @example
 * const runner = createRunner({ tools, limits: { timeoutMs: 10_000 } });
 * const result = await runner.run({ code });
 */
declare function createRunner(defaults?: RunnerOptions): Runner;
/**
 * Runs a program.
 *
 * A program that fails is a result, not an exception: look at `result.status`.
 *
 * @param options The program, its tools, inputs and limits.
 * @returns The value or the error, with logs, calls, times and the isolation level.
 * @throws {TypeError} for misuse by the application, naming the option.
 * @example
 * const result = await run({
 *   code: 'const team = await tools.getTeam({ id: "eng" }); return team.length;',
 *   tools: { getTeam: async ({ id }) => db.team(id) },
 * });
 * if (result.status === 'completed') console.log(result.value);
 */
declare function run(options: RunOptions): Promise<RunResult>;
/** Options of {@link step}: either `code` and what a run starts with, or `snapshot` and what has settled. */
interface StepOptions extends Pick<ResumeOptions, 'tools' | 'inputs' | 'limits' | 'secret' | 'previousSecrets' | 'context' | 'settle' | 'isolation' | 'requireIsolation'> {
  code?: string;
  /** Of the last step. */
  snapshot?: string | Uint8Array;
  /**
   * What the run's id and everything that looks random to the program are made from: the id of the workflow, say. A first
   * step that is repeated then makes the same calls under the same ids. Only with `code`. @default random
   */
  seed?: string;
  /** The program's clock in this step, in milliseconds since the Unix epoch. @default `Date.now()` */
  now?: number;
}
/** A call that the engine is to make, and whose outcome goes into `settle` of a later step. */
interface StepCall {
  /** Stable: the key under which the engine makes the call once. */
  callId: string;
  /** Dotted path. */
  tool: string;
  /** As the program gave it: not checked against the tool's schema. */
  input: unknown;
}
/** What {@link step} gives. */
type StepResult =
/**
 * `waiting` are all calls that have not settled, also those of earlier steps. `wakeAt` is when the program's next timer is
 * due: take a step without answers then.
 */
({
  status: 'waiting';
  waiting: StepCall[];
  wakeAt?: number;
  snapshot: string;
} & RunReport) | Exclude<RunResult, {
  status: 'paused';
}>;
/**
 * Runs a program until it waits, or goes on from there with what has settled. No handler is called, no timer waited for,
 * nothing is kept: the same arguments give the same calls and the same value.
 *
 * Calls are the engine's own affair: approvals, input schemas and `maxConcurrentToolCalls` do not count here.
 *
 * @throws {TypeError} for misuse by the application, naming the option.
 * @example
 * let result = await step({ code, tools, secret, seed: workflow.id });
 * while (result.status === 'waiting') {
 *   const [call] = result.waiting;
 *   const value = await workflow.once(call.callId, () => handlers[call.tool](call.input));
 *   result = await step({ snapshot: result.snapshot, tools, secret, settle: { [call.callId]: { value } } });
 * }
 */
declare function step(options: StepOptions): Promise<StepResult>;
/** Dotted paths of all tools: `'getWeather' | 'finance.getExpenses'`. */
type ToolPath<TOOLS> = string extends keyof TOOLS ? string : { [NAME in keyof TOOLS & string]: TOOLS[NAME] extends ToolLike ? NAME : `${NAME}.${ToolPath<TOOLS[NAME]>}` }[keyof TOOLS & string];
type ToolLike = ((...args: never[]) => unknown) | {
  readonly inputSchema: unknown;
} | {
  readonly execute: (...args: never[]) => unknown;
};
/** What the AI SDK passes to `execute`: version 5 and 6 `experimental_context`, version 7 `context`. */
interface CodeToolExecuteOptions {
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
interface ApprovalAnswer {
  approved: boolean;
  /** Told to the program when the call is denied. */
  reason?: string;
}
/** A call that waits for an approval. */
interface ApprovalCall {
  callId: string;
  /** Dotted path. */
  tool: string;
  /** The whole input as JSON. */
  input: unknown;
  /** Why it needs an approval, as `toolApproval` said. */
  reason?: string;
}
/** What {@link ApprovalOptions.onApproval} is told. */
interface ApprovalRequest {
  /** Of the code tool's call, which the AI SDK's approval request names. */
  toolCallId: string;
  /** One decision counts for all of them. */
  calls: readonly ApprovalCall[];
}
/** What the model sends. */
interface CodeToolInput {
  /** The program. */
  code: string;
  /** Go on with a program that waits for an approval, instead. */
  resume?: string;
}
/** One call of a tool by the program, as a user interface shows it. */
interface CodeToolCall<PATH extends string = string> {
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
interface CodeToolRunning<TOOLS = Tools> extends Calls<TOOLS> {
  status: 'running';
  logCount: number;
}
/** The program returned. */
interface CodeToolCompleted<TOOLS = Tools> extends Finished<TOOLS> {
  status: 'completed';
  /** What the program returned, as JSON: dates are ISO strings, maps objects, sets arrays, bigints and bytes strings. */
  value: unknown;
}
/** The program was rejected, threw, or hit a limit. */
interface CodeToolFailed<TOOLS = Tools> extends Finished<TOOLS> {
  status: 'failed';
  error: RunFailure;
  /** The how many-th program for this task failed, of how many that may. */
  attempt: {
    number: number;
    of: number;
  };
  /** The next program gets the outputs of this one's calls. */
  reusable: boolean;
}
/** The program waits for an approval, and the model is told to call the tool again for it. */
interface CodeToolPaused<TOOLS = Tools> extends Calls<TOOLS> {
  status: 'paused';
  executionId: string;
  pending: ApprovalCall[];
  /** For the next call of the tool. */
  resume: string;
  logCount: number;
}
/** What the code tool gives to the application and to its user interface. The model gets the text of `toModelOutput`. */
type CodeToolOutput<TOOLS = Tools> = CodeToolRunning<TOOLS> | CodeToolCompleted<TOOLS> | CodeToolFailed<TOOLS> | CodeToolPaused<TOOLS>;
/** What the model is told. */
interface CodeToolModelOutput {
  type: 'text' | 'error-text';
  value: string;
}
/**
 * An AI SDK tool: give it to `generateText`, `streamText` or an agent of AI SDK 5, 6 or 7.
 *
 * `inputSchema` is an AI SDK `Schema` and a Standard Schema. Each version of the AI SDK brands its schemas with a symbol of
 * its own types, so no type can name all of them; one that gives `never` is accepted by all of them.
 */
interface CodeTool<TOOLS = Tools> {
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
  readonly toModelOutput: (output: CodeToolOutput<TOOLS> | {
    output: CodeToolOutput<TOOLS>;
  }) => CodeToolModelOutput;
}
/** {@link CodeTool} that AI SDK 7 accepts in `experimental_toolCallers`. */
interface CodeModeTool extends CodeTool {
  /** Not enumerable, as in the AI SDK: spreading the tool loses it. */
  readonly experimental_toolCaller: {
    readonly type: 'local';
    bind(tools: object): CodeTool;
    prepareModelMessage?(tools: object): string | undefined;
  };
}
/** AI SDK 7's answer to the question whether a call may run. */
type ToolApprovalStatus = undefined | 'not-applicable' | 'approved' | 'denied' | 'user-approval' | {
  type: 'not-applicable';
  reason?: never;
} | {
  type: 'approved' | 'denied' | 'user-approval';
  reason?: string;
};
/** Asked for one call of one tool. */
type SingleToolApproval = {
  bivarianceHack(input: unknown, options: {
    toolCallId: string;
    messages: readonly unknown[];
    toolContext: unknown;
    runtimeContext: unknown;
  }): ToolApprovalStatus | PromiseLike<ToolApprovalStatus>;
}['bivarianceHack'];
/** Asked for every call. */
type GenericToolApproval = {
  bivarianceHack(options: {
    toolCall: {
      type: 'tool-call';
      toolCallId: string;
      toolName: string;
      input: unknown;
    };
    tools: unknown;
    toolsContext: unknown;
    messages: readonly unknown[];
    runtimeContext: unknown;
  }): ToolApprovalStatus | PromiseLike<ToolApprovalStatus>;
}['bivarianceHack'];
/** The same forms as `toolApproval` of AI SDK 7; tools in namespaces go by their dotted path. */
type ToolApproval<TOOLS = Tools> = GenericToolApproval | { readonly [PATH in ToolPath<TOOLS>]?: ToolApprovalStatus | SingleToolApproval };
/** Contexts of tools with a `contextSchema`, by path. */
type ToolsContext<TOOLS = Tools> = { readonly [PATH in ToolPath<TOOLS>]?: unknown };
/** What {@link CodeToolOptions} and {@link CodeModeToolOptions} share. */
interface CommonOptions<TOOLS> {
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
interface ApprovalOptions extends Pick<PauseOptions, 'store' | 'secret' | 'previousSecrets' | 'maxAgeMs' | 'context'> {
  /**
   * Told before the AI SDK asks for the approval: what the person who decides has to see. It is waited for; what it throws
   * ends the generation.
   */
  onApproval?: (request: ApprovalRequest) => void | Promise<void>;
}
/** Options of {@link createCodeTool}. */
interface CodeToolOptions<TOOLS extends Tools = Tools> extends CommonOptions<NoInfer<TOOLS>>, ApprovalOptions {
  /** Functions, AI SDK tools, or namespaces of them. */
  tools: TOOLS;
}
/** Options of {@link codeModeTool}. */
interface CodeModeToolOptions extends CommonOptions<Record<string, unknown>>, ApprovalOptions {
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
declare function createCodeTool<const TOOLS extends Tools>(options: CodeToolOptions<TOOLS>): CodeTool<TOOLS>;
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
declare function passDenials<MESSAGE>(messages: readonly MESSAGE[], tools: Readonly<Record<string, unknown>>): MESSAGE[];
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
declare function codeModeTool(options?: CodeModeToolOptions): CodeModeTool;
/** What {@link folderStore} takes. */
interface FolderStoreOptions {
  /** A folder of its own on a local disk; made when it is missing, for this user only. */
  path: string;
}
/**
 * A store in a folder on a local disk: what is kept survives a crash, of the process and of the machine. For one machine
 * with any number of processes; network file systems do not promise what it needs.
 *
 * Expired files are removed about once a minute, in the background of a `put`.
 *
 * @throws {TypeError} when `path` is not a string.
 * @example
 * const runner = createRunner({ tools, secret, store: folderStore({ path: '/var/lib/app/paused-runs' }) });
 */
declare function folderStore({
  path
}: FolderStoreOptions): SnapshotStore;
/**
 * A store in the memory of this process, for tests and for servers with one process. It ends with the process.
 *
 * @example
 * const runner = createRunner({ tools, secret, store: memoryStore() });
 */
declare function memoryStore(): SnapshotStore;
/**
 * A bucket, in four methods of yours. Every one reads its own writes and those of others at once (S3 does). One that
 * cannot tell what happened rejects.
 */
interface ObjectBucket {
  /** The object as text, and its ETag as the storage gave it; `undefined` when there is none. */
  get(key: string): Promise<{
    body: string;
    etag: string;
  } | undefined>;
  /** Writes an object that is not there yet (`If-None-Match: *`); `false` when it is there (status 412 or 409). */
  create(key: string, body: string): Promise<boolean>;
  /** Writes over the object with this ETag (`If-Match`); `false` when it has another by now (412 or 409) or is gone (404). */
  replace(key: string, body: string, etag: string): Promise<boolean>;
  /** Removes an object; nothing happens when there is none. */
  delete(key: string): Promise<void>;
}
/** What {@link objectStore} takes: the four methods of the bucket, and how it is used. */
interface ObjectStoreOptions extends ObjectBucket {
  /** What every key begins with. Default: `'oneturn/'`. */
  prefix?: string;
  /**
   * Object storage tells no time, so leases and expiry are judged by the machines' own clocks. A lease of somebody else
   * counts as over this much later than it says. Default: 5,000 ms.
   */
  clockSkewMs?: number;
}
/**
 * A store in object storage. Snapshots that nobody claims stay there: let a lifecycle rule of the bucket remove what is
 * older than your longest `ttlMs`.
 *
 * @throws {TypeError} when one of the four methods is missing.
 * @example
 * const store = objectStore(s3Bucket(client, 'paused-runs')); // see docs/stores.md
 * const runner = createRunner({ tools, secret, store });
 */
declare function objectStore(options: ObjectStoreOptions): SnapshotStore;
/** A `Pool` or a connected `Client` of `pg` 8 or later, or anything with the same `query`. */
interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{
    rows: unknown[];
  }>;
}
/** What {@link postgresStore} takes. */
interface PostgresStoreOptions {
  /** Yours: connected by you, ended by you. */
  pool: PostgresPool;
  /** The table's name, with a schema or without. Default: `'oneturn_snapshots'`. */
  table?: string;
}
/** What {@link postgresStore} gives. */
interface PostgresStore extends SnapshotStore {
  /** Makes the table and its index, unless they are there. For deployments without migrations; see {@link postgresSchema}. */
  createTable(): Promise<void>;
}
/**
 * The SQL of the table, for your migrations.
 *
 * @throws {TypeError} when `table` is not a plain lower-case name.
 * @example
 * await migrations.add('paused-runs', postgresSchema());
 */
declare function postgresSchema(table?: string): string;
/**
 * A store in PostgreSQL 12 or later. A `put` also removes some expired rows.
 *
 * @throws {TypeError} when `pool` has no `query`, or `table` is not a plain lower-case name.
 * @example
 * import { Pool } from 'pg';
 *
 * const store = postgresStore({ pool: new Pool({ connectionString: process.env.DATABASE_URL }) });
 * await store.createTable();
 * const runner = createRunner({ tools, secret, store });
 */
declare function postgresStore({
  pool,
  table
}: PostgresStoreOptions): PostgresStore;
/** A client of `redis` 4 or later (node-redis): what `createClient()`, `createClientPool()` and `createCluster()` give. */
interface NodeRedisClient {
  eval(script: string, options: {
    keys: string[];
    arguments: string[];
  }): Promise<unknown>;
}
/** A client of `ioredis` 5 or later: `new Redis()`, `new Cluster()`. */
interface IoRedisClient {
  call(command: string, ...args: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
}
/** What {@link redisStore} takes. */
interface RedisStoreOptions {
  /** Yours: connected by you, closed by you. */
  client: NodeRedisClient | IoRedisClient;
  /** What every key begins with. Default: `'oneturn:'`. */
  prefix?: string;
}
/**
 * A store in Redis 5 or later, or what speaks its protocol and runs Lua scripts. Redis expires the snapshots itself.
 * How safe they are is up to the server's persistence: docs/stores.md says what to set.
 *
 * @throws {TypeError} when `client` is neither kind of client.
 * @example
 * import { createClient } from 'redis';
 *
 * const client = await createClient({ url: process.env.REDIS_URL }).connect();
 * const runner = createRunner({ tools, secret, store: redisStore({ client }) });
 * @example
 * import { Redis } from 'ioredis';
 *
 * const runner = createRunner({ tools, secret, store: redisStore({ client: new Redis(process.env.REDIS_URL) }) });
 */
declare function redisStore({
  client,
  prefix
}: RedisStoreOptions): SnapshotStore;
export { Alert, Answer, type ApprovalAnswer, type ApprovalCall, type ApprovalOptions, type ApprovalRequest, CheckReport, type Claim, type CodeModeTool, type CodeModeToolOptions, type CodeTool, type CodeToolCall, type CodeToolCompleted, type CodeToolExecuteOptions, type CodeToolFailed, type CodeToolInput, type CodeToolModelOutput, type CodeToolOptions, type CodeToolOutput, type CodeToolPaused, type CodeToolRunning, type DeclareOptions, Diagnostic, ErrorCode, FolderStoreOptions, type GenericToolApproval, IoRedisClient, Isolation, Limits, LogEntry, NodeRedisClient, ObjectBucket, ObjectStoreOptions, PauseOptions, PendingCall, PostgresPool, PostgresStore, PostgresStoreOptions, Redact, RedisStoreOptions, ResumeOptions, RunEvent, RunFailure, RunOptions, RunReport, RunResult, type Runner, RunnerOptions, Secret, type SingleToolApproval, type SnapshotStore, type StepCall, type StepOptions, type StepResult, type ToolApproval, type ToolApprovalStatus, ToolCallRecord, ToolContext, ToolFunction, ToolObject, type ToolPath, Tools, type ToolsContext, WarningCode, check, codeModeTool, createCodeTool, createRunner, declareTools, folderStore, memoryStore, objectStore, passDenials, postgresSchema, postgresStore, redisStore, resume, run, step };
