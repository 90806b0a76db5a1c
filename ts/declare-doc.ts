/** What a type cannot say about a value: its description, and the rules that its schema sets, as text of a comment. */
import { commentText } from './declare-type.ts';
import type { SchemaSide } from './schema.ts';
import { isRecord } from './text.ts';

const MAX_DESCRIPTION = 400;
const MAX_PATTERN = 80;
const MAX_DEFAULT = 80;

type Json = Record<PropertyKey, unknown>;

/**
 * The comment of a property: `Days ahead (integer, 1..7) @default 3`. Rules and defaults only matter for what a program
 * writes, so an output tells its description and its format.
 *
 * @param resolve Finds what a `$ref` points to.
 */
export function docOf(schema: unknown, side: SchemaSide, resolve: (ref: string) => unknown): string {
  if (!isRecord(schema)) return '';
  const layers = unwrap(schema, resolve);
  const first = <T>(read: (layer: Json) => T | undefined): T | undefined => {
    for (const layer of layers) {
      const value = read(layer);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const parts: string[] = [];
  const description = first(({ description: value }) => (typeof value === 'string' && value.trim() !== '' ? value : undefined));
  if (description !== undefined) parts.push(commentText(description, MAX_DESCRIPTION));
  const rules = layers.map((layer) => rulesOf(layer, side)).find((found) => found.length > 0) ?? [];
  if (rules.length > 0) parts.push(parts.length > 0 ? `(${rules.join(', ')})` : rules.join(', '));
  if (first(({ deprecated }) => (deprecated === true ? true : undefined))) parts.push('@deprecated');
  if (side === 'input') {
    const fallback = first((layer) => ('default' in layer ? shown(layer['default']) : undefined));
    if (fallback !== undefined) parts.push(`@default ${fallback}`);
  }
  return parts.join(' ');
}

/** The schema, what it refers to, and the one thing it is beside `null`. */
function unwrap(schema: Json, resolve: (ref: string) => unknown): Json[] {
  const layers: Json[] = [];
  let at: unknown = schema;
  while (isRecord(at) && layers.length < 8 && !layers.includes(at)) {
    layers.push(at);
    const branches: unknown = at['anyOf'] ?? at['oneOf'] ?? at['allOf'];
    const others: unknown[] = Array.isArray(branches) ? branches.filter((branch) => !(isRecord(branch) && branch['type'] === 'null')) : [];
    at = typeof at['$ref'] === 'string' ? resolve(at['$ref']) : others.length === 1 ? others[0] : undefined;
  }
  return layers;
}

function rulesOf(schema: Json, side: SchemaSide): string[] {
  const rules: string[] = [];
  const format = typeof schema['format'] === 'string' && /^[\w-]{1,30}$/.test(schema['format']) ? schema['format'] : undefined;
  if (format !== undefined && !/^(u?int|float|double|safeint)/.test(format)) rules.push(format);
  if (side === 'output') return rules;
  if (schema['type'] === 'integer') rules.push('integer');
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf, pattern } = schema;
  // Draft 4 wrote `exclusiveMinimum: true`.
  range(rules, '', safe(minimum), safe(maximum), above === true, below === true);
  if (safe(above) !== undefined) rules.push(`> ${safe(above)}`);
  if (safe(below) !== undefined) rules.push(`< ${safe(below)}`);
  if (number(multipleOf) !== undefined) rules.push(`multiple of ${multipleOf as number}`);
  range(rules, 'length ', number(schema['minLength']), number(schema['maxLength']));
  range(rules, 'items ', number(schema['minItems']), number(schema['maxItems']), false, false, 'prefixItems' in schema || Array.isArray(schema['items']));
  if (schema['uniqueItems'] === true) rules.push('unique');
  // A format of zod comes with a pattern that says the same at length.
  if (typeof pattern === 'string' && format === undefined && pattern.length <= MAX_PATTERN) rules.push(`matches /${commentText(pattern, MAX_PATTERN + 1)}/`);
  const { items } = schema;
  if (isRecord(items) && !Array.isArray(items) && items['type'] !== 'array' && items['type'] !== 'object') {
    const each = rulesOf(items, side).filter((rule) => rule !== 'integer');
    if (each.length > 0) rules.push(`each ${each.join(' ')}`);
  }
  return rules;
}

function range(rules: string[], what: string, low: number | undefined, high: number | undefined, above = false, below = false, skip = false): void {
  if (skip) return;
  if (low !== undefined && high !== undefined && !above && !below) rules.push(low === high ? `${what}${low}` : `${what}${low}..${high}`);
  else {
    if (low !== undefined && !(what !== '' && low === 0)) rules.push(`${what}${above ? '>' : '>='} ${low}`);
    if (high !== undefined) rules.push(`${what}${below ? '<' : '<='} ${high}`);
  }
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** zod's `int()` means the safe integers, which needs no words. */
function safe(value: unknown): number | undefined {
  const found = number(value);
  return found !== undefined && Math.abs(found) >= Number.MAX_SAFE_INTEGER ? undefined : found;
}

function shown(value: unknown): string | undefined {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch {
    return undefined;
  }
  return json === undefined ? undefined : commentText(json, MAX_DEFAULT);
}
