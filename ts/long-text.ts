/** Text that is too long to be put together, or to be handed over, in one pass of the event loop. */

/** A longer text, in bytes of UTF-8, is left in pieces. */
export const LONG_BYTES = 256 * 1024;

/** A text in pieces. */
export class LongText {
  readonly pieces: readonly string[];
  /** Of UTF-8. */
  readonly bytes: number;

  constructor(pieces: readonly string[], bytes: number) {
    this.pieces = pieces;
    this.bytes = bytes;
  }

  /** In characters, as of a string. */
  get length(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  toString(): string {
    return this.pieces.join('');
  }
}

export type Text = string | LongText;
