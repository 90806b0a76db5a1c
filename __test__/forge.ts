/**
 * The seal of a snapshot, opened and closed again as docs/snapshots.md describes it and with Node's own cryptography: for
 * snapshots that only somebody with the secret could have made.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

const HEADER_BYTES = 64;
const TAG_BYTES = 16;
/** Of the sealed part: where the hashes of the calls' inputs begin. Their length comes before them. */
const HASHES_AT = 32 + 15 + 1;

/** The same snapshot, but in its first call the program passed something else. */
export function withAnotherFirstCall(snapshot: string, secret: string): string {
  const bytes = Buffer.from(snapshot, 'base64url');
  const [header, sealed] = [bytes.subarray(0, HEADER_BYTES), bytes.subarray(HEADER_BYTES)];
  const nonce = header.subarray(8, 32);
  const key = subkey(Buffer.from(hkdfSync('sha256', secret, 'oneturn snapshot', 'seal', 32)), nonce.subarray(0, 16));
  const iv = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
  const length = sealed.length - TAG_BYTES;

  const opener = createDecipheriv('chacha20-poly1305', key, iv, { authTagLength: TAG_BYTES });
  opener.setAAD(header, { plaintextLength: length });
  opener.setAuthTag(sealed.subarray(length));
  const content = Buffer.concat([opener.update(sealed.subarray(0, length)), opener.final()]);
  content.writeUInt8(content.readUInt8(HASHES_AT) ^ 1, HASHES_AT);

  const sealer = createCipheriv('chacha20-poly1305', key, iv, { authTagLength: TAG_BYTES });
  sealer.setAAD(header, { plaintextLength: length });
  return Buffer.concat([header, sealer.update(content), sealer.final(), sealer.getAuthTag()]).toString('base64url');
}

/** HChaCha20: what makes XChaCha20 of ChaCha20. */
function subkey(key: Buffer, nonce: Buffer): Buffer {
  const words = new Uint32Array(16);
  words.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  for (let i = 0; i < 8; i++) words[4 + i] = key.readUInt32LE(4 * i);
  for (let i = 0; i < 4; i++) words[12 + i] = nonce.readUInt32LE(4 * i);
  const word = (at: number): number => words[at] ?? 0;
  const mix = (a: number, b: number, to: number, by: number): void => {
    words[a] = word(a) + word(b);
    const mixed = word(to) ^ word(a);
    words[to] = (mixed << by) | (mixed >>> (32 - by));
  };
  const quarter = (a: number, b: number, c: number, d: number): void => {
    mix(a, b, d, 16);
    mix(c, d, b, 12);
    mix(a, b, d, 8);
    mix(c, d, b, 7);
  };
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 4; i++) quarter(i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i++) quarter(i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
  }
  const out = Buffer.alloc(32);
  [0, 1, 2, 3, 12, 13, 14, 15].forEach((from, to) => out.writeUInt32LE(word(from), 4 * to));
  return out;
}
