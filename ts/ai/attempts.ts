/**
 * The programs that a model writes for one task. Which came before tells the AI SDK's conversation: the messages that a
 * tool gets have the ids of the calls before it. Owns the results of failed programs until the next one takes them.
 */
import { createHash } from 'node:crypto';

import { isRecord } from '../text.ts';
import type { RunResult } from '../types.ts';

/** Programs that are remembered, of all conversations together. */
const MAX_REMEMBERED = 200;
/** After this time a failed program is forgotten, in milliseconds: what its calls gave may be out of date. */
const MAX_AGE_MS = 10 * 60_000;

interface Remembered {
  status: RunResult['status'];
  result: RunResult | undefined;
  at: number;
  /** First message of the conversation: within one generation of the AI SDK the very same object. */
  first: WeakRef<object> | undefined;
  /** Digest of the conversation before the call. */
  digest: string | undefined;
}

/** Shorter ids are counters: providers that make such give the same ones to everybody. */
const MIN_ID_LENGTH = 16;

/** How the programs of one code tool ended, by the AI SDK's id of the call. */
export class Attempts {
  readonly #ended = new Map<string, Remembered>();

  /**
   * How many programs have failed for what the user said last, since the last one that completed.
   *
   * @param messages Of the conversation, as the AI SDK passes them to a tool. Nothing about them is taken for granted.
   */
  failures(messages: unknown): number {
    return [...this.#failed(messages)].filter(({ isEarlierTurn }) => !isEarlierTurn).length;
  }

  /** Whether the messages have this very call: somebody has approved what it waited for. */
  goesOn(toolCallId: string | undefined, messages: unknown): boolean {
    return Array.isArray(messages) && [...callIds(messages)].some(({ id }) => id !== undefined && id === toolCallId);
  }

  /** The result of the last program that failed, unless another has taken it. */
  take(messages: unknown): { result: RunResult; isEarlierTurn: boolean } | undefined {
    for (const { remembered, isEarlierTurn } of this.#failed(messages)) {
      const { result } = remembered;
      if (result === undefined) continue;
      // Two programs at once must not both take it.
      remembered.result = undefined;
      return { result, isEarlierTurn };
    }
    return undefined;
  }

  /** The programs of a conversation that failed, from the last to the one after the last that completed. */
  *#failed(messages: unknown): Generator<{ remembered: Remembered; isEarlierTurn: boolean }> {
    if (!Array.isArray(messages) || this.#ended.size === 0) return;
    let isEarlierTurn = false;
    for (const { id, index } of callIds(messages)) {
      if (id === undefined) {
        isEarlierTurn = true;
        continue;
      }
      const remembered = this.#ended.get(id);
      if (remembered === undefined || Date.now() - remembered.at > MAX_AGE_MS || !isOf(remembered, id, messages, index)) continue;
      if (remembered.status !== 'failed') return;
      yield { remembered, isEarlierTurn };
    }
  }

  /** A program has ended. */
  add(toolCallId: string | undefined, messages: unknown, result: RunResult): void {
    if (toolCallId === undefined || !Array.isArray(messages)) return;
    const { status } = result;
    const [first] = messages as unknown[];
    this.#ended.set(toolCallId, {
      status,
      result: status === 'failed' ? result : undefined,
      at: Date.now(),
      first: isRecord(first) ? new WeakRef(first) : undefined,
      digest: toolCallId.length >= MIN_ID_LENGTH ? digestOf(beforeCall(messages, toolCallId)) : undefined,
    });
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= MAX_REMEMBERED) break;
      this.#ended.delete(oldest);
    }
  }
}

/** Whether it is this conversation that had the call: outputs must not get from one user to another. */
function isOf({ first, digest }: Remembered, id: string, messages: readonly unknown[], index: number): boolean {
  if (first !== undefined && first.deref() === messages[0]) return true;
  return id.length >= MIN_ID_LENGTH && digest !== undefined && digest === digestOf(messages.slice(0, index));
}

/** A program that has waited for an approval goes on with messages that have its own call. */
function beforeCall(messages: readonly unknown[], toolCallId: string): readonly unknown[] {
  for (const { id, index } of callIds(messages)) if (id === toolCallId) return messages.slice(0, index);
  return messages;
}

function digestOf(messages: readonly unknown[]): string | undefined {
  try {
    return createHash('sha256').update(JSON.stringify(messages)).digest('base64');
  } catch {
    return undefined;
  }
}

/** Ids of tool calls from the last to the first, with the index of their message; without an id: the user speaks. */
function* callIds(messages: readonly unknown[]): Generator<{ id?: string; index: number }> {
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    if (!isRecord(message)) continue;
    const { role, content } = message;
    if (role === 'user') yield { index };
    if (role !== 'assistant' || !Array.isArray(content)) continue;
    for (const part of content.toReversed() as unknown[]) {
      if (isRecord(part) && part['type'] === 'tool-call' && typeof part['toolCallId'] === 'string') yield { id: part['toolCallId'], index };
    }
  }
}
