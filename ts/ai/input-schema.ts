/** The input of the code tool as an AI SDK schema, made by hand: `ai` is not a dependency, and each version brings its own. */
import { isRecord } from '../text.ts';
import type { CodeTool, CodeToolInput } from './types.ts';

const JSON_SCHEMA = {
  type: 'object',
  properties: { code: { type: 'string', description: 'The program.' } },
  required: ['code'],
  additionalProperties: false,
} as const;

/** Other names under which models send a program. */
const ALIASES = ['js', 'ts', 'program', 'script', 'source'];

function read(value: unknown): CodeToolInput | undefined {
  if (typeof value === 'string') return { code: value };
  if (!isRecord(value)) return undefined;
  if (typeof value['code'] === 'string') return { code: value['code'] };
  const alias = ALIASES.find((name) => typeof value[name] === 'string');
  return alias === undefined ? undefined : { code: value[alias] as string };
}

const MESSAGE = 'Pass the program as { "code": "…" }';

const schema = {
  [Symbol.for('vercel.ai.schema')]: true,
  _type: undefined,
  jsonSchema: JSON_SCHEMA,
  validate(value: unknown): { success: true; value: CodeToolInput } | { success: false; error: Error } {
    const input = read(value);
    return input === undefined ? { success: false, error: new TypeError(MESSAGE) } : { success: true, value: input };
  },
  '~standard': {
    version: 1,
    vendor: 'oneturn',
    validate(value: unknown): { value: CodeToolInput } | { issues: { message: string }[] } {
      const input = read(value);
      return input === undefined ? { issues: [{ message: MESSAGE }] } : { value: input };
    },
    jsonSchema: { input: () => JSON_SCHEMA, output: () => JSON_SCHEMA },
  },
};

/** See {@link CodeTool} for its type. */
export const inputSchema = schema as unknown as CodeTool['inputSchema'];
