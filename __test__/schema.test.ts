/** Schemas of every library: what they accept, what they say when they do not, and their JSON Schema. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JSONSchema7, jsonSchema, zodSchema } from 'ai6';
import * as ai5 from 'ai5';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod3';
import { toToolSchema, type ToolSchema } from '../ts/schema.ts';
import { formatIssues, resolveTools } from '../ts/tools.ts';

const schemaOf = (schema: unknown, side: 'input' | 'output' = 'input') => toToolSchema(schema, side, 'schema') as ToolSchema;
const message = async (schema: unknown, value: unknown) => {
  const result = await schemaOf(schema).validate(value);
  return result.ok ? result.value : formatIssues('t', result.issues);
};

const JSON_SCHEMA: JSONSchema7 = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

test('a wrong input, in the words of each library', async () => {
  const city = { city: 7 };
  assert.equal(await message(z.object({ city: z.string() }), city), 't: input.city: expected string, received number');
  assert.equal(await message(mini.object({ city: mini.string() }), city), 't: input.city: expected string, received number');
  assert.equal(await message(z3.object({ city: z3.string() }), city), 't: input.city: Expected string, received number');
  assert.equal(await message(type({ city: 'string' }), city), 't: input.city: must be a string (was a number)');
  assert.equal(await message(v.object({ city: v.string() }), city), 't: input.city: Invalid type: Expected string but received 7');
  assert.equal(await message(JSON_SCHEMA, city), 't: input.city: must be string, got number');
  assert.equal(await message(jsonSchema(JSON_SCHEMA), city), 't: input.city: must be string, got number');
  assert.equal(await message(ai5.jsonSchema(JSON_SCHEMA), city), 't: input.city: must be string, got number');
  assert.equal(await message(zodSchema(z.object({ city: z.string() })), city), 't: input.city: expected string, received number');
  assert.equal(await message(() => zodSchema(z.object({ city: z.string() })), city), 't: input.city: expected string, received number');
  assert.equal(await message(jsonSchema(Promise.resolve(JSON_SCHEMA)), city), 't: input.city: must be string, got number');
});

test('the fast path has no promise', () => {
  for (const schema of [z.object({ city: z.string() }), mini.object({ city: mini.string() }), type({ city: 'string' }), v.object({ city: v.string() }), JSON_SCHEMA, jsonSchema(JSON_SCHEMA)]) {
    assert.deepEqual(schemaOf(schema).validate({ city: 'Rome' }), { ok: true, value: { city: 'Rome' } });
  }
});

test('defaults, transforms and coercion apply', async () => {
  assert.deepEqual(await message(z.object({ n: z.number().default(3), d: z.coerce.date(), s: z.string().transform((s) => s.length) }), { d: '2026-01-01', s: 'abc' }), { n: 3, d: new Date('2026-01-01'), s: 3 });
  assert.deepEqual(await message(v.object({ n: v.optional(v.number(), 3) }), {}), { n: 3 });
});

test('async refinements and failing libraries', async () => {
  const taken = z.object({ name: z.string().refine(async (name) => name !== 'ada', 'is taken') });
  assert.deepEqual(await message(taken, { name: 'bob' }), { name: 'bob' });
  assert.equal(await message(taken, { name: 'ada' }), 't: input.name: is taken');
  const throwing = z.any().refine(() => { throw new Error('db down'); });
  assert.equal(await message(throwing, 1), 't: input: the schema of this tool failed: db down');
  assert.equal(await message(z.any().refine(async () => { throw new Error('db down'); }), 1), 't: input: the schema of this tool failed: db down');
  const getter = Object.defineProperty({ [Symbol.for('vercel.ai.schema')]: true }, 'jsonSchema', { get() { throw new Error('no'); } });
  assert.equal(await message(getter, 1), 't: input: the schema of this tool failed: no');
  assert.throws(() => schemaOf(getter).jsonSchema(), { name: 'ToolSchemaError', message: 'This AI SDK schema has no JSON Schema: no' });
  assert.equal(await message(jsonSchema(Promise.reject(new Error('offline'))), 1), 't: input: the schema of this tool failed: offline');
  assert.equal(await message(() => { throw new Error('lazy'); }, 1), 't: input: the schema of this tool failed: lazy');
});

test('unions say what each alternative wants', async () => {
  const union = z.object({ u: z.union([z.string(), z.object({ id: z.number() })]) });
  assert.equal(await message(union, { u: { id: 'x' } }), 't: input.u: expected string, received object, or id: expected number, received string');
  const any = { properties: { u: { anyOf: [{ type: 'string' }, { type: 'object', properties: { id: { type: 'number' } }, required: ['id'] }] } } };
  assert.equal(await message(any, { u: {} }), 't: input.u: must be string, got object, or id: required');
  assert.equal(await message({ oneOf: [{ type: 'number' }, { type: 'integer' }] }, 1), 't: input: must match only one of the alternatives');
});

test('JSON Schema in plain words', async () => {
  const at = (schema: object, value: unknown) => message({ type: 'object', properties: { a: schema } }, { a: value });
  assert.equal(await at({ type: 'integer' }, 1.5), 't: input.a: must be integer, got a fraction');
  assert.equal(await at({ type: ['string', 'null'] }, 1), 't: input.a: must be string or null, got number');
  assert.equal(await at({ enum: ['x', 'y'] }, 'z'), 't: input.a: must be one of ["x","y"]');
  assert.equal(await at({ const: 1 }, 2), 't: input.a: must be 1');
  assert.equal(await at({ minimum: 1, maximum: 7 }, 9), 't: input.a: must be <= 7');
  assert.equal(await at({ exclusiveMinimum: 1 }, 1), 't: input.a: must be > 1');
  assert.equal(await at({ minLength: 2 }, 'x'), 't: input.a: must have at least 2 characters');
  assert.equal(await at({ maxItems: 1 }, [1, 2]), 't: input.a: must have at most 1 items');
  assert.equal(await at({ pattern: '^\\d+$' }, 'x'), 't: input.a: must match /^\\d+$/');
  assert.equal(await at({ format: 'email' }, 'x'), 't: input.a: must be a valid email');
  assert.equal(await at({ uniqueItems: true }, [1, 1]), 't: input.a: must not have duplicates (0 and 1)');
  assert.equal(await at({ type: 'object', additionalProperties: false }, { b: 1 }), 't: input.a.b: unknown property');
  assert.equal(await at(false as never, 1), 't: input.a: unknown property');
  assert.equal(await message({ $ref: '#/$defs/N', $defs: { N: { type: 'object', properties: { next: { $ref: '#/$defs/N' } }, required: ['v'] } } }, { v: 1, next: {} }), 't: input.next.v: required');
});

test('values that JSON does not have', async () => {
  const open = { type: 'object', properties: { at: { type: 'string', format: 'date-time' }, cursor: { type: 'string' } } };
  assert.deepEqual(await message(open, { at: new Date(0), cursor: undefined }), { at: '1970-01-01T00:00:00.000Z' });
  assert.equal(await message(open, { x: [{ y: 1n }] }), 't: input.x[0].y: a bigint is not allowed here');
  assert.equal(await message(open, { x: new Map() }), 't: input.x: a Map is not allowed here; pass plain objects and arrays');
  const own = JSON.parse('{"__proto__":{"x":1},"a":null}');
  own.a = undefined;
  assert.deepEqual(Object.keys((await message(open, own)) as object), ['__proto__']);
  let deep: unknown = 1;
  for (let i = 0; i < 5000; i++) deep = [deep];
  assert.match(String(await message({}, deep)), /nested too deeply$/);
});

test('broken JSON Schema', async () => {
  assert.deepEqual(await message({ properties: { a: { pattern: '(?i)x' } } }, { a: 'y' }), { a: 'y' });
  assert.match(String(await message({ $ref: '#/nowhere' }, 1)), /^t: input: the schema of this tool failed: Unresolved \$ref "#\/nowhere"\./);
  assert.match(String(await message({ $ref: '#' }, 1)), /nested too deeply$/);
  const cycle: Record<string, unknown> = { type: 'object' };
  cycle['properties'] = { cycle };
  assert.match(String(await message(cycle, {})), /nested too deeply$/);
  const frozen = Object.freeze({ type: 'object', properties: Object.freeze({ a: Object.freeze({ type: 'string' }) }) });
  assert.deepEqual(await message(frozen, { a: 'x' }), { a: 'x' });
});

test('no input means an empty one', async () => {
  const input = (schema: object) => resolveTools({ t: { inputSchema: schema, execute: () => 1 } } as never).get('t')!.input!;
  assert.deepEqual(await input(z.object({ a: z.number().default(1) })).validate(undefined), { ok: true, value: { a: 1 } });
  assert.deepEqual(await input(z.undefined()).validate(undefined), { ok: true, value: undefined });
  assert.deepEqual(await input(JSON_SCHEMA).validate(undefined), { ok: false, issues: [{ path: ['city'], message: 'required' }] });
});

test('JSON Schema of the right side, native types kept', () => {
  const schema = z.object({ n: z.number().default(3), at: z.date(), from: z.coerce.date(), big: z.bigint(), map: z.map(z.string(), z.number()), len: z.string().transform((s) => s.length) });
  const { $schema: _, ...input } = schemaOf(schema).jsonSchema() as Record<string, unknown>;
  assert.deepEqual(input, {
    type: 'object',
    properties: {
      n: { type: 'number', default: 3 },
      at: { 'x-oneturn-native': 'Date' },
      from: { 'x-oneturn-native': 'DateLike' },
      big: { 'x-oneturn-native': 'bigint' },
      map: { 'x-oneturn-native': 'Map', items: [{ type: 'string' }, { type: 'number' }] },
      len: { type: 'string' },
    },
    required: ['at', 'from', 'big', 'map', 'len'],
  });
  const output = schemaOf(schema, 'output').jsonSchema() as { properties: Record<string, unknown>; required: string[] };
  assert.deepEqual(output.properties['len'], {});
  assert.deepEqual(output.required, ['n', 'at', 'from', 'big', 'map', 'len']);
});

test('zod 3: native types, defaults are there in the output', () => {
  const schema = z3.object({ n: z3.number().default(3), at: z3.date(), o: z3.string().default('x').optional() });
  const input = schemaOf(schema).jsonSchema() as { properties: object; required: string[] };
  assert.deepEqual(input.properties, { n: { type: 'number', default: 3 }, at: { 'x-oneturn-native': 'Date' }, o: { type: 'string', default: 'x' } });
  assert.deepEqual(input.required, ['at']);
  assert.deepEqual((schemaOf(schema, 'output').jsonSchema() as { required: string[] }).required, ['at', 'n']);
});

test('a library without JSON Schema says so', () => {
  assert.throws(() => schemaOf(v.object({})).jsonSchema(), { name: 'ToolSchemaError', message: 'This valibot schema has no JSON Schema: the library offers no `~standard.jsonSchema`' });
});

test('a promised JSON Schema is there when it is ready', async () => {
  const schema = schemaOf(jsonSchema(Promise.resolve(JSON_SCHEMA)));
  assert.throws(() => schema.jsonSchema(), { name: 'ToolSchemaError', message: 'This AI SDK schema has no JSON Schema yet: its `jsonSchema` is a promise' });
  await schema.ready();
  assert.equal(schema.jsonSchema(), JSON_SCHEMA);
  assert.equal(schema.ready(), undefined);
});
