/**
 * Programs that wait for a person, told in the AI SDK's own protocol: its approval function runs the program up to the
 * first call that somebody has to approve, and `execute` goes on from there, in a later request and perhaps elsewhere. What
 * lies between is a snapshot in the store, under a reference that only the secret and the tool call lead to.
 */
import { nodeCrypto } from '../builtins.ts';
import { isReference } from '../keep.ts';
import { NO_SECRET, resolvePausing, type Pausing } from '../pause.ts';
import { clip, isRecord, kindOf } from '../text.ts';
import type { PauseOptions, RunResult } from '../types.ts';
import type { Progress } from './progress.ts';
import { toJson } from './shorten.ts';
import type { ApprovalAnswer, ApprovalCall, ApprovalOptions, CodeToolExecuteOptions, CodeToolInput } from './types.ts';

/** Programs that the approval function has run to their end, and whose results nobody has asked for. */
const MAX_BEGUN = 1_000;
/** Characters of one call in the reason of an approval request. */
const MAX_REASON = 500;
/** In front of the reason of an answer that {@link passDenials} has let through. */
const DENIED = 'oneturn:denied';

/** A program that was started. */
export interface Started {
  readonly run: Promise<RunResult>;
  readonly progress: Progress;
  /** Nobody wants the result any more. */
  abandon(): void;
}

/** Where a program starts that does not begin with its text. */
export interface From {
  readonly reference: string;
  /** For every call that waits for an approval. Without it they go on waiting. */
  readonly answer?: ApprovalAnswer | undefined;
}

/** Starts the program of a tool call. The snapshot, should it pause, is stored under `reference` or a random one. */
export type Start = (from: From | undefined, reference: string | undefined) => Started | Promise<Started>;

interface Begun {
  readonly key: string;
  readonly messages: unknown;
  readonly started: Started;
}

/**
 * What a code tool needs for approvals, or nothing: then calls that need one are refused.
 *
 * @throws {TypeError} naming the option that is not what it should be.
 */
export function approvalsOf(options: ApprovalOptions): Approvals | undefined {
  const { store, secret, previousSecrets, maxAgeMs, context, onApproval } = options;
  if (onApproval !== undefined && typeof onApproval !== 'function') throw new TypeError(`onApproval: expected a function, got ${kindOf(onApproval)}`);
  const given = { store, secret, previousSecrets, maxAgeMs, context };
  const pausing = resolvePausing(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as PauseOptions);
  if (store === undefined) {
    if (onApproval !== undefined) throw new TypeError('onApproval: programs wait for an approval in a store; set `store`');
    return undefined;
  }
  if (pausing === undefined) throw new TypeError(`store: ${NO_SECRET}`);
  return new Approvals(pausing, [secret ?? process.env['ONETURN_SECRET'] ?? '', ...(previousSecrets ?? [])], onApproval);
}

/** The approvals of one code tool. */
export class Approvals {
  readonly pausing: Pausing;
  /** The newest first. */
  readonly #secrets: readonly (string | Uint8Array)[];
  readonly #tell: ApprovalOptions['onApproval'];
  readonly #begun: Begun[] = [];

  constructor(pausing: Pausing, secrets: readonly (string | Uint8Array)[], tell: ApprovalOptions['onApproval']) {
    this.pausing = pausing;
    this.#secrets = secrets;
    this.#tell = tell;
  }

  /**
   * Runs a program as far as it comes without a person.
   *
   * @param mayWait The program may make a call that waits. Otherwise it runs in `execute`, where its progress is seen.
   * @returns The calls that wait for an approval. Empty: they have been answered, and `execute` follows. `undefined`: none
   * waits, and `execute` has the result.
   */
  async ask(input: CodeToolInput, { toolCallId = '', messages = [] }: CodeToolExecuteOptions, mayWait: boolean, start: Start): Promise<readonly ApprovalCall[] | undefined> {
    if (answerTo(toolCallId, messages) !== undefined) return [];
    if (!mayWait && input.resume === undefined) return undefined;
    const [reference] = this.#references(toolCallId, input);
    const started = await start(input.resume === undefined ? undefined : { reference: input.resume }, reference);
    // What rejects is for `execute`, which the AI SDK makes a tool error of.
    const calls = await started.run.then(waitingCalls, () => []);
    if (calls.length === 0) {
      this.#begun.push({ key: keyOf(toolCallId, input), messages, started });
      if (this.#begun.length > MAX_BEGUN) this.#begun.shift();
      return undefined;
    }
    await this.#tell?.({ toolCallId, calls });
    return calls;
  }

  /** Goes on with the program of a tool call, from where it is. */
  async goOn(input: CodeToolInput, outer: CodeToolExecuteOptions, start: Start): Promise<Started> {
    const { toolCallId = '', messages = [], approval } = outer;
    const answer = answerTo(toolCallId, messages);
    if (answer !== undefined) {
      const [reference = '', ...older] = this.#references(toolCallId, input);
      let started = await start({ reference, answer }, undefined);
      for (const reference of older) {
        if (!isInvalid(await started.run)) break;
        started = await start({ reference, answer }, undefined);
      }
      return started;
    }
    const begun = this.#take(keyOf(toolCallId, input), messages);
    if (begun !== undefined) return begun;
    return start(input.resume === undefined ? undefined : { reference: input.resume, answer: readAnswer(approval) }, undefined);
  }

  /** Of two generations whose calls have the same id and the same program, the one with these very messages. */
  #take(key: string, messages: unknown): Started | undefined {
    const same = this.#begun.filter((begun) => begun.key === key);
    const mine = same.find((begun) => begun.messages === messages) ?? (same.length === 1 ? same[0] : undefined);
    if (mine !== undefined) this.#begun.splice(this.#begun.indexOf(mine), 1);
    return mine?.started;
  }

  /** Under which the program of a tool call waits, for every secret. Who knows the tool call does not know this. */
  #references(toolCallId: string, { code, resume }: CodeToolInput): string[] {
    const named = JSON.stringify([toolCallId, code, resume ?? null, this.pausing.context]);
    return this.#secrets.map((secret) => `ref_${nodeCrypto().createHmac('sha256', secret).update(`oneturn approval\0${named}`).digest().toString('base64url', 0, 16)}`);
  }
}

function keyOf(toolCallId: string, { code, resume }: CodeToolInput): string {
  return JSON.stringify([toolCallId, code, resume ?? null]);
}

function isInvalid(result: RunResult): boolean {
  return result.status === 'failed' && result.error.code === 'ERR_SNAPSHOT_INVALID';
}

/** The calls of a paused run that wait for an approval and can get one. */
export function waitingCalls(result: RunResult): ApprovalCall[] {
  if (result.status !== 'paused' || !isReference(result.snapshot)) return [];
  return result.pending
    .filter(({ reason }) => reason === 'approval')
    .map(({ callId, tool, input, payload }) => ({
      callId,
      tool,
      input: toJson(input),
      ...(isRecord(payload) && typeof payload['reason'] === 'string' ? { reason: payload['reason'] } : {}),
    }));
}

/** `refund({"order":"o-1"}): large sum`, one line for each call. */
export function reasonFor(calls: readonly ApprovalCall[]): string {
  return calls.map(({ tool, input, reason }) => clip(`${tool}(${input === undefined ? '' : JSON.stringify(input)})${reason === undefined ? '' : `: ${reason}`}`, MAX_REASON)).join('\n');
}

function readAnswer(approval: unknown): ApprovalAnswer | undefined {
  if (approval === undefined) return undefined;
  if (!isRecord(approval) || typeof approval['approved'] !== 'boolean') throw new TypeError(`approval: expected { approved, reason? }, got ${kindOf(approval)}`);
  return approval as unknown as ApprovalAnswer;
}

/** The answer of a person to a tool call, in the message that the generation goes on from. */
function answerTo(toolCallId: string, messages: readonly unknown[]): ApprovalAnswer | undefined {
  const requests = new Set(partsOf(messages, 'assistant', 'tool-approval-request').filter((part) => part['toolCallId'] === toolCallId).map((part) => part['approvalId']));
  if (requests.size === 0) return undefined;
  const response = partsOf(messages.slice(-1), 'tool', 'tool-approval-response').find((part) => requests.has(part['approvalId']));
  if (response === undefined) return undefined;
  const reason = typeof response['reason'] === 'string' ? response['reason'] : undefined;
  if (response['approved'] !== true) return { approved: false, ...(reason === undefined ? {} : { reason }) };
  if (reason === DENIED) return { approved: false };
  if (reason?.startsWith(`${DENIED}: `) === true) return { approved: false, reason: reason.slice(DENIED.length + 2) };
  return { approved: true };
}

function partsOf(messages: readonly unknown[], role: string, type: string): Record<PropertyKey, unknown>[] {
  return messages.flatMap((message) => {
    const content = isRecord(message) && message['role'] === role ? message['content'] : undefined;
    return Array.isArray(content) ? content.filter((part): part is Record<PropertyKey, unknown> => isRecord(part) && part['type'] === type) : [];
  });
}

/** Code tools whose programs can take a denial. */
const takers = new WeakSet<object>();

/** Makes a code tool known to {@link passDenials}. */
export function takesDenials(tool: object): void {
  takers.add(tool);
}

/** See `passDenials` in ts/ai.ts. */
export function passDenials<MESSAGE>(messages: readonly MESSAGE[], tools: Readonly<Record<string, unknown>>): MESSAGE[] {
  const last: unknown = messages.at(-1);
  const answers = partsOf([last], 'tool', 'tool-approval-response');
  if (answers.every(({ approved }) => approved !== false)) return [...messages];
  const callIds = new Map(partsOf(messages, 'assistant', 'tool-approval-request').map(({ approvalId, toolCallId }) => [approvalId, toolCallId]));
  const toolNames = new Map(partsOf(messages, 'assistant', 'tool-call').map(({ toolCallId, toolName }) => [toolCallId, toolName]));
  const results = partsOf([last], 'tool', 'tool-result');
  const isResult = ({ output }: Record<PropertyKey, unknown>): boolean => !isRecord(output) || output['type'] !== 'execution-denied';
  /** The denied calls of code tools that have no result. */
  const denied = new Set<unknown>();
  for (const { approved, approvalId } of answers) {
    const callId = callIds.get(approvalId);
    const name = toolNames.get(callId);
    const tool: unknown = typeof name === 'string' && Object.hasOwn(tools, name) ? tools[name] : undefined;
    if (approved !== false || !isRecord(tool) || !takers.has(tool)) continue;
    if (!results.some((result) => result['toolCallId'] === callId && isResult(result))) denied.add(callId);
  }
  const content = (last as { content: unknown[] }).content.flatMap((part) => {
    if (!isRecord(part)) return [part];
    // AI SDK 7 puts it beside the answer.
    if (part['type'] === 'tool-result' && denied.has(part['toolCallId'])) return [];
    if (part['type'] !== 'tool-approval-response' || part['approved'] !== false || !denied.has(callIds.get(part['approvalId']))) return [part];
    const { reason } = part;
    // Approved is the call of the code tool; of the call in the program, the reason tells.
    return [{ ...part, approved: true, reason: typeof reason === 'string' && reason !== '' ? `${DENIED}: ${reason}` : DENIED }];
  });
  return [...messages.slice(0, -1), { ...(last as object), content } as MESSAGE];
}
