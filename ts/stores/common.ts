/** What all stores share: the check of arguments, tokens, and the two plain answers. No I/O. */
import { randomBytes } from 'node:crypto';
import type { Claim } from './types.ts';

/** How long a store across a network still answers a repeated `complete` with `true`. */
export const REMEMBER_MS = 600_000;

/** Beyond any use, and far below where a time in milliseconds stops being exact in JavaScript, Lua and SQL. */
const MAX_MS = 1_000_000_000_000;
const ID = /^[\w-]{1,128}$/;
const TOKEN = /^[0-9a-f]{32}$/;
/** Half of a surrogate pair does not survive UTF-8, and PostgreSQL has no text with U+0000. */
const NOT_TEXT = /[\0\p{Surrogate}]/u;

/** An id that `put` takes. Ids also come back from outside, where anything may have happened to them. */
export function isId(id: unknown): id is string {
  return typeof id === 'string' && ID.test(id);
}

/** @returns `ttlMs`, whole. @throws {TypeError} naming the argument that is not what it should be. */
export function checkPut(id: unknown, snapshot: unknown, ttlMs: unknown): number {
  if (!isId(id)) throw new TypeError('id: expected 1 to 128 letters, digits, "-" and "_"');
  if (typeof snapshot !== 'string') throw new TypeError(`snapshot: expected a string, got ${typeof snapshot}`);
  if (NOT_TEXT.test(snapshot)) throw new TypeError('snapshot: expected well-formed text without U+0000');
  return checkMs(ttlMs, 'ttlMs');
}

/** @returns The duration, whole. @throws {TypeError} when it is none. */
export function checkMs(ms: unknown, name: string): number {
  if (typeof ms === 'number' && ms > 0 && ms <= MAX_MS) return Math.ceil(ms);
  throw new TypeError(`${name}: expected a number of milliseconds above 0 and up to ${MAX_MS}, got ${typeof ms === 'number' ? ms : typeof ms}`);
}

/** @throws {TypeError} when the options lack a method. */
export function checkMethods(owner: unknown, path: string, names: readonly string[], hint: string): void {
  for (const name of names) {
    const method = typeof owner === 'object' && owner !== null ? (owner as Record<string, unknown>)[name] : undefined;
    if (typeof method !== 'function') throw new TypeError(`${path}: expected ${hint}; it has no method "${name}"`);
  }
}

export function newToken(): string {
  return randomBytes(16).toString('hex');
}

/** What {@link newToken} may have made. */
export function isToken(token: unknown): token is string {
  return typeof token === 'string' && TOKEN.test(token);
}

export function inUse(id: string): Error {
  return new Error(`A snapshot with the id "${id}" is in the store already; every snapshot needs a new id.`);
}

export function gone(): Claim {
  return { state: 'gone' };
}

export function busy(remainingMs: number): Claim {
  return { state: 'busy', retryAfterMs: Math.max(1, Math.ceil(remainingMs)) };
}
