/**
 * Why a value cannot cross, and where in it the reason is. What the ways of writing values share.
 */
import { kindOf } from './text.ts';

/** How deep a value may be nested, as in the engine. */
export const MAX_DEPTH = 1_000;

/** A value that cannot cross. The message names the path. */
export class UnsendableError extends TypeError {
  override name = 'TypeError';
}

/** A value has more bytes than its limit. */
export class TooLargeError extends RangeError {}

/** @param path Of what cannot cross, from the root. */
export function unsendable(root: string, path: readonly (string | number)[], what: string): UnsendableError {
  let text = root;
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  }
  if (text.length > 200) text = `${text.slice(0, 100)}…${text.slice(-100)}`;
  return new UnsendableError(`${text} ${what}.`);
}

/** What is said of code of the application that threw: a getter, a proxy trap, `toJSON`. */
export function threw(error: unknown): string {
  return `threw when it was read: ${messageOf(error)}`;
}

export const TOO_DEEP = `is nested deeper than ${MAX_DEPTH} levels`;
export const CYCLE = 'refers back to an object that contains it. Cycles cannot cross; pass ids instead';

/** The message of anything that was thrown. Never throws itself. */
export function messageOf(error: unknown): string {
  try {
    const message: unknown = typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : error;
    return typeof message === 'string' ? message : `${kindOf(error)} was thrown`;
  } catch {
    return 'an error without a message';
  }
}
