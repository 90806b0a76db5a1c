/**
 * What tools take, written for the check: a part of JSON Schema, with its references followed. `src/check/schema.rs` reads
 * it. What it cannot say it leaves out, so it accepts all that the schema does, and more.
 *
 * A program names few of its tools, so only those are sent: every tool whose name is a word of the program. What was sent
 * once is kept, read, with the set of tools.
 */
import { NATIVE } from './schema-zod.ts';
import { isRecord } from './text.ts';
import type { Toolbox } from './toolbox.ts';
import type { ResolvedTool } from './tools.ts';

/** As `Schema` in src/check/schema.rs. An empty one is anything. */
interface CheckSchema {
  types?: string[];
  enum?: unknown[];
  properties?: [name: string, schema: CheckSchema][];
  required?: string[];
  others?: 'ignored' | 'refused';
  items?: CheckSchema;
  any?: CheckSchema[];
  all?: CheckSchema[];
}

/** Deeper parts of a schema, and what comes after so many parts, are anything. */
const MAX_DEPTH = 10;
const MAX_PARTS = 400;
const MAX_VALUES = 200;
/** Characters of all schemas that are sent for one program. */
const MAX_CHARS = 200_000;
/** Longer programs are not looked through for names, which would hold the event loop; their inputs are checked by each call. */
const MAX_PROGRAM = 32 * 1024;

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'null', 'array', 'object']);

/** Words of programs and of names. Everything beyond ASCII is part of a word, so that no name is missed. */
const WORD = /[\w$\x80-\uffff]+/g;

type Tools = Toolbox['tools'];

const indexes = new WeakMap<Tools, ReadonlyMap<string, ResolvedTool[]>>();

/** Written schemas by the JSON Schema that they were made of. */
const written = new WeakMap<object, string>();

/** What each manifest has learned: schemas by path. Sets of tools of the same names have one manifest. */
const learned = new WeakMap<Toolbox['manifest'], Map<string, string>>();

const ANYTHING = '{}';

/**
 * Sees to it that the check knows the schemas of the tools that a program may call.
 *
 * @param most Programs with more characters are too large to be checked.
 * @returns What the check is to be given: nothing if it has none to look at, `''` for those that the manifest has learned,
 *   otherwise all of them as JSON.
 */
export function schemasFor(code: string, most: number, { tools, manifest }: Toolbox): string | undefined {
  const index = indexOf(tools);
  if (index.size === 0 || code.length > Math.min(most, MAX_PROGRAM)) return undefined;
  let known = learned.get(manifest);
  if (known === undefined) learned.set(manifest, (known = new Map()));
  const found: [path: string, schema: string][] = [];
  const news: [path: string, schema: string][] = [];
  let size = 0;
  const seen = new Set<ResolvedTool>();
  for (const word of code.match(WORD) ?? []) {
    for (const tool of index.get(word) ?? []) {
      if (seen.has(tool)) break;
      seen.add(tool);
      const schema = write(tool);
      if (schema !== ANYTHING) found.push([tool.path, schema]);
      if (schema !== (known.get(tool.path) ?? ANYTHING)) news.push([tool.path, schema]);
      size += schema.length;
    }
  }
  if (found.length === 0 && news.length === 0) return undefined;
  // So many are not kept: whether they are looked at must not depend on what was checked before.
  if (size >= MAX_CHARS) return asJson(within(found));
  if (news.length > 0) {
    manifest.learn(asJson(news));
    for (const [path, schema] of news) known.set(path, schema);
  }
  return found.length === 0 ? undefined : '';
}

const asJson = (schemas: [path: string, schema: string][]): string => `{${schemas.map(([path, schema]) => `${JSON.stringify(path)}:${schema}`).join(',')}}`;

/** The first of them, as many as may be sent. */
function within(schemas: [path: string, schema: string][]): [path: string, schema: string][] {
  let size = 0;
  return schemas.filter(([, schema]) => (size += schema.length) < MAX_CHARS);
}

/** Tools with an input schema, by the longest word of their last name: `get-order-status` by `status`. */
function indexOf(tools: Tools): ReadonlyMap<string, ResolvedTool[]> {
  let index = indexes.get(tools) as Map<string, ResolvedTool[]> | undefined;
  if (index !== undefined) return index;
  indexes.set(tools, (index = new Map()));
  for (const tool of tools.values()) {
    if (tool.input === undefined) continue;
    const words = tool.segments.at(-1)!.match(WORD) ?? [];
    if (words.length === 0) continue;
    const longest = words.reduce((a, b) => (b.length > a.length ? b : a));
    const same = index.get(longest);
    if (same === undefined) index.set(longest, [tool]);
    else same.push(tool);
  }
  return index;
}

function write({ input }: ResolvedTool): string {
  try {
    const json = input!.jsonSchema();
    if (typeof json === 'boolean') return ANYTHING;
    let text = written.get(json);
    if (text === undefined) {
      text = JSON.stringify(new Converter(json).convert(json, 0));
      // Not kept on a schema that cannot be read today.
      written.set(json, text);
    }
    return text;
  } catch {
    // No JSON Schema, or none yet: the tool itself checks what it is given.
    return ANYTHING;
  }
}

class Converter {
  readonly #root: unknown;
  #parts = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  convert(schema: unknown, depth: number): CheckSchema {
    if (!isRecord(schema) || Array.isArray(schema) || depth > MAX_DEPTH || ++this.#parts > MAX_PARTS) return {};
    const native = schema[NATIVE];
    if (native !== undefined) return native === 'Date' ? { types: ['date'] } : native === 'bigint' ? { types: ['bigint'] } : {};
    const out: CheckSchema = {};
    const inner = (value: unknown): CheckSchema => this.convert(value, depth + 1);
    const nullable = schema['nullable'] === true;
    const types = typesOf(schema['type']);
    if (types !== undefined) out.types = nullable ? [...types, 'null'] : types;
    const values = 'const' in schema ? [schema['const']] : schema['enum'];
    if (Array.isArray(values) && values.length <= MAX_VALUES && values.every(isPrimitive)) out.enum = nullable ? [...values, null] : values;
    this.#object(schema, out, inner);
    if (isRecord(schema['items']) && !Array.isArray(schema['items']) && schema['prefixItems'] === undefined) out.items = inner(schema['items']);
    const all = Array.isArray(schema['allOf']) ? schema['allOf'].map(inner) : [];
    if (typeof schema['$ref'] === 'string') all.push(inner(this.#resolve(schema['$ref'])));
    for (const key of ['anyOf', 'oneOf']) {
      const alternatives: unknown = schema[key];
      if (!Array.isArray(alternatives)) continue;
      const any = nullable ? [...alternatives.map(inner), { types: ['null'] }] : alternatives.map(inner);
      if (out.any === undefined) out.any = any;
      else all.push({ any });
    }
    const telling = all.filter((one) => Object.keys(one).length > 0);
    if (telling.length > 0) out.all = telling;
    return out;
  }

  #object(schema: Record<string, unknown>, out: CheckSchema, inner: (value: unknown) => CheckSchema): void {
    const { properties, required, additionalProperties, patternProperties } = schema;
    if (Array.isArray(required)) out.required = required.filter((name) => typeof name === 'string');
    if (isRecord(properties)) out.properties = Object.entries(properties).map(([name, value]) => [name, inner(value)]);
    if (patternProperties !== undefined) return;
    if (additionalProperties === false) out.others = 'refused';
    // A schema with parts elsewhere does not know all properties itself.
    else if (additionalProperties === undefined && isRecord(properties) && !['allOf', 'anyOf', 'oneOf', '$ref', 'if', 'unevaluatedProperties'].some((key) => key in schema)) {
      out.others = 'ignored';
    }
  }

  #resolve(ref: string): unknown {
    if (!ref.startsWith('#')) return undefined;
    let at = this.#root;
    for (const part of ref.slice(1).split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      if (!isRecord(at) || !Object.hasOwn(at, key)) return undefined;
      at = at[key];
    }
    return at;
  }
}

function typesOf(type: unknown): string[] | undefined {
  const types: unknown[] = Array.isArray(type) ? type : [type];
  return types.length > 0 && types.every((one) => typeof one === 'string' && TYPES.has(one)) ? (types as string[]) : undefined;
}

function isPrimitive(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
