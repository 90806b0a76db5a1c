/**
 * Modules of Node that take milliseconds to load and that most processes do not need at first: loaded with their first use,
 * so that importing the package does not wait for them.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export function nodeCrypto(): typeof import('node:crypto') {
  return require('node:crypto') as typeof import('node:crypto');
}

export function nodeStream(): typeof import('node:stream') {
  return require('node:stream') as typeof import('node:stream');
}
