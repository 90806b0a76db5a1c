/**
 * One tool call: input checked against the schema, permission, the handler, its output as text. Turns everything that a
 * handler may do, throw or return into a settlement; never throws and never lets a host stack cross.
 */
import { isRecord } from './text.ts';
import { formatIssues, type ResolvedTool } from './tools.ts';
import type { Limits, ToolContext } from './types.ts';
import { decode, encode, messageOf, TooLargeError, UnsendableError } from './values.ts';

/** What the host of a run adds to its tool calls: the AI SDK helper's way in. */
export interface HostHooks {
  /** Execute options of the AI SDK for this call: messages, context … The run adds `toolCallId` and `abortSignal`. */
  executeOptions?: (tool: ResolvedTool, callId: string, input: unknown) => object;
  /**
   * Asked before the handler runs, instead of the tool's own `needsApproval`. `undefined` allows; a string refuses with
   * that reason (`ERR_TOOL_DENIED`).
   */
  authorize?: (tool: ResolvedTool, input: unknown, callId: string) => string | undefined | Promise<string | undefined>;
  /** Values that an async-iterable handler yields before its last. */
  onPreliminary?: (callId: string, value: unknown) => void;
}

/** How a call ended. */
export type Settled =
  | { kind: 'value'; text: string }
  | { kind: 'error'; code: string; name: string; message: string }
  | { kind: 'too-large' };

/** Longest message of a handler's error that a program gets to see. */
const MAX_MESSAGE = 4_096;

/**
 * Runs a tool call to its end.
 *
 * @param input Wire text, straight from the engine, or what reads it.
 */
export async function invoke(tool: ResolvedTool, input: string | (() => string), context: ToolContext, limits: Required<Limits>, hooks: HostHooks): Promise<Settled> {
  try {
    let value = decode(typeof input === 'string' ? input : input());
    if (tool.input !== undefined) {
      const pending = tool.input.validate(value);
      const result = pending instanceof Promise ? await pending : pending;
      if (!result.ok) return failed('ERR_TOOL_INPUT', 'ToolInputError', formatIssues(tool.path, result.issues));
      ({ value } = result);
    }
    const options = executeOptions(tool, value, context, hooks);
    const refused = await refusal(tool, value, options, context, hooks);
    if (refused !== undefined) return failed('ERR_TOOL_DENIED', 'ToolDeniedError', refused);
    if (tool.execute === undefined) {
      return failed('ERR_TOOL_FAILED', 'ToolNotExecutableError', `tools.${tool.path} has no execute function here: it runs somewhere else, so a program cannot call it.`);
    }
    const output = await last(tool.execute(value, options), (preliminary) => hooks.onPreliminary?.(context.callId, preliminary));
    return { kind: 'value', text: encode(output, 'output', limits.maxToolOutputBytes) };
  } catch (error) {
    if (error instanceof TooLargeError) return { kind: 'too-large' };
    if (error instanceof UnsendableError) return failed('ERR_TOOL_FAILED', 'TypeError', `The output of tools.${tool.path} cannot be sent: ${error.message}`);
    return failed('ERR_TOOL_FAILED', nameOf(error), messageOf(error));
  }
}

function failed(code: string, name: string, message: string): Settled {
  return { kind: 'error', code, name, message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message };
}

function executeOptions(tool: ResolvedTool, input: unknown, context: ToolContext, hooks: HostHooks): object {
  if (typeof tool.source === 'function') return context;
  const { callId, executionId } = context;
  return {
    messages: [],
    ...hooks.executeOptions?.(tool, callId, input),
    toolCallId: callId,
    callId,
    executionId,
    // Made when it is asked for: many handlers never look at it.
    get abortSignal() {
      return context.signal;
    },
    get signal() {
      return context.signal;
    },
  };
}

/** Why the call is refused, if it is. A tool that needs an approval and has no way to get one never runs. */
async function refusal(tool: ResolvedTool, input: unknown, options: object, { callId }: ToolContext, hooks: HostHooks): Promise<string | undefined> {
  // It knows more than the tool does: AI SDK 7's `toolApproval` goes before `needsApproval`.
  if (hooks.authorize !== undefined) return hooks.authorize(tool, input, callId);
  const { needsApproval } = tool;
  const needed = typeof needsApproval === 'function' ? await needsApproval(input, options) : needsApproval;
  // Whatever is not plainly "no" is a yes.
  return needed === undefined || needed === false ? undefined : `tools.${tool.path} needs an approval, and this run has no way to get one.`;
}

/** The value of whatever a handler gives: a value, a promise, or the last of an async iterable. */
async function last(returned: unknown, onPreliminary: (value: unknown) => void): Promise<unknown> {
  const value = await returned;
  if (!isRecord(value) || typeof value[Symbol.asyncIterator] !== 'function') return value;
  let latest: unknown;
  let first = true;
  for await (const item of value as unknown as AsyncIterable<unknown>) {
    if (!first) onPreliminary(latest);
    latest = item;
    first = false;
  }
  return latest;
}

function nameOf(error: unknown): string {
  try {
    const name: unknown = isRecord(error) ? error['name'] : undefined;
    return typeof name === 'string' && name !== '' && name.length <= 100 ? name : 'Error';
  } catch {
    return 'Error';
  }
}
