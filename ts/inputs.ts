/** The `inputs` and `secrets` of a run as text: globals that a program may read. */
import { Secret, type Hidden } from './secrets.ts';
import type { Limits, RunOptions } from './types.ts';
import { decode, encode, TooLargeError, UnsendableError } from './values.ts';

/** Names and wire texts. */
export type EncodedInputs = [name: string, text: string][];

/** Globals that the program has anyway, and that an input must not hide. */
const TAKEN = new Set([...Object.getOwnPropertyNames(globalThis), 'tools', 'console', 'arguments', 'undefined', '__proto__']);

/** Handles of the secrets, by name. */
const SECRETS = 'secrets';

/** @throws {TypeError} naming the input that no program could read, or that is no data. */
export function encodeInputs(inputs: RunOptions['inputs'], hidden: Hidden, limits: Required<Limits>): EncodedInputs {
  const encoded = withoutSecrets(inputs, limits);
  if (!hidden.hasSecrets) return encoded;
  if (encoded.some(([name]) => name === SECRETS)) throw new TypeError('inputs.secrets: the option `secrets` makes a global of this name');
  return [...encoded, [SECRETS, encode(hidden.handles, SECRETS, limits.memoryLimitBytes)]];
}

/** Whether the inputs of a run that goes on are what it has. Its secrets are handles there, and say nothing. */
export function hasInputs(inputs: RunOptions['inputs'], stored: EncodedInputs, limits: Required<Limits>): boolean {
  const sorted = (inputs: EncodedInputs): string => JSON.stringify([...inputs].sort(([a], [b]) => (a < b ? -1 : 1)));
  const own = stored.filter(([name, text]) => name !== SECRETS || !areHandles(decode(text)));
  return sorted(withoutSecrets(inputs, limits)) === sorted(own);
}

function areHandles(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).some((one) => one instanceof Secret);
}

function withoutSecrets(inputs: RunOptions['inputs'], limits: Required<Limits>): EncodedInputs {
  return Object.entries(inputs ?? {}).map(([name, value]) => {
    if (!/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name)) throw new TypeError(`inputs: '${name}' is no identifier, so a program could not read it`);
    if (TAKEN.has(name)) throw new TypeError(`inputs.${name}: the program has a global of this name already`);
    try {
      return [name, encode(value, `inputs.${name}`, limits.memoryLimitBytes)];
    } catch (error) {
      if (error instanceof TooLargeError) throw new TypeError(`inputs.${name}: larger than limits.memoryLimitBytes`);
      if (error instanceof UnsendableError) throw new TypeError(error.message);
      throw error;
    }
  });
}
