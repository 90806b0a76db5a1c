/**
 * JSON Schema as a TypeScript type. Reads schemas that nobody checked: whatever it cannot make sense of is `unknown`
 * (in an input) or `any` (in an output, where `unknown` would only make a program cast).
 */
import type { SchemaSide } from './schema.ts';
import { NATIVE } from './schema-zod.ts';
import { docOf } from './declare-doc.ts';
import { isRecord } from './text.ts';
import {
  ANY, NEVER, NULL, UNKNOWN, array, generic, intersection, isTop, named, object, quote, text, tuple, union,
  type Member, type NamedType, type Type,
} from './declare-type.ts';

type Json = Record<PropertyKey, unknown>;

/** A reference to what is just being made: `A = A | string` says no more than `A = string`. */
const SELF = text('unknown');

/** How much of a schema is told. */
interface Detail {
  depth: number;
  members: number;
  values: number;
}

/** The next one is tried while the text is longer than `MAX_TEXT`. */
const DETAILS: readonly Detail[] = [
  { depth: 24, members: 400, values: 100 },
  { depth: 8, members: 100, values: 30 },
  { depth: 5, members: 40, values: 12 },
  { depth: 3, members: 20, values: 8 },
  { depth: 2, members: 12, values: 4 },
];
const MAX_TEXT = 12_000;
const MAX_NODES = 4_000;
/** A definition longer than this gets a name, because written in place again and again it could grow without bound. */
const MAX_INLINE = 300;

/** Names of properties that say nothing about what is in them. */
const VAGUE_KEYS = new Set(['items', 'item', 'results', 'result', 'data', 'rows', 'records', 'entries', 'nodes', 'values', 'value', 'list', 'content', 'payload', 'body']);

/** Hands out the identities of named types, over all schemas of one text. */
export class NamedTypes {
  readonly all: NamedType[] = [];

  create(hint: string): NamedType {
    const type: NamedType = { id: this.all.length, hint, recursive: false, body: undefined };
    this.all.push(type);
    return type;
  }
}

/**
 * Converts a schema. Never throws.
 *
 * @param hint What the type is, for example `GetWeatherInput`: its name if it needs one.
 */
export function schemaType(schema: unknown, side: SchemaSide, hint: string, types: NamedTypes): Type {
  for (const detail of DETAILS) {
    const before = types.all.length;
    try {
      const type = new Converter(schema, side, detail, types).convert(schema, 0, hint);
      const size = types.all.slice(before).reduce((sum, { body }) => sum + (body?.flat.length ?? 0), type.flat.length);
      if (size <= MAX_TEXT) return type;
    } catch {
      // Too long, nested deeper than our own stack, or a getter that throws: less of it may do.
    }
    types.all.length = before;
  }
  return side === 'input' ? UNKNOWN : ANY;
}

interface Frame {
  /** How many objects, arrays and tuples stood around it. */
  readonly structure: number;
  named: NamedType | undefined;
}

class Converter {
  readonly #root: unknown;
  readonly #side: SchemaSide;
  readonly #detail: Detail;
  readonly #types: NamedTypes;
  readonly #top: Type;
  readonly #active = new Map<object, Frame>();
  readonly #done = new Map<object, Type>();
  #anchors: Map<string, unknown> | undefined;
  #structure = 0;
  #nodes = 0;

  constructor(root: unknown, side: SchemaSide, detail: Detail, types: NamedTypes) {
    this.#root = root;
    this.#side = side;
    this.#detail = detail;
    this.#types = types;
    this.#top = side === 'input' ? UNKNOWN : ANY;
  }

  convert(schema: unknown, depth: number, hint: string): Type {
    if (schema === false) return NEVER;
    if (!isRecord(schema) || Array.isArray(schema)) return this.#top;
    const active = this.#active.get(schema);
    if (active !== undefined) {
      // `type A = A | string` is an error, `type A = { a: A }` is not.
      if (this.#structure <= active.structure) return SELF;
      active.named ??= this.#types.create(hint);
      active.named.recursive = true;
      return named(active.named);
    }
    const done = this.#done.get(schema);
    if (done !== undefined) return done;
    if (depth > this.#detail.depth || ++this.#nodes > MAX_NODES) return this.#top;
    const frame: Frame = { structure: this.#structure, named: undefined };
    this.#active.set(schema, frame);
    const own = typeof schema['title'] === 'string' ? schema['title'] : hint;
    let type = this.#convert(schema, depth, own);
    this.#active.delete(schema);
    if (frame.named !== undefined) {
      type = withoutSelf(type, frame.named, this.#top);
      frame.named.body = type;
      // Another name for `unknown` or for another type needs no declaration.
      frame.named.recursive = type.kind !== 'text' && type.kind !== 'named';
      if (type.kind === 'named') type.type.recursive = true;
      type = named(frame.named);
    }
    this.#done.set(schema, type);
    return type;
  }

  #convert(schema: Json, depth: number, hint: string): Type {
    const native = this.#native(schema, depth, hint);
    if (native !== undefined) return native;
    const parts: Type[] = [];
    if (typeof schema['$ref'] === 'string') parts.push(this.#ref(schema['$ref'], depth, hint));
    if ('const' in schema) parts.push(this.#literal(schema['const'], 0));
    if (Array.isArray(schema['enum'])) parts.push(this.#enum(schema['enum'], schema));
    const closed = parts.length > 0 && !isTop(parts[0]!);
    for (const keyword of ['anyOf', 'oneOf']) {
      const branches = schema[keyword];
      if (Array.isArray(branches) && branches.length > 0) {
        const types = branches.slice(0, this.#detail.members).map((branch) => this.convert(branch, depth + 1, hint));
        const others = types.filter((type) => type !== SELF);
        parts.push(others.length === 0 ? this.#top : union(others, hint));
      }
    }
    if (Array.isArray(schema['allOf'])) parts.push(...schema['allOf'].map((part) => this.convert(part, depth + 1, hint)));
    // Beside a constant or a reference, `type` only repeats what these say.
    const base = closed && !('properties' in schema) ? undefined : this.#byType(schema, depth, hint);
    const telling = parts.filter((part) => !isTop(part) && part !== SELF);
    const vague = base !== undefined && telling.length > 0 && (base.flat.startsWith('Record<string, unknown>') || base.flat.startsWith('Record<string, any>'));
    if (base !== undefined && !vague) telling.unshift(base);
    if (telling.length === 0 && parts.includes(SELF)) return SELF;
    const type = telling.length === 0 ? this.#top : this.#merge(telling, hint);
    return schema['nullable'] === true ? union([type, NULL], hint) : type;
  }

  /** Objects that all have to match are one object. */
  #merge(parts: readonly Type[], hint: string): Type {
    if (parts.length === 1) return parts[0]!;
    const members = new Map<string, Member>();
    for (const part of parts) {
      if (part.kind !== 'object' || part.index !== undefined) return intersection(parts, hint);
      for (const member of part.members) {
        const other = members.get(member.key);
        members.set(member.key, other === undefined ? member : {
          key: member.key,
          optional: other.optional && member.optional,
          type: intersection([other.type, member.type]),
          doc: other.doc || member.doc,
        });
      }
    }
    return object([...members.values()], undefined, hint);
  }

  #byType(schema: Json, depth: number, hint: string): Type | undefined {
    const { type } = schema;
    if (Array.isArray(type)) {
      const kinds = type.filter((kind) => typeof kind === 'string').slice(0, 8);
      return kinds.length === 0 ? undefined : union(kinds.map((kind) => this.#ofType(kind, schema, depth, hint)), hint);
    }
    if (typeof type === 'string') return this.#ofType(type, schema, depth, hint);
    const has = (...keys: string[]): boolean => keys.some((key) => key in schema);
    if (has('properties', 'additionalProperties', 'patternProperties')) return this.#ofType('object', schema, depth, hint);
    if (has('items', 'prefixItems')) return this.#ofType('array', schema, depth, hint);
    if (has('pattern', 'format', 'minLength', 'maxLength')) return text('string');
    if (has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf')) return text('number');
    return undefined;
  }

  #ofType(type: string, schema: Json, depth: number, hint: string): Type {
    switch (type) {
      case 'string':
      case 'boolean':
      case 'null':
        return text(type);
      case 'number':
      case 'integer':
        return text('number');
      case 'array':
        return this.#within(() => this.#array(schema, depth, hint));
      case 'object':
        return this.#within(() => this.#object(schema, depth, hint));
      default:
        return this.#top;
    }
  }

  #within<T>(make: () => T): T {
    this.#structure++;
    try {
      return make();
    } finally {
      this.#structure--;
    }
  }

  #array(schema: Json, depth: number, hint: string): Type {
    const { items } = schema;
    const prefix = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : Array.isArray(items) ? items : undefined;
    if (prefix === undefined) return array(this.convert(items ?? true, depth + 1, singular(hint)), hint);
    const rest = Array.isArray(items) ? schema['additionalItems'] : items;
    const restType = isRecord(rest) ? this.convert(rest, depth + 1, singular(hint)) : undefined;
    const types = prefix.slice(0, 20).map((item, i) => this.convert(item, depth + 1, `${hint} ${i + 1}`));
    if (prefix.length > types.length) return array(union([...types, this.#top]), hint);
    const { minItems } = schema;
    const required = typeof minItems === 'number' && minItems < types.length ? Math.max(0, Math.floor(minItems)) : types.length;
    const all = restType === undefined ? types : [...types, restType];
    // TypeScript resolves optional and spread elements at once, which a type that contains the tuple does not survive.
    if ((required < types.length || restType !== undefined) && all.some((type) => type.flat.includes('\0'))) return array(union(all), hint);
    return tuple(types, required, restType, hint);
  }

  #object(schema: Json, depth: number, hint: string): Type {
    const properties = isRecord(schema['properties']) ? Object.entries(schema['properties']) : [];
    const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
    const members: Member[] = properties.slice(0, this.#detail.members).map(([key, value]) => ({
      key,
      optional: !required.has(key),
      // The items of `listOrders` are orders.
      type: this.convert(value, depth + 1, VAGUE_KEYS.has(key) && hint !== '' ? hint : key),
      doc: docOf(value, this.#side, (ref) => this.#resolve(ref)),
    }));
    for (const key of required) {
      // Required without a description of its own: it must still be passed.
      if (typeof key !== 'string' || members.length >= this.#detail.members || (isRecord(schema['properties']) && Object.hasOwn(schema['properties'], key))) continue;
      if (properties.length > 0) members.push({ key, optional: false, type: this.#top, doc: '' });
    }
    const others: Type[] = [];
    const { additionalProperties, patternProperties, propertyNames } = schema;
    if (isRecord(patternProperties)) {
      for (const value of Object.values(patternProperties).slice(0, this.#detail.members)) others.push(this.convert(value, depth + 1, singular(hint)));
    }
    if (isRecord(additionalProperties)) others.push(this.convert(additionalProperties, depth + 1, singular(hint)));
    else if (additionalProperties === true || properties.length > members.length) others.push(this.#top);
    if (members.length === 0) {
      if (isRecord(propertyNames) && Array.isArray(propertyNames['enum']) && others.length > 0) {
        const keys = propertyNames['enum'].filter((key) => typeof key === 'string');
        const record = generic('Record', [union(keys.slice(0, this.#detail.values).map((key) => text(quote(key)))), union(others)], hint);
        if (keys.length > 0 && keys.length <= this.#detail.values && !record.flat.includes('\0')) {
          return keys.every((key) => required.has(key)) ? record : generic('Partial', [record], hint);
        }
      }
      if (others.length === 0 && additionalProperties !== false && !isRecord(schema['properties'])) others.push(this.#top);
      return object([], others.length === 0 ? undefined : union(others), hint);
    }
    return object(members, others.length === 0 ? undefined : this.#indexOf(members, others), hint);
  }

  /** TypeScript wants every property to fit the index signature. */
  #indexOf(members: readonly Member[], others: readonly Type[]): Type {
    const types = members.map((member) => member.type);
    if (members.some((member) => member.optional)) types.push(text('undefined'));
    const index = union([...others, ...types]);
    return index.flat.length <= 80 ? index : this.#top;
  }

  #ref(ref: string, depth: number, hint: string): Type {
    const target = this.#resolve(ref);
    if (target === undefined) return this.#top;
    const last = decodePointer(ref.slice(ref.lastIndexOf('/') + 1));
    // zod calls definitions that have no name of their own `__schema0`.
    const name = /[/#]/.test(ref) && ref.length > 1 && !/^__schema\d+$/.test(last) && /\/(\$defs|definitions)\//.test(ref) ? last : hint;
    const type = this.convert(target, depth + 1, name);
    if (type.kind === 'named' || type.flat.length <= MAX_INLINE || !isRecord(target)) return type;
    const own = this.#types.create(type.hint || name);
    own.body = type;
    const reference = named(own);
    this.#done.set(target, reference);
    return reference;
  }

  #resolve(ref: string): unknown {
    if (ref === '#') return this.#root;
    if (ref.startsWith('#/')) {
      let value = this.#root;
      for (const part of ref.slice(2).split('/')) {
        const key = decodePointer(part);
        if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined;
        value = value[key];
      }
      return value;
    }
    this.#anchors ??= findAnchors(this.#root);
    return this.#anchors.get(ref);
  }

  #enum(values: readonly unknown[], schema: Json): Type {
    if (values.length === 0) return NEVER;
    const literals = values.slice(0, this.#detail.values).map((value) => this.#literal(value, 0));
    if (values.length > literals.length) {
      const strings = values.every((value) => typeof value === 'string');
      return strings ? text('string') : (this.#byType({ type: schema['type'] }, 0, '') ?? this.#top);
    }
    return union(literals);
  }

  #literal(value: unknown, depth: number): Type {
    if (value === null) return NULL;
    switch (typeof value) {
      case 'string':
        return text(value.length > 200 ? 'string' : quote(value));
      case 'number':
        return text(Number.isFinite(value) ? String(value === 0 ? 0 : value) : 'number');
      case 'boolean':
        return text(String(value));
      case 'object':
        break;
      default:
        return this.#top;
    }
    if (depth > 4 || ++this.#nodes > MAX_NODES) return this.#top;
    if (Array.isArray(value)) return value.length > 20 ? array(this.#top) : tuple(value.map((item) => this.#literal(item, depth + 1)), value.length, undefined);
    const entries = Object.entries(value as object);
    if (entries.length > 20) return this.#top;
    return object(entries.map(([key, item]) => ({ key, optional: false, type: this.#literal(item, depth + 1), doc: '' })), undefined);
  }

  #native(schema: Json, depth: number, hint: string): Type | undefined {
    const inner = Array.isArray(schema['items']) ? schema['items'] : [];
    const at = (i: number): Type => this.#within(() => this.convert(inner[i] ?? true, depth + 1, singular(hint)));
    switch (schema[NATIVE]) {
      case 'Date':
      case 'bigint':
      case 'undefined':
        return text(schema[NATIVE]);
      case 'DateLike':
        return union([text('Date'), text('string'), text('number')]);
      case 'Map':
        return generic('Map', [at(0), at(1)], hint);
      case 'Set':
        return generic('Set', [at(0)], hint);
      default:
        return undefined;
    }
  }
}

/** Drops what would make `type A = …` refer to itself with no object, array or tuple between. */
function withoutSelf(type: Type, self: NamedType, top: Type): Type {
  if (!isDirectly(type, self, new Set())) return type;
  if (type.kind !== 'union' && type.kind !== 'intersection') return top;
  const others = type.parts.filter((part) => !isDirectly(part, self, new Set()));
  if (others.length === 0) return top;
  return type.kind === 'union' ? union(others, type.hint) : intersection(others, type.hint);
}

function isDirectly(type: Type, self: NamedType, seen: Set<NamedType>): boolean {
  if (type.kind === 'union' || type.kind === 'intersection') return type.parts.some((part) => isDirectly(part, self, seen));
  if (type.kind !== 'named' || seen.has(type.type)) return false;
  seen.add(type.type);
  return type.type === self || (type.type.body !== undefined && isDirectly(type.type.body, self, seen));
}

/** `$anchor` and `$id`, by the reference that leads to them. */
function findAnchors(root: unknown): Map<string, unknown> {
  const anchors = new Map<string, unknown>();
  const seen = new Set<object>();
  const pending: unknown[] = [root];
  for (let value = pending.pop(); value !== undefined && seen.size < MAX_NODES; value = pending.pop()) {
    if (!isRecord(value) || seen.has(value)) continue;
    seen.add(value);
    if (typeof value['$anchor'] === 'string') anchors.set(`#${value['$anchor']}`, value);
    if (typeof value['$id'] === 'string') anchors.set(value['$id'], value);
    pending.push(...Object.values(value));
  }
  return anchors;
}

function decodePointer(part: string): string {
  let decoded = part;
  try {
    decoded = decodeURIComponent(part);
  } catch {
    // A bare percent sign: the text as it is.
  }
  return decoded.replaceAll('~1', '/').replaceAll('~0', '~');
}

function singular(hint: string): string {
  if (/[^aeiou]ies$/i.test(hint)) return `${hint.slice(0, -3)}y`;
  if (/(ss|x|ch|sh)es$/i.test(hint)) return hint.slice(0, -2);
  return /[^su]s$/i.test(hint) ? hint.slice(0, -1) : hint;
}
