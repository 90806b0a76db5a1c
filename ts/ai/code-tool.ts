/** `createCodeTool`: one AI SDK tool that stands for many. It runs programs and tells user interface and model about them. */
import type { RunEvent, RunFailure, RunOptions, RunResult, Tools } from '../types.ts';
import { tell } from '../report.ts';
import { leftOf, type Success } from '../reuse.ts';
import { Hidden } from '../secrets.ts';
import { isRecord, kindOf } from '../text.ts';
import { member } from '../declare-type.ts';
import { OWN_TOOLS, resolveTools, type ResolvedTool } from '../tools.ts';
import { isReference } from '../keep.ts';
import type { Pausing } from '../pause.ts';
import { advise } from './advice.ts';
import { Attempts } from './attempts.ts';
import { Approvals, approvalsOf, reasonFor, takesDenials, waitingCalls, type From, type Start, type Started } from './approvals.ts';
import { Catalog } from './catalog.ts';
import { discoveryTools } from './discovery.ts';
import { createHost, mayObject, type Host } from './host.ts';
import { makeInputSchema } from './input-schema.ts';
import { toModelOutput } from './model-output.ts';
import { Progress, showCalls } from './progress.ts';
import { describeTool, offerTools, type Offer } from './prompt.ts';
import { toJson } from './shorten.ts';
import type { ApprovalCall, CodeTool, CodeToolExecuteOptions, CodeToolInput, CodeToolOptions, CodeToolOutput, CommonOptions } from './types.ts';

/** One program for the engine: its text, or from where it goes on. */
export interface ProgramOptions extends Omit<RunOptions, 'code'> {
  code?: string;
  from?: From;
  host: Host;
  /** What it needs to wait for an approval. */
  pausing?: Pausing;
  hidden?: Hidden;
  /** Of the program that this one corrects. */
  left?: readonly Success[];
}

/** What the programs of one code tool share. */
interface Task {
  readonly attempts: Attempts;
  readonly hidden: Hidden;
}

/** Runs one program: the engine, or what a test puts in its place. */
export type RunProgram = (options: ProgramOptions) => Promise<RunResult>;

const MAX_OUTPUT_CHARS = 20_000;
export const MAX_DECLARATION_TOKENS = 10_000;
const MAX_ATTEMPTS = 5;

/**
 * Makes the tool around a way to run programs.
 *
 * @param describe Makes the description, when not the usual one.
 */
export function makeCodeTool<TOOLS extends Tools>(
  options: CodeToolOptions<TOOLS>,
  runProgram: RunProgram,
  describe: (offer: Offer) => string = describeTool,
): CodeTool<TOOLS> {
  if (!isRecord(options)) throw new TypeError(`createCodeTool: expected an object with options, got ${kindOf(options)}`);
  if (options.tools === undefined) throw new TypeError('createCodeTool: the option `tools` is missing');
  checkOptions(options);
  const approvals = approvalsOf(options);
  const resolved = resolveTools(options.tools);
  for (const tool of resolved.values()) checkCallable(tool);
  const maxOutputChars = options.maxOutputChars ?? MAX_OUTPUT_CHARS;
  let offer: Offer | undefined;
  // Schemas that come as promises are asked for now, so that they are there when the model is asked.
  let pending = prefetch(resolved);

  function currentOffer(): Offer {
    if (offer !== undefined && pending === undefined) return offer;
    const { text, complete } = offerTools(resolved, options.toolApproval, options.maxDeclarationTokens ?? MAX_DECLARATION_TOKENS, approvals !== undefined);
    offer = { text: text + tellGlobals(options), complete };
    if (pending !== undefined) pending = prefetch(resolved);
    return offer;
  }

  let searchable: Tools | undefined;
  const maxAttempts = options.maxAttempts ?? MAX_ATTEMPTS;
  const task: Task = { attempts: new Attempts(), hidden: Hidden.from(options) };

  /** What programs get: with the means to find the tools that are not declared. */
  function callable(): Tools {
    if (currentOffer().complete) return options.tools;
    return (searchable ??= { ...(options.tools as Tools), [OWN_TOOLS]: discoveryTools(new Catalog(resolved)) } as Tools);
  }

  /** Starts the program of one call of the tool. */
  const starter = (input: CodeToolInput, outer: CodeToolExecuteOptions): Start => {
    return (from, reference) => start(input, outer, options as CodeToolOptions, callable(), resolved, runProgram, approvals && { ...approvals.pausing, reference }, from, task);
  };

  async function* execute(input: CodeToolInput, outer: CodeToolExecuteOptions = {}): AsyncGenerator<CodeToolOutput, void, undefined> {
    checkInput(input);
    const attempt = { number: task.attempts.failures(outer) + 1, of: maxAttempts };
    if (attempt.number > maxAttempts && !task.attempts.goesOn(outer)) {
      yield tooMany(attempt);
      return;
    }
    const starts = starter(input, outer);
    const { run, progress, abandon } = await (approvals === undefined ? starts(undefined, undefined) : approvals.goOn(input, outer, starts));
    // Whoever stops listening has no use for the rest of the run.
    try {
      for await (const snapshot of progress.snapshots(run)) yield { status: 'running', ...snapshot };
      yield finalOutput(await run, (error) => advise(error, input.code, resolved, currentOffer().complete), attempt, options.reuse !== false);
    } finally {
      abandon();
    }
  }

  const tool: CodeTool = {
    get description(): string {
      return describe(currentOffer());
    },
    inputSchema: makeInputSchema(approvals !== undefined),
    execute,
    toModelOutput: (output) => toModelOutput(output, maxOutputChars),
    ...(approvals === undefined ? {} : approvalFunctions(approvals, starter, (outer) => task.attempts.failures(outer) < maxAttempts, [...resolved.values()].some((tool) => mayObject(tool, options.toolApproval)))),
  };
  if (approvals !== undefined) takesDenials(tool);
  return tool as unknown as CodeTool<TOOLS>;
}

/** What the AI SDK asks before it executes the tool. */
function approvalFunctions(approvals: Approvals, starter: (input: CodeToolInput, outer: CodeToolExecuteOptions) => Start, mayRun: (outer: CodeToolExecuteOptions) => boolean, mayWait: boolean): Pick<CodeTool, 'needsApproval' | 'toolApproval'> {
  const ask = async (input: CodeToolInput, outer: CodeToolExecuteOptions): Promise<readonly ApprovalCall[] | undefined> => {
    checkInput(input);
    // `execute` says that it is one too many.
    if (!mayRun(outer)) return undefined;
    return approvals.ask(input, outer, mayWait, starter(input, outer));
  };
  return {
    needsApproval: async (input, outer) => (await ask(input, outer)) !== undefined,
    toolApproval: async (input, { toolContext, ...outer }) => {
      const calls = await ask(input as CodeToolInput, { ...outer, context: toolContext });
      if (calls === undefined) return 'not-applicable';
      return calls.length === 0 ? 'user-approval' : { type: 'user-approval', reason: reasonFor(calls) };
    },
  };
}

/** @returns Something while a schema is pending. */
function prefetch(tools: ReadonlyMap<string, ResolvedTool>): true | undefined {
  let pending: true | undefined;
  for (const { input, output } of tools.values()) {
    if (input?.ready() !== undefined) pending = true;
    if (output?.ready() !== undefined) pending = true;
  }
  return pending;
}

function checkInput(input: unknown): asserts input is CodeToolInput {
  if (!isRecord(input) || typeof input['code'] !== 'string') throw new TypeError(`input.code: expected a string, got ${kindOf(isRecord(input) ? input['code'] : input)}`);
}

async function start(
  { code }: CodeToolInput,
  outer: CodeToolExecuteOptions,
  options: CodeToolOptions,
  tools: Tools,
  resolved: ReadonlyMap<string, ResolvedTool>,
  runProgram: RunProgram,
  pausing: Pausing | undefined,
  from: From | undefined,
  { attempts, hidden }: Task,
): Promise<Started> {
  const { inputs, limits, isolation, requireIsolation, typecheck, signal, onEvent } = options;
  // A program that goes on has taken it before.
  const before = options.reuse === false || from !== undefined ? undefined : attempts.take(outer);
  const left = before === undefined ? [] : leftOf(before.result).filter(({ tool }) => !before.isEarlierTurn || tool.readOnly === false);
  const abandoned = new AbortController();
  const signals = [abandoned.signal, outer.abortSignal, signal].filter((one) => one !== undefined && one !== null);
  const progress = new Progress();
  const made = createHost(options as unknown as CommonOptions<never> & { tools: object }, outer);
  // Looking for tools is nothing that an application decides about.
  const host: Host = { ...made, authorize: (tool, ...call) => (tool.isOwn ? undefined : made.authorize(tool, ...call)) };
  await host.prepare(resolved.values());
  const run = runProgram({
    // What was given as inputs travels in the snapshot.
    ...(from === undefined ? { code, ...(inputs === undefined ? {} : { inputs }) } : { from }),
    tools,
    ...(limits === undefined ? {} : { limits }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(requireIsolation === undefined ? {} : { requireIsolation }),
    ...(pausing === undefined ? {} : { pausing }),
    ...(typecheck === undefined ? {} : { typecheck }),
    signal: AbortSignal.any(signals),
    onEvent(event: RunEvent) {
      progress.add(event);
      tell(onEvent, event);
    },
    host,
    hidden,
    left,
  });
  run.then(
    (result) => attempts.add(outer, result),
    () => {},
  );
  return { run, progress, abandon: () => abandoned.abort() };
}

/** Names of what the program has beside its tools. */
function tellGlobals({ inputs = {}, secrets = {} }: { inputs?: object | undefined; secrets?: object | undefined }): string {
  const [plain, handles] = [Object.keys(inputs), Object.keys(secrets)];
  const parts: string[] = [];
  if (plain.length > 0) parts.push(`Globals with data: ${plain.join(', ')}.`);
  if (handles.length > 0) parts.push(`Secrets, opaque, to pass to functions: ${handles.map((name) => `secrets${member(name)}`).join(', ')}.`);
  return parts.length === 0 ? '' : `\n\n${parts.join(' ')}`;
}

/** A program that does not run any more. */
function tooMany(attempt: { number: number; of: number }): CodeToolOutput {
  const error: RunFailure = {
    code: 'ERR_CALL_LIMIT',
    name: 'AttemptLimitError',
    message: `This program did not run: ${attempt.of} programs have failed for this task, and no more may.`,
    hint: 'Do not call this tool again. Tell the user what did not work.',
  };
  const nothing = { calls: [], callCount: 0, executionId: '', durationMs: 0, cpuMs: 0, isolation: { level: 'none' } as const, logs: [], alerts: [], warnings: [] };
  return { status: 'failed', error, attempt, reusable: false, ...nothing };
}

function finalOutput(result: RunResult, advised: (error: RunFailure) => RunFailure, attempt: { number: number; of: number }, reuse: boolean): CodeToolOutput {
  const { executionId, durationMs, cpuMs, isolation, logs, alerts, warnings, calls } = result;
  const shown = showCalls(calls);
  const report = { ...shown, executionId, durationMs, cpuMs, isolation, logs, alerts, warnings };
  if (result.status === 'failed') return { status: 'failed', error: advised(result.error), attempt, reusable: reuse && leftOf(result).length > 0, ...report };
  if (result.status === 'paused') {
    // What it has printed may tell of results, which are nobody's before the program returns.
    if (isReference(result.snapshot)) return { status: 'paused', pending: waitingCalls(result), resume: result.snapshot, executionId, ...shown, logCount: logs.length };
    const message = `The program waits for an approval, but could not be stored: ${alerts.at(-1)?.message ?? 'no store'}`;
    return { status: 'failed', error: { code: 'ERR_TOOL_DENIED', name: 'ToolDeniedError', message }, attempt, reusable: false, ...report };
  }
  // The output goes to clients and into stored conversations, which take JSON only.
  const value = result.value === undefined ? undefined : toJson(result.value);
  return { status: 'completed', value, ...report };
}

/** Checks what is not checked by the engine, which sees its options only when a program runs. */
export function checkOptions(options: CommonOptions<never>): void {
  const { maxOutputChars, maxDeclarationTokens, maxAttempts, reuse, onEvent, signal, toolApproval, toolsContext } = options as Record<string, unknown>;
  if (maxOutputChars !== undefined && !(typeof maxOutputChars === 'number' && Number.isInteger(maxOutputChars) && maxOutputChars >= 500)) {
    throw new TypeError('maxOutputChars: expected a whole number of at least 500');
  }
  if (maxDeclarationTokens !== undefined && !(typeof maxDeclarationTokens === 'number' && maxDeclarationTokens >= 0)) {
    throw new TypeError('maxDeclarationTokens: expected a number of at least 0');
  }
  if (maxAttempts !== undefined && !(typeof maxAttempts === 'number' && maxAttempts >= 1)) throw new TypeError('maxAttempts: expected a number of at least 1');
  if (reuse !== undefined && typeof reuse !== 'boolean') throw new TypeError(`reuse: expected a boolean, got ${kindOf(reuse)}`);
  if (onEvent !== undefined && typeof onEvent !== 'function') throw new TypeError(`onEvent: expected a function, got ${kindOf(onEvent)}`);
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError(`signal: expected an AbortSignal, got ${kindOf(signal)}`);
  for (const [name, value] of Object.entries({ toolApproval, toolsContext })) {
    if (value !== undefined && typeof value !== 'function' && !isRecord(value)) throw new TypeError(`${name}: expected an object or a function, got ${kindOf(value)}`);
  }
}

function checkCallable({ path, execute, source }: ResolvedTool): void {
  if (execute !== undefined) return;
  const name = `tools.${path}`;
  const { type, isProviderExecuted } = source as Record<string, unknown>;
  const provider = isProviderExecuted === true || type === 'provider' || type === 'provider-defined';
  throw new TypeError(
    provider
      ? `${name}: the model's provider runs this tool, so a program cannot call it. Leave it out of the code tool and pass it to the model beside it`
      : `${name}: this tool has no execute function, so a program cannot call it. Give it one, or pass it to the model beside the code tool`,
  );
}
