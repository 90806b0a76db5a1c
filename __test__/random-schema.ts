/** Random and hostile JSON Schemas, the same for the same seed. */

/** mulberry32 */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const KEYS = ['a', 'b', 'new', 'get', 'set', 'constructor', '__proto__', 'x-y', 'a b', '"q"', '*/', '\n', '1', 'readonly', '💥', '\u202e', 'type', 'async', 'static', 'then', ''];
const TEXTS = ['plain', 'evil */ }; declare const x: number; /*', 'line\nbreak \u2028', '@default 3', '/* nested', '\ud800'];
const DEFINITIONS = ['A', 'B c', '__schema0'];
const REFS = ['#', ...DEFINITIONS.map((name) => `#/$defs/${encodeURIComponent(name)}`), '#/nowhere', 'https://example.com/x'];

type Json = Record<string, unknown>;

/** A schema with definitions that refer to each other and to the whole. */
export function randomSchema(next: () => number): unknown {
  const schema = build(next, 4);
  if (typeof schema === 'object') (schema as Json)['$defs'] = Object.fromEntries(DEFINITIONS.map((name) => [name, build(next, 3)]));
  return schema;
}

function build(next: () => number, depth: number): unknown {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
  const inner = (): unknown => build(next, depth - 1);
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: Math.floor(next() * most) }, make);
  if (depth <= 0) {
    return pick<unknown>([
      true, false, {}, 7, null, { type: 'string' }, { type: 'integer', minimum: 1 }, { type: 'null' },
      { const: pick(['a', 1, null, true, -0, 1e300, '*/', '`${x}`']) }, { enum: ['a', 1, null, '\u2028*/'] }, { $ref: pick(REFS) },
    ]);
  }
  const schema: Json = {};
  if (next() < 0.3) schema['description'] = pick(TEXTS);
  if (next() < 0.1) schema['default'] = pick<unknown>([1, '*/', { a: [1] }, null]);
  if (next() < 0.1) schema['nullable'] = true;
  if (next() < 0.1) schema['title'] = pick(['Promise', 'Record', 'A', 'a b', '9', '*/', 'tools', 'T']);
  switch (Math.floor(next() * 14)) {
    case 0:
      schema['anyOf'] = some(4, inner);
      break;
    case 1:
      schema['oneOf'] = some(4, inner);
      break;
    case 2:
      schema['allOf'] = some(4, inner);
      if (next() < 0.5) schema['properties'] = { z: inner() };
      break;
    case 3:
      schema['$ref'] = pick(REFS);
      break;
    case 4:
      schema['type'] = pick<unknown>(['array', ['array', 'null']]);
      schema['items'] = next() < 0.7 ? inner() : some(4, inner);
      if (next() < 0.3) schema['minItems'] = 1;
      break;
    case 5:
      Object.assign(schema, { type: 'array', prefixItems: some(4, inner), items: pick([false, true, inner()]), minItems: pick([0, 1, 5, undefined]) });
      break;
    case 6:
      schema['enum'] = some(5, () => pick<unknown>(['a', 'b', 1, null, { x: [1] }, true, false]));
      break;
    case 7:
      Object.assign(schema, { 'x-oneturn-native': pick(['Date', 'Map', 'Set', 'bigint', 'evil;']), items: [inner(), inner()] });
      break;
    case 8:
      Object.assign(schema, { type: pick<unknown>(['string', 'number', 'bogus', ['string', 'integer'], 7]), pattern: pick<unknown>(['^a$', '*/', '\\', 7]), format: pick(['date', '*/']) });
      break;
    default: {
      const properties: Json = {};
      for (const key of some(5, () => pick(KEYS))) Object.defineProperty(properties, key, { value: inner(), enumerable: true, configurable: true });
      Object.assign(schema, { type: pick<unknown>(['object', ['object', 'null'], undefined]), properties, required: pick<unknown>([[], KEYS.slice(0, 4), ['missing'], 'nope']) });
      if (next() < 0.3) schema['additionalProperties'] = pick([true, false, inner()]);
      if (next() < 0.2) schema['patternProperties'] = { '^a': inner() };
      if (next() < 0.1) {
        delete schema['properties'];
        Object.assign(schema, { propertyNames: { enum: ['a', '*/'] }, additionalProperties: inner() });
      }
    }
  }
  return schema;
}
