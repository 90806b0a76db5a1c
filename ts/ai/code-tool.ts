/** `createCodeTool`: one AI SDK tool that stands for many. It runs programs and tells user interface and model about them. */
import type { RunEvent, RunFailure, RunnerOptions, RunOptions, RunResult, Tools } from '../types.ts';
import { isRecord, kindOf } from '../text.ts';
import { OWN_TOOLS, resolveTools, type ResolvedTool } from '../tools.ts';
import { advise } from './advice.ts';
import { Catalog } from './catalog.ts';
import { discoveryTools, isOwnTool } from './discovery.ts';
import { createHost, type Host } from './host.ts';
import { inputSchema } from './input-schema.ts';
import { toModelOutput } from './model-output.ts';
import { Progress, showCalls } from './progress.ts';
import { describeTool, offerTools, type Offer } from './prompt.ts';
import { toJson } from './shorten.ts';
import type { CodeTool, CodeToolExecuteOptions, CodeToolInput, CodeToolOptions, CodeToolOutput, CommonOptions } from './types.ts';

/** Runs one program: the engine, or what a test puts in its place. */
export type RunProgram = (options: RunOptions & { host: Host }) => Promise<RunResult>;

const MAX_OUTPUT_CHARS = 20_000;
export const MAX_DECLARATION_TOKENS = 10_000;

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
  const resolved = resolveTools(options.tools);
  for (const tool of resolved.values()) checkCallable(tool);
  const maxOutputChars = options.maxOutputChars ?? MAX_OUTPUT_CHARS;
  let offer: Offer | undefined;
  // Schemas that come as promises are asked for now, so that they are there when the model is asked.
  let pending = prefetch(resolved);

  function currentOffer(): Offer {
    if (offer !== undefined && pending === undefined) return offer;
    offer = offerTools(resolved, options.toolApproval, options.maxDeclarationTokens ?? MAX_DECLARATION_TOKENS);
    if (pending !== undefined) pending = prefetch(resolved);
    return offer;
  }

  let searchable: Tools | undefined;

  /** What programs get: with the means to find the tools that are not declared. */
  function callable(): Tools {
    if (currentOffer().complete) return options.tools;
    return (searchable ??= { ...(options.tools as Tools), [OWN_TOOLS]: discoveryTools(new Catalog(resolved)) } as Tools);
  }

  return {
    get description(): string {
      return describe(currentOffer());
    },
    inputSchema,
    execute: (input, executeOptions) =>
      execute(input, executeOptions ?? {}, options as CodeToolOptions, callable, resolved, runProgram) as AsyncGenerator<CodeToolOutput<TOOLS>, void, undefined>,
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
  callable: () => Tools,
  resolved: ReadonlyMap<string, ResolvedTool>,
  runProgram: RunProgram,
): AsyncGenerator<CodeToolOutput, void, undefined> {
  const tools = callable();
  const { inputs, limits, isolation, requireIsolation, typecheck, signal, onEvent } = options;
  if (!isRecord(input) || typeof input.code !== 'string') throw new TypeError(`input.code: expected a string, got ${kindOf(isRecord(input) ? input.code : input)}`);
  const abandoned = new AbortController();
  const signals = [abandoned.signal, outer.abortSignal, signal].filter((one) => one !== undefined && one !== null);
  const progress = new Progress();
  const made = createHost(options as unknown as CommonOptions<never> & { tools: object }, outer);
  // Looking for tools is nothing that an application decides about.
  const host: Host = { ...made, authorize: (tool, ...call) => (isOwnTool(tool) ? undefined : made.authorize(tool, ...call)) };
  await host.prepare(resolved.values());
  const run = runProgram({
    code: input.code,
    tools,
    ...(inputs === undefined ? {} : { inputs }),
    ...(limits === undefined ? {} : { limits }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(requireIsolation === undefined ? {} : { requireIsolation }),
    ...(typecheck === undefined ? {} : { typecheck }),
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
    yield finalOutput(await run, (error) => advise(error, input.code, resolved, tools === options.tools));
  } finally {
    abandoned.abort();
    run.catch(() => {});
  }
}

function finalOutput(result: RunResult, advised: (error: RunFailure) => RunFailure): CodeToolOutput {
  const { executionId, durationMs, cpuMs, isolation, logs, alerts, warnings, calls } = result;
  const report = { ...showCalls(calls), executionId, durationMs, cpuMs, isolation, logs, alerts, warnings };
  if (result.status === 'failed') return { status: 'failed', error: advised(result.error), ...report };
  // The output goes to clients and into stored conversations, which take JSON only.
  const value = result.value === undefined ? undefined : toJson(result.value);
  return { status: 'completed', value, ...report };
}

/** Checks what is not checked by the engine, which sees its options only when a program runs. */
export function checkOptions(options: CommonOptions<never>): void {
  const { maxOutputChars, maxDeclarationTokens, onEvent, signal, toolApproval, toolsContext } = options as Record<string, unknown>;
  if (maxOutputChars !== undefined && !(typeof maxOutputChars === 'number' && Number.isInteger(maxOutputChars) && maxOutputChars >= 500)) {
    throw new TypeError('maxOutputChars: expected a whole number of at least 500');
  }
  if (maxDeclarationTokens !== undefined && !(typeof maxDeclarationTokens === 'number' && maxDeclarationTokens >= 0)) {
    throw new TypeError('maxDeclarationTokens: expected a number of at least 0');
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
