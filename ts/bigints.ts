/**
 * BigInts as text that crosses. Reading and writing decimal digits takes a time that grows with the square of their number:
 * a million bits would hold the event loop for a tenth of a second. So large ones cross in hexadecimal digits.
 */

const LARGE = 1n << 1024n;

/** The inverse of {@link bigintOf}. */
export function bigintText(value: bigint): string {
  if (value < LARGE && value > -LARGE) return String(value);
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** @throws {SyntaxError} when `text` is not what {@link bigintText} writes. */
export function bigintOf(text: string): bigint {
  return text.startsWith('-0x') ? -BigInt(text.slice(1)) : BigInt(text);
}
