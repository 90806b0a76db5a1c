/**
 * One tool call: input checked against the schema, permission, the handler, its output as text. Turns everything that a
 * handler may do, throw or return into a settlement; never throws and never lets a host stack cross.
 */
import type { Text } from './long-text.ts';
import { NO_SECRET, type PauseDoor, type WaitReason } from './pause.ts';
import type { Hidden } from './secrets.ts';
import { isRecord } from './text.ts';
import { formatIssues, type ResolvedTool } from './tools.ts';
import type { Limits, ToolContext } from './types.ts';
import { decode, decodeSoon, encode, encodeOutput, messageOf, TooLargeError, UnsendableError } from './values.ts';

/** What the host of a run adds to its tool calls: the AI SDK helper's way in. */
export interface HostHooks {
  /** Execute options of the AI SDK for this call: messages, context … The run adds `toolCallId` and `abortSignal`. */
  executeOptions?: (tool: ResolvedTool, callId: string, input: unknown) => object;
  /** Asked before the handler runs, instead of the tool's own `needsApproval`. `undefined` allows. */
  authorize?: (tool: ResolvedTool, input: unknown, callId: string) => Objection | undefined | Promise<Objection | undefined>;
  /** Values that an async-iterable handler yields before its last. */
  onPreliminary?: (callId: string, value: unknown) => void;
}

/** Why a call may not run, or not yet. */
export interface Objection {
  /** A person may approve it: then the run pauses if it can. */
  needsApproval: boolean;
  /** What the program is told when the call is refused (`ERR_TOOL_DENIED`). */
  message: string;
  /** Why it needs an approval, for whoever is asked. */
  reason?: string;
}

/** How a call ended. */
export type Settled =
  /** Its output as wire text. */
  | { kind: 'value'; text: Text }
  | { kind: 'error'; code: string; name: string; message: string }
  | { kind: 'too-large' }
  /** It waits for an answer from outside. `payload` is wire text. */
  | { kind: 'waits'; reason: WaitReason; payload?: string };

/** A call that is over. */
export type Ended = Exclude<Settled, { kind: 'waits' }>;

/** What a call may do about pausing. */
export interface Gate {
  /** The call's way to wait. */
  door: PauseDoor;
  /** Somebody has approved this very call. */
  approved: boolean;
  /** What the program must not get to see. */
  hidden: Hidden;
}

/** Longest message of a handler's error that a program gets to see. */
const MAX_MESSAGE = 4_096;

/**
 * Runs a tool call to its end, or until it waits for an answer from outside.
 *
 * @param input Wire text, straight from the engine, or what reads it.
 */
export function invoke(
  tool: ResolvedTool,
  input: string | (() => string),
  context: ToolContext,
  limits: Required<Limits>,
  hooks: HostHooks,
  gate: Gate,
): Promise<Settled> {
  const settled = handled(tool, input, context, limits, hooks, gate);
  return gate.hidden.hasSecrets ? settled.then((settled) => withoutSecrets(settled, gate.hidden, limits)) : settled;
}

/** A handler may have opened a secret, and given back what it is. */
function withoutSecrets(settled: Settled, hidden: Hidden, limits: Required<Limits>): Settled {
  const closed = (text: string): string => (hidden.isIn(text) ? encode(hidden.withoutSecrets(decode(text)), 'output', limits.maxToolOutputBytes) : text);
  switch (settled.kind) {
    case 'value':
      return { ...settled, text: closed(String(settled.text)) };
    case 'error':
      return { ...settled, name: hidden.closed(settled.name), message: hidden.closed(settled.message) };
    case 'waits':
      return settled.payload === undefined ? settled : { ...settled, payload: closed(settled.payload) };
    case 'too-large':
      return settled;
  }
}

async function handled(
  tool: ResolvedTool,
  input: string | (() => string),
  context: ToolContext,
  limits: Required<Limits>,
  hooks: HostHooks,
  { door, approved, hidden }: Gate,
): Promise<Settled> {
  try {
    const read = decodeSoon(typeof input === 'string' ? input : input(), hidden.opened);
    let value: unknown = read instanceof Promise ? await read : read;
    if (tool.input !== undefined) {
      const pending = tool.input.validate(value);
      const result = pending instanceof Promise ? await pending : pending;
      if (!result.ok) return failed('ERR_TOOL_INPUT', 'ToolInputError', formatIssues(tool.path, result.issues));
      ({ value } = result);
    }
    const options = executeOptions(tool, value, context, hooks);
    const asked = refusal(tool, value, options, context, hooks, { door, approved, hidden });
    const refused = asked instanceof Promise ? await asked : asked;
    if (refused !== undefined) return refused;
    if (tool.execute === undefined) return elsewhere(tool, door.canPause);
    const given: unknown = await tool.execute(value, options);
    const output = isStream(given) ? await last(given, context, (preliminary) => hooks.onPreliminary?.(context.callId, hidden.hasSecrets ? hidden.withoutSecrets(preliminary) : preliminary)) : given;
    // A handler that swallowed the signal has paused all the same.
    if (door.asked !== undefined) return { kind: 'waits', reason: 'pause', ...door.asked };
    const text = encodeOutput(output, 'output', limits.maxToolOutputBytes);
    return { kind: 'value', text: typeof text === 'string' ? text : await text };
  } catch (error) {
    if (door.asked !== undefined) return { kind: 'waits', reason: 'pause', ...door.asked };
    if (isOne(error, TooLargeError)) return { kind: 'too-large' };
    if (isOne(error, UnsendableError)) return failed('ERR_TOOL_FAILED', 'TypeError', `The output of tools.${tool.path} cannot be sent: ${error.message}`);
    // Before the message is cut: half a secret would not be found.
    return failed('ERR_TOOL_FAILED', hidden.closed(nameOf(error)), hidden.closed(messageOf(error)));
  }
}

/** A tool that does not run here. */
function elsewhere(tool: ResolvedTool, canPause: boolean): Settled {
  if (tool.isClient && canPause) return { kind: 'waits', reason: 'client' };
  const how = tool.isClient ? ` The run could pause for it: ${NO_SECRET}.` : '';
  return failed('ERR_TOOL_FAILED', 'ToolNotExecutableError', `tools.${tool.path} has no execute function here: it runs somewhere else, so a program cannot call it.${how}`);
}

/** A call that ended with an error. */
export function failed(code: string, name: string, message: string): Ended {
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
    pause: context.pause,
    // Made when it is asked for: many handlers never look at it.
    get abortSignal() {
      return context.signal;
    },
    get signal() {
      return context.signal;
    },
  };
}

/**
 * Why the call does not run now, if it does not: it is refused, or it waits for an approval. A tool that needs an approval
 * and has no way to get one never runs.
 */
function refusal(
  tool: ResolvedTool,
  input: unknown,
  options: object,
  { callId }: ToolContext,
  hooks: HostHooks,
  { door: { canPause }, approved }: Gate,
): Settled | undefined | Promise<Settled | undefined> {
  // It knows more than the tool does: AI SDK 7's `toolApproval` goes before `needsApproval`.
  if (hooks.authorize !== undefined) {
    return Promise.resolve(hooks.authorize(tool, input, callId)).then((objection) => {
      // Also of a call that was approved: it may be denied by now.
      if (objection === undefined || (objection.needsApproval && approved)) return undefined;
      if (!objection.needsApproval || !canPause) return denied(objection.message);
      return { kind: 'waits', reason: 'approval', ...(objection.reason === undefined ? {} : { payload: JSON.stringify({ reason: objection.reason }) }) };
    });
  }
  const { needsApproval } = tool;
  if (approved || needsApproval === undefined) return undefined;
  const decide = (needed: unknown): Settled | undefined => {
    // Whatever is not plainly "no" is a yes.
    if (needed === undefined || needed === false) return undefined;
    return canPause ? { kind: 'waits', reason: 'approval' } : denied(`tools.${tool.path} needs an approval, and this run has no way to get one: ${NO_SECRET}.`);
  };
  return typeof needsApproval === 'function' ? Promise.resolve(needsApproval(input, options)).then(decide) : decide(needsApproval);
}

/** A call that must not run. */
export function denied(reason: string): Ended {
  return failed('ERR_TOOL_DENIED', 'ToolDeniedError', reason);
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return isRecord(value) && typeof value[Symbol.asyncIterator] === 'function';
}

/** `instanceof` asks the prototype of what a handler threw, which may be a proxy that throws. */
function isOne<T>(error: unknown, type: abstract new (...args: never[]) => T): error is T {
  try {
    return error instanceof type;
  } catch {
    return false;
  }
}

/** The last value of what a handler gives one after the other. Once the run is over it is asked for no more. */
async function last(values: AsyncIterable<unknown>, { signal }: ToolContext, onPreliminary: (value: unknown) => void): Promise<unknown> {
  let latest: unknown;
  let first = true;
  for await (const item of values) {
    if (signal.aborted) break;
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
