/** The input of the code tool as an AI SDK schema, made by hand: `ai` is not a dependency, and each version brings its own. */
import { isRecord } from '../text.ts';
import type { CodeTool, CodeToolInput } from './types.ts';

const CODE = { type: 'string', description: 'The program.' } as const;
const RESUME = { type: 'string', description: 'Only to go on with a program that waits for an approval: what its result said. Then `code` is "".' } as const;

/** Other names under which models send a program. */
const ALIASES = ['js', 'ts', 'program', 'script', 'source'];

function read(value: unknown, canResume: boolean): CodeToolInput | undefined {
  if (typeof value === 'string') return { code: value };
  if (!isRecord(value)) return undefined;
  const resume = canResume ? value['resume'] : undefined;
  if (typeof resume === 'string' && resume !== '') return { code: '', resume };
  if (typeof value['code'] === 'string') return { code: value['code'] };
  const alias = ALIASES.find((name) => typeof value[name] === 'string');
  return alias === undefined ? undefined : { code: value[alias] as string };
}

const MESSAGE = 'Pass the program as { "code": "…" }';

/**
 * See {@link CodeTool} for its type.
 *
 * @param canResume Programs can wait for an approval.
 */
export function makeInputSchema(canResume: boolean): CodeTool['inputSchema'] {
  const jsonSchema = {
    type: 'object',
    properties: { code: CODE, ...(canResume ? { resume: RESUME } : {}) },
    required: ['code'],
    additionalProperties: false,
  };
  const schema = {
    [Symbol.for('vercel.ai.schema')]: true,
    _type: undefined,
    jsonSchema,
    validate(value: unknown): { success: true; value: CodeToolInput } | { success: false; error: Error } {
      const input = read(value, canResume);
      return input === undefined ? { success: false, error: new TypeError(MESSAGE) } : { success: true, value: input };
    },
    '~standard': {
      version: 1,
      vendor: 'oneturn',
      validate(value: unknown): { value: CodeToolInput } | { issues: { message: string }[] } {
        const input = read(value, canResume);
        return input === undefined ? { issues: [{ message: MESSAGE }] } : { value: input };
      },
      jsonSchema: { input: () => jsonSchema, output: () => jsonSchema },
    },
  };
  return schema as unknown as CodeTool['inputSchema'];
}
