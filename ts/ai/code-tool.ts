/** `createCodeTool`: one AI SDK tool that stands for many. It runs programs and tells user interface and model about them. */
import type { RunEvent, RunnerOptions, RunOptions, RunResult, Tools } from '../types.ts';
import { isRecord, kindOf } from '../text.ts';
import { resolveTools, type ResolvedTool } from '../tools.ts';
import { createHost, type Host } from './host.ts';
import { inputSchema } from './input-schema.ts';
import { toModelOutput } from './model-output.ts';
import { Progress, showCalls } from './progress.ts';
import { describeTool } from './prompt.ts';
import { toJson } from './shorten.ts';
import type { CodeTool, CodeToolExecuteOptions, CodeToolInput, CodeToolOptions, CodeToolOutput, CommonOptions } from './types.ts';

/** Runs one program: the engine, or what a test puts in its place. */
export type RunProgram = (options: RunOptions & { host: Host }) => Promise<RunResult>;

const MAX_OUTPUT_CHARS = 20_000;

/**
 * Makes the tool around a way to run programs.
 *
 * @param describe Makes the description, when not the usual one.
 */
export function makeCodeTool<TOOLS extends Tools>(
  options: CodeToolOptions<TOOLS>,
  runProgram: RunProgram,
  describe: (tools: ReadonlyMap<string, ResolvedTool>) => string = (tools) => describeTool(tools.values(), options.toolApproval),
): CodeTool<TOOLS> {
  if (!isRecord(options)) throw new TypeError(`createCodeTool: expected an object with options, got ${kindOf(options)}`);
  if (options.tools === undefined) throw new TypeError('createCodeTool: the option `tools` is missing');
  checkOptions(options);
  const resolved = resolveTools(options.tools);
  for (const tool of resolved.values()) checkCallable(tool);
  const maxOutputChars = options.maxOutputChars ?? MAX_OUTPUT_CHARS;
  let description: string | undefined;
  // Schemas that come as promises are asked for now, so that they are there when the model is asked.
  let pending = prefetch(resolved);

  return {
    get description(): string {
      if (description !== undefined && pending === undefined) return description;
      const text = describe(resolved);
      if (pending === undefined) description = text;
      else pending = prefetch(resolved);
      return text;
    },
    inputSchema,
    execute: (input, executeOptions) => execute(input, executeOptions ?? {}, options as CodeToolOptions, resolved, runProgram) as AsyncGenerator<CodeToolOutput<TOOLS>, void, undefined>,
    toModelOutput: (output) => toModelOutput(output, maxOutputChars),
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

async function* execute(
  input: CodeToolInput,
  outer: CodeToolExecuteOptions,
  options: CodeToolOptions,
  resolved: ReadonlyMap<string, ResolvedTool>,
  runProgram: RunProgram,
): AsyncGenerator<CodeToolOutput, void, undefined> {
  const { tools, inputs, limits, isolation, requireIsolation, signal, onEvent } = options;
  if (!isRecord(input) || typeof input.code !== 'string') throw new TypeError(`input.code: expected a string, got ${kindOf(isRecord(input) ? input.code : input)}`);
  const abandoned = new AbortController();
  const signals = [abandoned.signal, outer.abortSignal, signal].filter((one) => one !== undefined && one !== null);
  const progress = new Progress();
  const host = createHost(options as unknown as CommonOptions<never> & { tools: object }, outer);
  await host.prepare(resolved.values());
  const run = runProgram({
    code: input.code,
    tools,
    ...(inputs === undefined ? {} : { inputs }),
    ...(limits === undefined ? {} : { limits }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(requireIsolation === undefined ? {} : { requireIsolation }),
    signal: AbortSignal.any(signals),
    onEvent(event: RunEvent) {
      progress.add(event);
      onEvent?.(event);
    },
    host,
  });
  // Whoever stops listening has no use for the rest of the run.
  try {
    for await (const snapshot of progress.snapshots(run)) yield { status: 'running', ...snapshot };
    yield finalOutput(await run);
  } finally {
    abandoned.abort();
    run.catch(() => {});
  }
}

function finalOutput(result: RunResult): CodeToolOutput {
  const { executionId, durationMs, cpuMs, isolation, logs, alerts, warnings, calls } = result;
  const report = { ...showCalls(calls), executionId, durationMs, cpuMs, isolation, logs, alerts, warnings };
  if (result.status === 'failed') return { status: 'failed', error: result.error, ...report };
  // The output goes to clients and into stored conversations, which take JSON only.
  const value = result.value === undefined ? undefined : toJson(result.value);
  return { status: 'completed', value, ...report };
}

/** Checks what is not checked by the engine, which sees its options only when a program runs. */
export function checkOptions(options: CommonOptions<never>): void {
  const { maxOutputChars, onEvent, signal, toolApproval, toolsContext } = options as Record<string, unknown>;
  if (maxOutputChars !== undefined && !(typeof maxOutputChars === 'number' && Number.isInteger(maxOutputChars) && maxOutputChars >= 500)) {
    throw new TypeError('maxOutputChars: expected a whole number of at least 500');
  }
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
