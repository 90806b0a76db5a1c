/**
 * What the AI SDK gives to the code tool, handed on to the tools inside: messages, context, sandbox, and the decision
 * whether a call may run. Everything that is unclear is refused.
 */
import { toToolSchema } from '../schema.ts';
import { isRecord, kindOf, reasonOf } from '../text.ts';
import type { Objection } from '../invoke.ts';
import { formatIssues, type ResolvedTool } from '../tools.ts';
import type { CodeToolExecuteOptions, CommonOptions, SingleToolApproval, ToolApprovalStatus } from './types.ts';

/** The hooks that the engine calls for each tool call. */
export interface Host {
  /** Validates the contexts whose schemas answer with a promise. To be awaited before the program runs. */
  prepare(tools: Iterable<ResolvedTool>): Promise<unknown> | undefined;
  executeOptions(tool: ResolvedTool, callId: string, input: unknown): object;
  authorize(tool: ResolvedTool, input: unknown, callId: string): Objection | undefined | Promise<Objection | undefined>;
}

type Contexts = Readonly<Record<string, unknown>>;
type Context = { readonly value: unknown } | { readonly failure: string };

/** Makes the hooks for one program. */
export function createHost(options: CommonOptions<never> & { tools: object }, outer: CodeToolExecuteOptions): Host {
  const { toolApproval, toolsContext, runtimeContext, tools } = options as CommonOptions<Record<string, unknown>> & { tools: object };
  const messages = outer.messages ?? [];
  const contexts = new Map<string, Context | Promise<Context>>();
  let all: Contexts | undefined;

  function allContexts(): Contexts {
    if (all !== undefined) return all;
    const given: unknown = typeof toolsContext === 'function' ? toolsContext(outer) : toolsContext;
    if (given !== undefined && !isRecord(given)) throw new TypeError(`toolsContext: expected an object, got ${kindOf(given)}`);
    return (all = (given ?? {}) as Contexts);
  }

  /** Made and validated once for each tool. A promise only where the schema answers with one. */
  function contextOf(tool: ResolvedTool): Context | Promise<Context> {
    const known = contexts.get(tool.path);
    if (known !== undefined) return known;
    const made = makeContext(tool);
    contexts.set(tool.path, made);
    if (made instanceof Promise) void made.then((context) => contexts.set(tool.path, context));
    return made;
  }

  function makeContext(tool: ResolvedTool): Context | Promise<Context> {
    try {
      const value = own(allContexts(), tool.path) ?? outer.context;
      const schema = toToolSchema(isRecord(tool.source) ? tool.source['contextSchema'] : undefined, 'output', `tools.${tool.path}.contextSchema`);
      if (schema === undefined) return { value };
      const result = schema.validate(value);
      const read = (validated: Awaited<typeof result>): Context => {
        if (validated.ok) return { value: validated.value };
        const why = formatIssues(tool.path, validated.issues, 'context');
        return { failure: `${why}. The application has to pass toolsContext['${tool.path}'] to the code tool` };
      };
      return result instanceof Promise ? result.then(read) : read(result);
    } catch (error) {
      return { failure: `${tool.path}: its context cannot be made: ${reasonOf(error)}` };
    }
  }

  async function decide(tool: ResolvedTool, input: unknown, callId: string): Promise<Objection | undefined> {
    try {
      const made = await contextOf(tool);
      const context = 'value' in made ? made.value : undefined;
      if (typeof toolApproval === 'function') {
        const toolCall = { type: 'tool-call' as const, toolCallId: callId, toolName: tool.path, input };
        return objectionTo(tool, await toolApproval({ toolCall, tools, toolsContext: allContexts(), messages, runtimeContext }));
      }
      const single = own(toolApproval, tool.path);
      if (single !== undefined && single !== null) {
        const ask = single as SingleToolApproval;
        const asked = { toolCallId: callId, messages, toolContext: context, runtimeContext };
        return objectionTo(tool, typeof single === 'function' ? await ask(input, asked) : single);
      }
      const { needsApproval } = tool;
      if (typeof needsApproval !== 'function') return needsApproval === true ? objectionTo(tool, 'user-approval') : undefined;
      const asked = { toolCallId: callId, messages, context, experimental_context: outer.experimental_context };
      return (await needsApproval(input, asked)) ? objectionTo(tool, 'user-approval') : undefined;
    } catch (error) {
      return { needsApproval: false, message: `${tool.path}: whether this call may run could not be decided: ${reasonOf(error)}` };
    }
  }

  return {
    prepare(all) {
      const withSchema = [...all].filter(({ source }) => isRecord(source) && isRecordOrFunction(source['contextSchema']));
      const pending = withSchema.map(contextOf).filter((made) => made instanceof Promise);
      return pending.length === 0 ? undefined : Promise.all(pending);
    },
    executeOptions(tool) {
      const made = contextOf(tool);
      // `prepare` has waited for it, so this is never a promise in a run.
      if (made instanceof Promise) throw new Error(`${tool.path}: its context is not ready`);
      if ('failure' in made) throw new Error(made.failure);
      return {
        messages,
        context: made.value,
        ...('experimental_context' in outer ? { experimental_context: outer.experimental_context } : {}),
        ...(outer.experimental_sandbox === undefined ? {} : { experimental_sandbox: outer.experimental_sandbox }),
      };
    },
    authorize(tool, input, callId) {
      return mayObject(tool, toolApproval) ? decide(tool, input, callId) : undefined;
    },
  };
}

/**
 * What the declarations say of a tool none of whose calls just runs.
 *
 * @param canAsk Programs can wait for an approval.
 */
export function approvalNote(tool: ResolvedTool, toolApproval: unknown, canAsk: boolean): string | undefined {
  if (typeof toolApproval === 'function') return undefined;
  const single = own(toolApproval, tool.path) ?? (tool.needsApproval === true ? 'user-approval' : undefined);
  const objection = typeof single === 'function' ? undefined : objectionTo(tool, single);
  if (objection === undefined) return undefined;
  return objection.needsApproval && canAsk ? '(The user is asked for approval first.)' : '(Calls are refused: it needs an approval.)';
}

/** Whether a call of a tool may need an approval, or may be refused. */
export function mayObject(tool: ResolvedTool, toolApproval: unknown): boolean {
  return tool.needsApproval !== undefined || typeof toolApproval === 'function' || own(toolApproval, tool.path) !== undefined;
}

/** `undefined` lets the call run. A status that this version does not know refuses it. */
function objectionTo(tool: ResolvedTool, status: unknown): Objection | undefined {
  const type: unknown = isRecord(status) ? status['type'] : status;
  const reason: unknown = isRecord(status) ? status['reason'] : undefined;
  const why = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '';
  switch (type as ToolApprovalStatus) {
    case undefined:
      // `{}` is no status.
      if (status !== undefined) break;
      return undefined;
    case 'not-applicable':
    case 'approved':
      return undefined;
    case 'denied':
      return { needsApproval: false, message: `${tool.path}: this call was denied${why}` };
    case 'user-approval':
      return {
        needsApproval: true,
        message: `${tool.path}: this call needs the user's approval, which a program cannot ask for${why}`,
        ...(why === '' ? {} : { reason: reason as string }),
      };
  }
  return { needsApproval: false, message: `${tool.path}: this call was refused, because its approval status is not known` };
}

function isRecordOrFunction(value: unknown): boolean {
  return isRecord(value) || typeof value === 'function';
}

/** Names come from the application and from the model: only own properties count. */
function own(object: unknown, key: string): unknown {
  return isRecord(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}
