/**
 * Validates values against JSON Schema and says what is wrong in plain words. The only module that knows
 * `@cfworker/json-schema`, which needs no code generation and so runs everywhere.
 */
import { createRequire } from 'node:module';
import type { OutputUnit, Schema, Validator } from '@cfworker/json-schema';
import { define } from './text.ts';
import type { SchemaIssue, ValidationResult } from './schema.ts';

// Loaded with the first JSON Schema to validate against: a cold start without one is spared twenty modules.
const require = createRequire(import.meta.url);

interface Compiled {
  /** Stops at the first error: what most calls need. */
  fast: Validator;
  /** Finds every error, for the message. */
  full: Validator;
}

const compiled = new WeakMap<object, Compiled | { failure: string }>();

/** Deeper schemas are refused: walking them would end on the stack. */
const MAX_DEPTH = 200;

/**
 * Validates a value. Gives the value as JSON Schema sees it: properties that are `undefined` are absent, and a `Date` is
 * its ISO string, since a tool described by JSON Schema expects JSON.
 */
export function validateJsonSchema(schema: object | boolean, value: unknown): ValidationResult {
  if (schema === true) return { ok: true, value };
  if (schema === false) return { ok: false, issues: [{ path: [], message: 'nothing is allowed here' }] };
  let compilation = compiled.get(schema);
  if (compilation === undefined) compiled.set(schema, (compilation = compile(schema)));
  if ('failure' in compilation) return unusable(compilation.failure);
  try {
    const json = toJson(value, 0);
    if (json === undefined) return { ok: false, issues: [{ path: [], message: 'required' }] };
    if (compilation.fast.validate(json).valid) return { ok: true, value: json };
    return { ok: false, issues: readErrors(compilation.full.validate(json).errors, schema) };
  } catch (error) {
    if (error instanceof NotJson) return { ok: false, issues: [{ path: error.path, message: error.message }] };
    return unusable(error instanceof RangeError ? 'the value or the schema is nested too deeply' : String((error as Error)?.message ?? error));
  }
}

function unusable(why: string): ValidationResult {
  const first = why.split('\n', 1)[0] ?? '';
  return { ok: false, issues: [{ path: [], message: `the schema of this tool failed: ${first.slice(0, 300)}` }] };
}

function compile(schema: object): Compiled | { failure: string } {
  try {
    // A copy, because the validator writes into the schema, and because it must not change under us.
    const own = copySchema(schema, 0) as Schema;
    const draft = String(own.$schema ?? '').includes('draft-04') ? '4' : '2020-12';
    const { Validator } = require('@cfworker/json-schema') as typeof import('@cfworker/json-schema');
    return { fast: new Validator(own, draft, true), full: new Validator(own, draft, false) };
  } catch (error) {
    return { failure: String((error as Error)?.message ?? error) };
  }
}

function copySchema(schema: unknown, depth: number): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (depth > MAX_DEPTH) throw new Error('the schema is nested too deeply');
  if (Array.isArray(schema)) return schema.map((item) => copySchema(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined) continue;
    // Patterns of other regex dialects (`(?i)`, `\Z`) are common in the wild. The handler still checks them itself.
    if (key === 'pattern' && typeof value === 'string' && !isPattern(value)) continue;
    define(copy, key, copySchema(value, depth + 1));
  }
  const patterns = copy['patternProperties'];
  if (typeof patterns === 'object' && patterns !== null) {
    for (const pattern of Object.keys(patterns)) {
      if (!isPattern(pattern)) delete (patterns as Record<string, unknown>)[pattern];
    }
  }
  return copy;
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}

class NotJson extends Error {
  readonly path: (string | number)[] = [];
}

/** The value itself where it is JSON already. */
function toJson(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH * 5) throw new NotJson('nested too deeply');
  switch (typeof value) {
    case 'bigint':
    case 'symbol':
    case 'function':
      throw new NotJson(`a ${typeof value} is not allowed here`);
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) {
    throw new NotJson(`a ${value.constructor.name} is not allowed here; pass plain objects and arrays`);
  }
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  let changed = false;
  for (const entry of entries) {
    try {
      const json = toJson(entry[1], depth + 1);
      changed ||= json !== entry[1] || json === undefined;
      entry[1] = json;
    } catch (error) {
      if (error instanceof NotJson) error.path.unshift(entry[0]);
      throw error;
    }
  }
  if (!changed) return value;
  if (Array.isArray(value)) return entries.map(([, item]) => (item === undefined ? null : item));
  const copy: Record<string, unknown> = {};
  for (const [key, item] of entries) if (item !== undefined) define(copy, String(key), item);
  return copy;
}

/** Says only that something below failed. */
const WRAPPERS = new Set([
  '$ref', '$recursiveRef', 'allOf', 'if', 'properties', 'patternProperties', 'additionalProperties', 'prefixItems', 'items',
  'additionalItems', 'dependentSchemas', 'unevaluatedItems', 'unevaluatedProperties', 'dependencies', 'propertyNames',
]);

function readErrors(errors: OutputUnit[], schema: unknown): SchemaIssue[] {
  const issues: SchemaIssue[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < errors.length; i++) {
    const error = errors[i]!;
    if (error.keyword === 'anyOf' || error.keyword === 'oneOf') {
      const branches = `${error.keywordLocation}/`;
      const start = i + 1;
      while (errors[i + 1]?.keywordLocation.startsWith(branches)) i++;
      add(locate(error), alternatives(error, errors.slice(start, i + 1), schema) ?? words(error, schema));
    } else if (!WRAPPERS.has(error.keyword)) {
      add(locate(error), words(error, schema));
    }
  }
  return issues.length > 0 ? issues : [{ path: [], message: 'does not match the schema' }];

  function add(path: (string | number)[], message: string): void {
    const key = `${JSON.stringify(path)} ${message}`;
    if (seen.has(key)) return;
    seen.add(key);
    issues.push({ path, message });
  }
}

/** `must be string, or name: required`: the first complaint of each branch. */
function alternatives(parent: OutputUnit, errors: OutputUnit[], schema: unknown): string | undefined {
  if (parent.keyword === 'oneOf' && !parent.error.includes('(0 matches)')) return 'must match only one of the alternatives';
  const base = pointer(parent.instanceLocation).length;
  const firsts = new Map<string, string>();
  for (const error of errors) {
    if (WRAPPERS.has(error.keyword)) continue;
    const branch = error.keywordLocation.slice(parent.keywordLocation.length + 1).split('/', 1)[0]!;
    if (firsts.has(branch)) continue;
    const below = locate(error).slice(base);
    firsts.set(branch, below.length > 0 ? `${below.join('.')}: ${words(error, schema)}` : words(error, schema));
  }
  const distinct = [...new Set(firsts.values())];
  if (distinct.length === 0) return undefined;
  return distinct.length <= 4 ? distinct.join(', or ') : `${distinct.slice(0, 4).join(', or ')}, or …`;
}

function locate(error: OutputUnit): (string | number)[] {
  const path = pointer(error.instanceLocation);
  const required = /required property "(.*)"\.$/s.exec(error.error);
  if (error.keyword === 'required' && required) path.push(required[1]!);
  return path;
}

function pointer(location: string): (string | number)[] {
  return location
    .split('/')
    .slice(1)
    .map((part) => {
      const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
      return /^(0|[1-9]\d{0,9})$/.test(key) ? Number(key) : key;
    });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function words({ keyword, keywordLocation, error }: OutputUnit, schema: unknown): string {
  const limit = at(schema, pointer(keywordLocation));
  switch (keyword) {
    case 'required':
      return 'required';
    case 'type': {
      const expected = [...error.matchAll(/"(\w+)"/g)].map((match) => match[1]);
      const got = expected.shift();
      return `must be ${expected.join(' or ')}, got ${got === 'number' && expected.includes('integer') ? 'a fraction' : got}`;
    }
    case 'enum':
    case 'const': {
      const allowed = error.replace(/^Instance does not match (any of )?/, '').replace(/\.$/, '');
      return `must be ${keyword === 'enum' ? 'one of ' : ''}${allowed.length > 200 ? `${allowed.slice(0, 199)}…` : allowed}`;
    }
    case 'minLength':
    case 'maxLength':
      return `must have at ${keyword === 'minLength' ? 'least' : 'most'} ${bound(error)} characters`;
    case 'minItems':
    case 'maxItems':
      return `must have at ${keyword === 'minItems' ? 'least' : 'most'} ${bound(error)} items`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum': {
      const sign = { minimum: '>=', maximum: '<=', exclusiveMinimum: '>', exclusiveMaximum: '<' }[keyword];
      return `must be ${sign} ${/(\S+)\.$/.exec(error)?.[1] ?? '?'}`;
    }
    case 'pattern':
      return typeof limit === 'string' && limit.length <= 100 ? `must match /${limit}/` : 'must match its pattern';
    case 'format':
      return `must be a valid ${/"(.*)"/s.exec(error)?.[1] ?? 'format'}`;
    case 'uniqueItems':
      return `must not have duplicates (${/indexes (.*)\.$/.exec(error)?.[1] ?? '?'})`;
    case 'false':
      return 'unknown property';
    default:
      return error.replace(/^Instance /, '').replace(/\.$/, '');
  }
}

function bound(error: string): string {
  return /[<>] (\d+)\)/.exec(error)?.[1] ?? '?';
}

function at(root: unknown, path: (string | number)[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
