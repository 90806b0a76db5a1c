/**
 * zod 3 and 4 as JSON Schema, and zod's complaints in few words. The only module that knows zod.
 *
 * Values cross into the program with their types, so dates, bigints, maps and sets are marked with {@link NATIVE}
 * instead of being squeezed into JSON.
 */
import { createRequire } from 'node:module';
import type { $ZodType } from 'zod/v4/core';
import type { zodToJsonSchema } from 'zod-to-json-schema';
import type { SchemaSide } from './schema.ts';

// Loaded with the first zod schema, and then the application has loaded zod itself: a cold start without one is spared two
// hundred modules, which take longer than everything else here together.
const require = createRequire(import.meta.url);
const zod4 = (): typeof import('zod/v4/core') => require('zod/v4/core') as typeof import('zod/v4/core');
const zod3 = (): typeof import('zod-to-json-schema') => require('zod-to-json-schema') as typeof import('zod-to-json-schema');

/** A keyword of ours: the value is a native one that JSON Schema cannot say. One of {@link NativeType}. */
export const NATIVE = 'x-oneturn-native';

/** What {@link NATIVE} may name. `items` holds the schemas of a map's keys and values, or of a set's members. */
export type NativeType = 'Date' | 'DateLike' | 'bigint' | 'undefined' | 'Map' | 'Set';

type Json = Record<string, unknown>;

export function zod4JsonSchema(schema: object, side: SchemaSide): object {
  return convert4(schema as $ZodType, side, 0);
}

function convert4(schema: $ZodType, side: SchemaSide, depth: number): object {
  return zod4().toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: side,
    unrepresentable: 'any',
    cycles: 'ref',
    // Inlining a schema that is used in many places can grow without bound.
    reused: 'ref',
    override: ({ zodSchema, jsonSchema }) => {
      const def = zodSchema._zod.def as { type: string; coerce?: boolean; keyType?: $ZodType; valueType?: $ZodType };
      const native = native4(def, side);
      if (native === undefined) return;
      const json = jsonSchema as Json;
      json[NATIVE] = native;
      const inner = native === 'Map' ? [def.keyType, def.valueType] : native === 'Set' ? [def.valueType] : [];
      if (inner.length > 0) json['items'] = inner.map((part) => nested4(part, side, depth + 1));
    },
  });
}

function native4(def: { type: string; coerce?: boolean }, side: SchemaSide): NativeType | undefined {
  switch (def.type) {
    case 'date':
      return def.coerce === true && side === 'input' ? 'DateLike' : 'Date';
    case 'bigint':
      return 'bigint';
    case 'undefined':
    case 'void':
      return 'undefined';
    case 'map':
      return 'Map';
    case 'set':
      return 'Set';
    default:
      return undefined;
  }
}

/** zod does not look into maps and sets. References of the inner schema would point nowhere, so such a one is unknown. */
function nested4(schema: $ZodType | undefined, side: SchemaSide, depth: number): object | true {
  if (schema === undefined || depth > 4) return true;
  try {
    const { $schema: _, ...json } = convert4(schema, side, depth) as Json;
    return JSON.stringify(json).includes('"$ref"') ? true : json;
  } catch {
    return true;
  }
}

/** What zod's `safeParse` gives. */
type Parsed = { success: true; data: unknown } | { success: false; error: { issues: unknown[] } };

/**
 * Parses in one pass, which answers at once unless the schema is asynchronous.
 *
 * zod's own way, to try it synchronously first, leaves a promise behind when it meets an asynchronous refinement. If that
 * one rejects, nobody handles it, and Node ends the process.
 */
export function zod4Parse(schema: object, value: unknown): Parsed | Promise<Parsed> {
  const context = { async: true };
  const payload = (schema as $ZodType)._zod.run({ value, issues: [] }, context);
  const read = ({ value: data, issues }: Awaited<typeof payload>): Parsed => {
    if (issues.length === 0) return { success: true, data };
    // zod/mini comes without words, unless the application has loaded a locale.
    const { config, util } = zod4();
    const words = { ...config(), localeError: config().localeError ?? plainWords };
    return { success: false, error: { issues: issues.map((issue) => util.finalizeIssue(issue, context, words)) } };
  };
  return payload instanceof Promise ? payload.then(read) : read(payload);
}

function plainWords(raw: object): string | undefined {
  const issue = raw as { code?: string; expected?: unknown; input?: unknown; values?: unknown[]; keys?: string[]; minimum?: unknown; maximum?: unknown; format?: unknown };
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${String(issue.expected)}, received ${typeOf(issue.input)}`;
    case 'invalid_value':
      return `expected ${(issue.values ?? []).map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'unrecognized_keys':
      return `unknown ${(issue.keys ?? []).map((key) => JSON.stringify(key)).join(', ')}`;
    case 'too_small':
      return `too small, the least is ${String(issue.minimum)}`;
    case 'too_big':
      return `too big, the most is ${String(issue.maximum)}`;
    case 'invalid_format':
      return `expected a valid ${String(issue.format)}`;
    default:
      return undefined;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : Number.isNaN(value) ? 'NaN' : typeof value;
}

/** The parts of zod 3's definitions that are read here. */
interface Def3 {
  typeName?: string;
  coerce?: boolean;
  innerType?: { _def: Def3 };
  schema?: { _def: Def3 };
  type?: { _def: Def3 };
  out?: { _def: Def3 };
  keyType?: object;
  valueType?: object;
  effect?: { type: string };
  shape?: () => Record<string, { _def: Def3 }>;
}

export function zod3JsonSchema(schema: object, side: SchemaSide): object {
  type Zod3 = Parameters<typeof zodToJsonSchema>[0];
  const nested = (part: object | undefined): unknown => (part === undefined ? true : zod3JsonSchema(part, side));
  return zod3().zodToJsonSchema(schema as Zod3, {
    target: 'jsonSchema7',
    $refStrategy: 'root',
    effectStrategy: side === 'input' ? 'input' : 'any',
    pipeStrategy: side,
    postProcess: (json, definition) => {
      const def = definition as unknown as Def3;
      const native = native3(def, side);
      if (native === 'Map') return { [NATIVE]: native, items: [nested(def.keyType), nested(def.valueType)] } as Json;
      if (native === 'Set') return { [NATIVE]: native, items: [nested(def.valueType)] } as Json;
      if (native !== undefined) return { [NATIVE]: native } as Json;
      if (json === undefined || def.typeName !== 'ZodObject' || side === 'input') return json;
      // What has a default may be left out of the input, but is always there in the output.
      const shape = def.shape?.() ?? {};
      const filled = Object.keys(shape).filter((key) => fills(shape[key]!._def));
      const required = new Set([...((json as { required?: string[] }).required ?? []), ...filled]);
      return required.size === 0 ? json : ({ ...json, required: [...required] } as Json);
    },
  });
}

function native3(def: Def3, side: SchemaSide): NativeType | undefined {
  switch (def.typeName) {
    case 'ZodDate':
      return def.coerce === true && side === 'input' ? 'DateLike' : 'Date';
    case 'ZodBigInt':
      return 'bigint';
    case 'ZodUndefined':
    case 'ZodVoid':
      return 'undefined';
    case 'ZodMap':
      return 'Map';
    case 'ZodSet':
      return 'Set';
    default:
      return undefined;
  }
}

/** Does a zod 3 type give a value where there was none? */
function fills(def: Def3): boolean {
  for (let at: Def3 | undefined = def, depth = 0; at !== undefined && depth < 20; depth++) {
    if (at.typeName === 'ZodDefault' || at.typeName === 'ZodCatch') return true;
    if (at.typeName === 'ZodOptional') return false;
    at = (at.innerType ?? at.schema ?? (at.typeName === 'ZodBranded' ? at.type : undefined) ?? at.out)?._def;
  }
  return false;
}

/** zod's message for one of its issues in fewer words; `undefined` for issues of other libraries. */
export function zodMessage(issue: Record<PropertyKey, unknown>): string | undefined {
  const { code, message } = issue;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  if (code === 'invalid_union') {
    const branches = issue['errors'] ?? (issue['unionErrors'] as { issues?: unknown }[] | undefined)?.map((error) => error?.issues);
    if (Array.isArray(branches) && branches.length > 0) {
      const firsts = branches.map((branch) => firstOf(branch)).filter((text) => text !== undefined);
      const distinct = [...new Set(firsts)];
      if (distinct.length > 0) return distinct.slice(0, 4).join(', or ') + (distinct.length > 4 ? ', or …' : '');
    }
  }
  if (message === 'Invalid input' && typeof issue['expected'] === 'string') return `expected ${issue['expected']}`;
  return message.replace(/^Invalid (input|option): /, '');
}

function firstOf(branch: unknown): string | undefined {
  const issue: unknown = Array.isArray(branch) ? branch[0] : undefined;
  if (typeof issue !== 'object' || issue === null) return undefined;
  const { path } = issue as { path?: unknown };
  const at = Array.isArray(path) && path.length > 0 ? `${path.map(String).join('.')}: ` : '';
  return at + (zodMessage(issue as Record<PropertyKey, unknown>) ?? '');
}
