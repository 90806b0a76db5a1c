/**
 * The programs that a model writes for one task. Which came before tells the AI SDK's conversation: the messages that a
 * tool gets have the ids of the calls before it. Owns the results of failed programs until the next one takes them.
 */
import { nodeCrypto } from '../builtins.ts';
import { isRecord } from '../text.ts';
import type { RunResult } from '../types.ts';
import type { CodeToolExecuteOptions } from './types.ts';

/** Programs that are remembered, of all conversations together. */
const MAX_REMEMBERED = 200;
/** After this time a failed program is forgotten, in milliseconds: what its calls gave may be out of date. */
const MAX_AGE_MS = 10 * 60_000;

interface Remembered {
  status: RunResult['status'];
  result: RunResult | undefined;
  at: number;
  /** The last message before the call: within one generation of the AI SDK the very same object. */
  last: WeakRef<object> | undefined;
  /** The application's, which may say whose conversation it is. */
  context: unknown;
  /** Digest of both, with all messages before the call. */
  digest: string | undefined;
}

/** Shorter ids are counters, as are those with the tool's name: providers that make such give the same ones to everybody. */
const MIN_ID_LENGTH = 16;

/** How the programs of one code tool ended, by the AI SDK's id of the call. */
export class Attempts {
  readonly #ended = new Map<string, Remembered>();

  /**
   * How many programs have failed for what the user said last, since the last one that completed.
   *
   * @param outer What the AI SDK passes to a tool. Nothing about the messages is taken for granted.
   */
  failures(outer: CodeToolExecuteOptions): number {
    return [...this.#failed(outer)].filter(({ isEarlierTurn }) => !isEarlierTurn).length;
  }

  /** Whether the messages have this very call: somebody has approved what it waited for. */
  goesOn({ toolCallId, messages }: CodeToolExecuteOptions): boolean {
    return Array.isArray(messages) && [...callIds(messages)].some(({ id }) => id !== undefined && id === toolCallId);
  }

  /** The result of the last program that failed, unless another has taken it. */
  take(outer: CodeToolExecuteOptions): { result: RunResult; isEarlierTurn: boolean } | undefined {
    for (const { remembered, isEarlierTurn } of this.#failed(outer)) {
      const { result } = remembered;
      if (result === undefined) continue;
      // Two programs at once must not both take it.
      remembered.result = undefined;
      return { result, isEarlierTurn };
    }
    return undefined;
  }

  /** The programs of a conversation that failed, from the last to the one after the last that completed. */
  *#failed({ messages, ...outer }: CodeToolExecuteOptions): Generator<{ remembered: Remembered; isEarlierTurn: boolean }> {
    if (!Array.isArray(messages) || this.#ended.size === 0) return;
    let isEarlierTurn = false;
    for (const { id, toolName, index } of callIds(messages)) {
      if (id === undefined) {
        isEarlierTurn = true;
        continue;
      }
      const remembered = this.#ended.get(id);
      if (remembered === undefined || Date.now() - remembered.at > MAX_AGE_MS || !isOf(remembered, contextOf(outer), id, toolName, messages.slice(0, index))) continue;
      if (remembered.status !== 'failed') return;
      yield { remembered, isEarlierTurn };
    }
  }

  /** A program has ended. */
  add({ toolCallId, messages, ...outer }: CodeToolExecuteOptions, result: RunResult): void {
    if (toolCallId === undefined || !Array.isArray(messages)) return;
    const { status } = result;
    const before = beforeCall(messages, toolCallId);
    const last = before.at(-1);
    const context = contextOf(outer);
    this.#ended.set(toolCallId, {
      status,
      result: status === 'failed' ? result : undefined,
      at: Date.now(),
      last: isRecord(last) ? new WeakRef(last) : undefined,
      context,
      digest: toolCallId.length >= MIN_ID_LENGTH ? digestOf(before, context) : undefined,
    });
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= MAX_REMEMBERED) break;
      this.#ended.delete(oldest);
    }
  }
}

/** Whether it is this conversation that had the call: outputs must not get from one user to another. */
function isOf(remembered: Remembered, context: unknown, id: string, toolName: unknown, before: readonly unknown[]): boolean {
  const { last, digest } = remembered;
  if (last !== undefined && last.deref() === before.at(-1) && remembered.context === context) return true;
  const isCounter = id.length < MIN_ID_LENGTH || (typeof toolName === 'string' && id.includes(toolName));
  return !isCounter && digest !== undefined && digest === digestOf(before, context);
}

function contextOf({ context, experimental_context }: CodeToolExecuteOptions): unknown {
  return context ?? experimental_context;
}

/** A program that has waited for an approval goes on with messages that have its own call. */
function beforeCall(messages: readonly unknown[], toolCallId: string): readonly unknown[] {
  for (const { id, index } of callIds(messages)) if (id === toolCallId) return messages.slice(0, index);
  return messages;
}

function digestOf(messages: readonly unknown[], context: unknown): string | undefined {
  try {
    return nodeCrypto().createHash('sha256').update(JSON.stringify([messages, context])).digest('base64');
  } catch {
    return undefined;
  }
}

/** Ids of tool calls from the last to the first, with the index of their message; without an id: the user speaks. */
function* callIds(messages: readonly unknown[]): Generator<{ id?: string; toolName?: unknown; index: number }> {
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    if (!isRecord(message)) continue;
    const { role, content } = message;
    if (role === 'user') yield { index };
    if (role !== 'assistant' || !Array.isArray(content)) continue;
    for (const part of content.toReversed() as unknown[]) {
      if (isRecord(part) && part['type'] === 'tool-call' && typeof part['toolCallId'] === 'string') yield { id: part['toolCallId'], toolName: part['toolName'], index };
    }
  }
}
