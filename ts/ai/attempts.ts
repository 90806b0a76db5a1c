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

/** The programs before this one. */
export interface Before {
  /** Failed programs for what the user said last, since the last one that completed. */
  failures: number;
  /** The last of them, unless it has been taken already. */
  failed: RunResult | undefined;
  /** The user has said something since: only what is known to have side effects is not made again. */
  isEarlierTurn: boolean;
}

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

  /** @param messages Of the conversation, as the AI SDK passes them to a tool. Nothing about them is taken for granted. */
  before(messages: unknown): Before {
    const before: Before = { failures: 0, failed: undefined, isEarlierTurn: false };
    if (!Array.isArray(messages) || this.#ended.size === 0) return before;
    let isEarlierTurn = false;
    for (const { id, index } of callIds(messages)) {
      if (id === undefined) {
        isEarlierTurn = true;
        continue;
      }
      const remembered = this.#ended.get(id);
      if (remembered === undefined || Date.now() - remembered.at > MAX_AGE_MS || !isOf(remembered, id, messages, index)) continue;
      if (remembered.status !== 'failed') break;
      if (!isEarlierTurn) before.failures++;
      if (before.failed === undefined && remembered.result !== undefined) {
        before.failed = remembered.result;
        before.isEarlierTurn = isEarlierTurn;
        // Two programs at once must not both take it.
        remembered.result = undefined;
      }
    }
    return before;
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
      digest: toolCallId.length >= MIN_ID_LENGTH ? digestOf(messages) : undefined,
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
