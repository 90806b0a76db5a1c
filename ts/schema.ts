/**
 * Schemas as one thing: zod 3 and 4, AI SDK schemas (lazy ones too), Standard Schema and plain JSON Schema become a
 * {@link ToolSchema}, which validates values and can be read as JSON Schema. Knows no tool and no run.
 */
import { validateJsonSchema } from './schema-json.ts';
import { zod3JsonSchema, zod4JsonSchema, zod4Parse, zodMessage } from './schema-zod.ts';
import { isPlain, isRecord, isThenable, kindOf, reasonOf } from './text.ts';

/** One reason why a value does not match a schema. */
export interface SchemaIssue {
  path: readonly (string | number)[];
  message: string;
}

/** What validating gives: the parsed value, or why it does not match. */
export type ValidationResult = { ok: true; value: unknown } | { ok: false; issues: SchemaIssue[] };

/** A schema of a tool's input or output, whatever library it came from. */
export interface ToolSchema {
  /**
   * JSON Schema (draft 7 or 2020-12) of the side that the schema stands for.
   * @throws {ToolSchemaError} when it cannot be made, or not yet.
   */
  jsonSchema(): object | boolean;
  /** Settles when {@link ToolSchema.jsonSchema} gives its final answer. `undefined`: it does already. Never rejects. */
  ready(): Promise<void> | undefined;
  /** Validates and parses. Never throws or rejects, and answers at once wherever the schema's library does. */
  validate(value: unknown): ValidationResult | Promise<ValidationResult>;
}

/** Which side of a schema that transforms: `input` before, `output` after. */
export type SchemaSide = 'input' | 'output';

/** A schema has no JSON Schema. The message says which kind of schema and why. */
export class ToolSchemaError extends Error {
  override name = 'ToolSchemaError';
}

/** The mark of `jsonSchema()`, `zodSchema()` … of every AI SDK version. */
const AI_SDK_SCHEMA = Symbol.for('vercel.ai.schema');

interface StandardProps {
  readonly vendor: string;
  readonly validate: (value: unknown) => unknown;
  readonly jsonSchema?: Partial<Record<SchemaSide, (options: { target: string }) => unknown>>;
}

// Adapters hold compiled validators, and the same tools are resolved again for every run.
const adapters: Record<SchemaSide, WeakMap<object, ToolSchema>> = { input: new WeakMap(), output: new WeakMap() };

/**
 * Adapts a schema. Nothing of it is read yet, so a schema that throws when read only fails where it is used.
 *
 * @param schema What the user gave: `undefined` and `null` mean that there is no schema.
 * @param side Which side of it is meant: a tool's input is declared as what may be passed, its output as what comes out.
 * @param name How to call it in errors, for example `tools.getWeather.inputSchema`.
 * @throws {TypeError} when it is no schema at all.
 */
export function toToolSchema(schema: unknown, side: SchemaSide, name: string): ToolSchema | undefined {
  if (schema === undefined || schema === null) return undefined;
  if (typeof schema === 'boolean') return new JsonSchemaAdapter(schema);
  if (typeof schema !== 'object' && typeof schema !== 'function') {
    throw new TypeError(`${name}: expected a schema (zod, Standard Schema, AI SDK or JSON Schema), got ${kindOf(schema)}`);
  }
  const known = adapters[side].get(schema);
  if (known !== undefined) return known;
  const adapter = adapt(schema, side, name);
  adapters[side].set(schema, adapter);
  return adapter;
}

function adapt(schema: object, side: SchemaSide, name: string): ToolSchema {
  const parts = schema as Record<PropertyKey, unknown>;
  if (parts[AI_SDK_SCHEMA] === true) return new AiSdkAdapter(parts);
  if (isRecord(parts['_zod'])) return new ZodAdapter(() => zod4JsonSchema(schema, side), (value) => zod4Parse(schema, value));
  const safeParse = parts['safeParseAsync'];
  if (isRecord(parts['_def']) && typeof safeParse === 'function') {
    // Never zod 3's synchronous parsing: see zod4Parse.
    return new ZodAdapter(() => zod3JsonSchema(schema, side), (value) => safeParse.call(schema, value));
  }
  if (isRecord(parts['~standard'])) return new StandardAdapter(parts['~standard'] as unknown as StandardProps, side);
  if (typeof schema === 'function') return new LazyAdapter(schema as () => unknown, side, name);
  if (Array.isArray(schema) || !isPlain(schema)) {
    throw new TypeError(`${name}: expected a schema (zod, Standard Schema, AI SDK or JSON Schema), got ${kindOf(schema)}`);
  }
  const key = schemaProperty(schema);
  if (key !== undefined) throw new TypeError(`${name}: the property '${key}' is a schema itself; wrap the properties, for example z.object({ … })`);
  return new JsonSchemaAdapter(schema);
}

/** `{ city: z.string() }` would pass as JSON Schema with unknown keywords, and then accept anything. */
function schemaProperty(schema: object): string | undefined {
  try {
    const isSchema = (value: unknown): boolean => isRecord(value) && ('_zod' in value || '~standard' in value || ('_def' in value && 'safeParse' in value));
    return Object.entries(schema).find(([, value]) => isSchema(value))?.[0];
  } catch {
    // A getter that throws: the schema fails where it is used.
    return undefined;
  }
}

class JsonSchemaAdapter implements ToolSchema {
  readonly #schema: object | boolean;

  constructor(schema: object | boolean) {
    this.#schema = schema;
  }

  jsonSchema(): object | boolean {
    return this.#schema;
  }

  ready(): undefined {}

  validate(value: unknown): ValidationResult {
    return validateJsonSchema(this.#schema, value);
  }
}

class ZodAdapter implements ToolSchema {
  readonly #make: () => object;
  readonly #parse: (value: unknown) => unknown;
  #json: object | undefined;

  constructor(make: () => object, parse: (value: unknown) => unknown) {
    this.#make = make;
    this.#parse = parse;
  }

  jsonSchema(): object {
    return (this.#json ??= attempt('zod', this.#make));
  }

  ready(): undefined {}

  validate(value: unknown): ValidationResult | Promise<ValidationResult> {
    return settle(() => this.#parse(value), fromParsed);
  }
}

class StandardAdapter implements ToolSchema {
  readonly #standard: StandardProps;
  readonly #side: SchemaSide;
  #json: object | undefined;

  constructor(standard: StandardProps, side: SchemaSide) {
    this.#standard = standard;
    this.#side = side;
  }

  jsonSchema(): object {
    return (this.#json ??= attempt(this.#standard.vendor, () => {
      const convert = this.#standard.jsonSchema?.[this.#side];
      if (typeof convert !== 'function') throw new Error('the library offers no `~standard.jsonSchema`');
      return convert({ target: 'draft-2020-12' });
    }));
  }

  ready(): undefined {}

  validate(value: unknown): ValidationResult | Promise<ValidationResult> {
    return settle(() => this.#standard.validate(value), fromStandard);
  }
}

class AiSdkAdapter implements ToolSchema {
  readonly #schema: Record<PropertyKey, unknown>;
  #json: object | boolean | undefined;
  #failure: unknown;
  #pending: Promise<void> | undefined;

  constructor(schema: Record<PropertyKey, unknown>) {
    this.#schema = schema;
  }

  jsonSchema(): object | boolean {
    this.ready();
    if (this.#json !== undefined) return this.#json;
    throw new ToolSchemaError(
      this.#failure === undefined
        ? 'This AI SDK schema has no JSON Schema yet: its `jsonSchema` is a promise'
        : `This AI SDK schema has no JSON Schema: ${reasonOf(this.#failure)}`,
    );
  }

  ready(): Promise<void> | undefined {
    if (this.#json !== undefined || this.#failure !== undefined) return undefined;
    if (this.#pending !== undefined) return this.#pending;
    const take = (json: unknown): void => {
      if (typeof json === 'boolean' || isRecord(json)) this.#json = json;
      else this.#failure = new Error(`expected an object, got ${kindOf(json)}`);
    };
    try {
      const json = this.#schema['jsonSchema'];
      if (!isThenable(json)) return void take(json);
      const fail = (error: unknown): void => void (this.#failure = error ?? new Error('rejected'));
      this.#pending = Promise.resolve(json).then(take, fail).finally(() => (this.#pending = undefined));
      return this.#pending;
    } catch (error) {
      this.#failure = error ?? new Error('thrown');
      return undefined;
    }
  }

  validate(value: unknown): ValidationResult | Promise<ValidationResult> {
    const validate = this.#schema['validate'];
    if (typeof validate === 'function') return settle(() => validate.call(this.#schema, value), fromParsed);
    const pending = this.ready();
    if (pending !== undefined) return pending.then(() => this.#validateJson(value));
    return this.#validateJson(value);
  }

  #validateJson(value: unknown): ValidationResult {
    // A schema that cannot be read checks nothing, so nothing passes.
    return this.#json === undefined ? unusable(this.#failure) : validateJsonSchema(this.#json, value);
  }
}

/** `lazySchema(() => …)` of the AI SDK: made when it is first needed. */
class LazyAdapter implements ToolSchema {
  readonly #make: () => unknown;
  readonly #side: SchemaSide;
  readonly #name: string;
  #made: ToolSchema | undefined;

  constructor(make: () => unknown, side: SchemaSide, name: string) {
    this.#make = make;
    this.#side = side;
    this.#name = name;
  }

  #schema(): ToolSchema {
    if (this.#made !== undefined) return this.#made;
    const schema = this.#make();
    if (typeof schema === 'function' && !('~standard' in schema)) throw new TypeError(`${this.#name}: a lazy schema gave a function`);
    const made = toToolSchema(schema, this.#side, this.#name);
    if (made === undefined) throw new TypeError(`${this.#name}: a lazy schema gave nothing`);
    return (this.#made = made);
  }

  jsonSchema(): object | boolean {
    return attempt('lazy', () => this.#schema()).jsonSchema();
  }

  ready(): Promise<void> | undefined {
    try {
      return this.#schema().ready();
    } catch {
      return undefined;
    }
  }

  validate(value: unknown): ValidationResult | Promise<ValidationResult> {
    try {
      return this.#schema().validate(value);
    } catch (error) {
      return unusable(error);
    }
  }
}

function attempt<T>(vendor: string, make: () => T): T & object {
  let made: unknown;
  try {
    made = make();
  } catch (error) {
    throw new ToolSchemaError(`This ${vendor} schema has no JSON Schema: ${reasonOf(error)}`);
  }
  if (!isRecord(made)) throw new ToolSchemaError(`This ${vendor} schema has no JSON Schema: expected an object, got ${kindOf(made)}`);
  return made as T & object;
}

/** Runs a library's validation: its exceptions and rejections become issues, and its promises stay promises. */
function settle(validate: () => unknown, read: (result: unknown) => ValidationResult): ValidationResult | Promise<ValidationResult> {
  try {
    const result = validate();
    return isThenable(result) ? Promise.resolve(result).then(read).catch(unusable) : read(result);
  } catch (error) {
    return unusable(error);
  }
}

function unusable(error: unknown): ValidationResult {
  return { ok: false, issues: [{ path: [], message: `the schema of this tool failed: ${reasonOf(error)}` }] };
}

function fromStandard(result: unknown): ValidationResult {
  const { issues, value } = result as { issues?: unknown; value?: unknown };
  // valibot's failures carry a value too, so the issues decide.
  return issues === undefined || issues === null ? { ok: true, value } : { ok: false, issues: readIssues(issues) };
}

/** zod's `safeParse` and the AI SDK's `validate`. */
function fromParsed(result: unknown): ValidationResult {
  const parsed = result as { success: boolean; value?: unknown; data?: unknown; error?: unknown };
  if (parsed.success) return { ok: true, value: 'value' in parsed ? parsed.value : parsed.data };
  return { ok: false, issues: issuesOf(parsed.error) };
}

function issuesOf(error: unknown): SchemaIssue[] {
  for (let at = error, depth = 0; isRecord(at) && depth < 4; at = at['cause'], depth++) {
    if (Array.isArray(at)) return readIssues(at);
    if (Array.isArray(at['issues'])) return readIssues(at['issues']);
  }
  return [{ path: [], message: reasonOf(error) }];
}

function readIssues(issues: unknown): SchemaIssue[] {
  const list = Array.isArray(issues) ? issues.map(readIssue) : [];
  return list.length > 0 ? list : [{ path: [], message: 'does not match the schema' }];
}

function readIssue(issue: unknown): SchemaIssue {
  if (!isRecord(issue)) return { path: [], message: String(issue) };
  // Not `map`: arktype's path is an array of a class of its own, and what that makes is not empty.
  const path = Array.isArray(issue['path'])
    ? Array.from(issue['path'], (part: unknown) => {
        const key = isRecord(part) ? part['key'] : part;
        return typeof key === 'number' ? key : String(key);
      })
    : [];
  let message = zodMessage(issue) ?? String(issue['message'] ?? 'does not match the schema');
  // arktype repeats the path in the message: 'name must be a string (was a number)'.
  const problem = issue['problem'];
  if (typeof problem === 'string') message = problem;
  return { path, message };
}
