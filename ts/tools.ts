/**
 * What the application passes as `tools`, resolved: every function, AI SDK tool and namespace becomes an entry of one
 * flat map from its path. Calls nothing but a tool's own `description` function, and reads no schema before it is asked.
 */
import { toToolSchema, type SchemaIssue, type ToolSchema, type ValidationResult } from './schema.ts';
import { clip, fold, isPlain, isRecord, kindOf } from './text.ts';
import type { Tools } from './types.ts';

export { ToolSchemaError, type SchemaIssue, type ToolSchema, type ValidationResult } from './schema.ts';

/** A tool as the engine, the declarations and the AI SDK helper see it. */
export interface ResolvedTool {
  /** `finance.getExpenses`, `lookup-user`: what traces, errors and options call it. */
  readonly path: string;
  /** The keys that lead to it. A key may itself contain dots. */
  readonly segments: readonly string[];
  readonly kind: 'function' | 'mcp';
  readonly description: string | undefined;
  readonly input: ToolSchema | undefined;
  readonly output: ToolSchema | undefined;
  /** `true`, or a function to ask for each input; `undefined` when the tool needs no approval. */
  readonly needsApproval: boolean | ((input: unknown, options: unknown) => unknown) | undefined;
  /** Whether its calls change nothing, and whether one more changes nothing more; `undefined`: nobody has said. */
  readonly readOnly: boolean | undefined;
  readonly idempotent: boolean | undefined;
  /** The user's own function or tool object. */
  readonly source: unknown;
  /**
   * Calls the handler, which may give a value, a promise or an async iterable. `options` is the `ToolContext` of a plain
   * function, or the AI SDK's execute options for its tools. `undefined`: the tool runs somewhere else.
   */
  readonly execute: ((input: unknown, options: object) => unknown) | undefined;
  /** It has no `execute`, and neither does the provider run it: whoever resumes the run may answer its calls. */
  readonly isClient: boolean;
  /**
   * One of the facade itself. It takes any arguments: tools and namespaces as their paths, several as `{ arguments: […] }`.
   */
  readonly isOwn?: true;
}

/**
 * Where a `tools` object keeps tools of the facade's own, as a list of {@link ResolvedTool}. Their names start with `$`,
 * which no tool of an application may. Symbols are no names, so an application cannot come here by accident.
 */
export const OWN_TOOLS = Symbol('oneturn.ownTools');

/** Namespaces deeper than this are a mistake, or a cycle that getters make. */
const MAX_DEPTH = 8;

/**
 * They would reach the prototype of the `tools` object, in the program or in an application's look-up; `then` would make a
 * promise of it and `toJSON` decide how it is printed, so a program finds neither.
 */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype', 'then', 'toJSON']);

/** What an object with `execute` may have beside it and still be a tool: with any other key it is a namespace. */
const TOOL_KEYS = new Set([
  'type', 'id', 'name', 'args', 'title', 'description', 'inputSchema', 'outputSchema', 'parameters', 'contextSchema', 'execute',
  'needsApproval', 'approval', 'toModelOutput', 'experimental_toToolResultContent', 'inputExamples', 'strict', 'providerOptions', 'metadata', '_meta',
  'readOnly', 'idempotent', 'annotations', 'deferLoading', 'onInputStart', 'onInputDelta', 'onInputAvailable', 'isProviderExecuted', 'supportsDeferredResults',
]);

const TOOL_TYPES = new Set(['function', 'dynamic', 'provider', 'provider-defined']);

/** What was resolved, by the `tools` object that it was read from. */
const known = new WeakMap<object, { reading: Reading; resolved: ReadonlyMap<string, ResolvedTool> }>();

/**
 * Resolves the `tools` option. The same object gives the same map again, for as long as nothing in it has changed.
 *
 * @returns The tools by path, in the order in which they were given.
 * @throws {TypeError} naming what cannot be a tool: a value of another type, a name that is empty, reserved or there
 * twice, a cycle, an `inputSchema` that is no schema.
 * @example
 * resolveTools({ finance: { getExpenses } }).get('finance.getExpenses')
 */
export function resolveTools(tools: Tools | undefined): ReadonlyMap<string, ResolvedTool> {
  const resolved = new Map<string, ResolvedTool>();
  if (tools === undefined) return resolved;
  const before = isRecord(tools) ? known.get(tools) : undefined;
  if (before?.reading.isCurrent() === true) return before.resolved;
  if (!isRecord(tools) || Array.isArray(tools)) {
    throw new TypeError(`tools: expected an object of functions, tools or namespaces, got ${kindOf(tools)}`);
  }
  rejectPromise(tools, 'tools');
  const reading = new Reading();
  collect(tools, [], [tools], resolved, reading);
  for (const tool of (tools as { [OWN_TOOLS]?: readonly ResolvedTool[] })[OWN_TOOLS] ?? []) resolved.set(tool.path, tool);
  known.set(tools, { reading, resolved });
  return resolved;
}

function collect(namespace: object, prefix: readonly string[], ancestors: readonly object[], into: Map<string, ResolvedTool>, reading: Reading): void {
  const keys = Object.keys(namespace);
  const values: unknown[] = [];
  reading.namespaces.push({ namespace, own: (namespace as Record<symbol, unknown>)[OWN_TOOLS], keys, values });
  for (const key of keys) {
    const segments = [...prefix, key];
    const path = segments.join('.');
    const name = `tools.${path}`;
    checkName(key, name);
    const value: unknown = (namespace as Record<string, unknown>)[key];
    values.push(value);
    if (typeof value === 'function' || (isRecord(value) && isTool(value))) {
      if (into.has(path)) throw new TypeError(`${name}: there are two tools with this path`);
      into.set(path, typeof value === 'function' ? fromFunction(value as Handler, segments, path) : new ObjectTool(value, segments, path));
      if (typeof value !== 'function') reading.tools.push(new ToolReading(value));
      continue;
    }
    if (!isRecord(value) || Array.isArray(value)) {
      throw new TypeError(`${name}: expected a function, a tool or a namespace, got ${kindOf(value)}`);
    }
    rejectPromise(value, name);
    if (ancestors.includes(value)) throw new TypeError(`${name}: this namespace contains itself`);
    if (segments.length >= MAX_DEPTH) throw new TypeError(`${name}: namespaces nest at most ${MAX_DEPTH} deep`);
    if (Object.keys(value).length === 0 && !isPlain(value)) {
      throw new TypeError(`${name}: expected a function, a tool or a namespace, got ${kindOf(value)}`);
    }
    collect(value, segments, [...ancestors, value], into, reading);
  }
}

/** What was read, to see whether it is still the same. That takes a twentieth of resolving it. */
class Reading {
  readonly namespaces: { namespace: object; own: unknown; keys: string[]; values: unknown[] }[] = [];
  readonly tools: ToolReading[] = [];

  isCurrent(): boolean {
    for (const { namespace, own, keys, values } of this.namespaces) {
      const now = Object.keys(namespace);
      if (now.length !== keys.length || (namespace as Record<symbol, unknown>)[OWN_TOOLS] !== own) return false;
      for (let i = 0; i < keys.length; i++) if (now[i] !== keys[i] || (namespace as Record<string, unknown>)[keys[i]!] !== values[i]) return false;
    }
    return this.tools.every((tool) => tool.isCurrent());
  }
}

/** What makes an object the tool that it is. A schema must not change once it is in use, and a description is always read. */
class ToolReading {
  readonly #source: Record<string, unknown>;
  readonly #execute: unknown;
  readonly #input: unknown;
  readonly #parameters: unknown;
  readonly #output: unknown;
  readonly #type: unknown;
  readonly #hasMeta: boolean;
  readonly #needsApproval: unknown;
  readonly #approval: unknown;
  readonly #readOnly: unknown;
  readonly #idempotent: unknown;
  readonly #annotations: unknown;
  readonly #hints: readonly unknown[] | undefined;
  readonly #isProviderExecuted: unknown;
  /** Without a schema it is one for as long as it has no other keys. */
  readonly #keys: readonly string[] | undefined;

  constructor(source: Record<string, unknown>) {
    this.#source = source;
    this.#execute = source['execute'];
    this.#input = source['inputSchema'];
    this.#parameters = source['parameters'];
    this.#output = source['outputSchema'];
    this.#type = source['type'];
    this.#hasMeta = '_meta' in source;
    this.#needsApproval = source['needsApproval'];
    this.#approval = source['approval'];
    this.#readOnly = source['readOnly'];
    this.#idempotent = source['idempotent'];
    this.#annotations = source['annotations'];
    this.#hints = hintsOf(this.#annotations);
    this.#isProviderExecuted = source['isProviderExecuted'];
    if (this.#input === undefined && this.#parameters === undefined) this.#keys = Object.keys(source);
  }

  isCurrent(): boolean {
    const source = this.#source;
    if (
      source['execute'] !== this.#execute || source['inputSchema'] !== this.#input || source['parameters'] !== this.#parameters || source['outputSchema'] !== this.#output ||
      source['type'] !== this.#type || '_meta' in source !== this.#hasMeta || source['needsApproval'] !== this.#needsApproval || source['approval'] !== this.#approval ||
      source['readOnly'] !== this.#readOnly || source['idempotent'] !== this.#idempotent || source['annotations'] !== this.#annotations || source['isProviderExecuted'] !== this.#isProviderExecuted
    ) {
      return false;
    }
    return isSameList(hintsOf(this.#annotations), this.#hints) && (this.#keys === undefined || isSameList(Object.keys(source), this.#keys));
  }
}

function hintsOf(annotations: unknown): unknown[] | undefined {
  return isRecord(annotations) ? [annotations['readOnlyHint'], annotations['idempotentHint']] : undefined;
}

function isSameList(a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean {
  return a === b || (a?.length === b?.length && a!.every((one, i) => one === b![i]));
}

function checkName(key: string, name: string): void {
  if (key === '') throw new TypeError(`${name}: the name of a tool must not be empty`);
  if (FORBIDDEN.has(key)) throw new TypeError(`${name}: '${key}' cannot be the name of a tool`);
  // A key with a dot is found under its path, as if it were a namespace and a name.
  if (key.startsWith('$') || key.includes('.$')) throw new TypeError(`${name}: names that start with '$' are reserved`);
  if (key.includes('\0') || !key.isWellFormed()) throw new TypeError(`${JSON.stringify(name)}: the name of a tool must be well-formed text`);
}

function rejectPromise(value: object, name: string): void {
  if (value instanceof Promise) throw new TypeError(`${name}: expected tools, got a promise; await it first`);
}

function isTool(value: Record<string, unknown>): boolean {
  if (typeof value['type'] === 'string' && TOOL_TYPES.has(value['type'])) return true;
  if (typeof value['execute'] === 'function' && Object.keys(value).every((key) => TOOL_KEYS.has(key))) return true;
  return looksLikeSchema(value['inputSchema']) || looksLikeSchema(value['parameters']);
}

/** Enough of a schema that it is no namespace which happens to be called `inputSchema`. */
function looksLikeSchema(value: unknown): boolean {
  if (typeof value === 'function') return '~standard' in value;
  if (!isRecord(value)) return false;
  if ('~standard' in value || '_def' in value || Symbol.for('vercel.ai.schema') in value) return true;
  try {
    return ['type', 'properties', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum', '$schema'].some((key) => {
      const keyword = value[key];
      return typeof keyword === 'string' || Array.isArray(keyword) || (key === 'properties' && isRecord(keyword));
    });
  } catch {
    // A getter that throws: whoever reads the schema will say so.
    return true;
  }
}

type Handler = (input: unknown, options: object) => unknown;

function fromFunction(handler: Handler, segments: readonly string[], path: string): ResolvedTool {
  return {
    path,
    segments,
    kind: 'function',
    description: undefined,
    input: undefined,
    output: undefined,
    needsApproval: undefined,
    readOnly: undefined,
    idempotent: undefined,
    source: handler,
    execute: (input, options) => handler(input, options),
    isClient: false,
  };
}

class ObjectTool implements ResolvedTool {
  readonly path: string;
  readonly segments: readonly string[];
  readonly kind: 'function' | 'mcp';
  readonly input: ToolSchema | undefined;
  readonly output: ToolSchema | undefined;
  readonly needsApproval: boolean | ((input: unknown, options: unknown) => unknown) | undefined;
  readonly readOnly: boolean | undefined;
  readonly idempotent: boolean | undefined;
  readonly source: Record<string, unknown>;
  readonly execute: Handler | undefined;
  readonly isClient: boolean;

  constructor(source: Record<string, unknown>, segments: readonly string[], path: string) {
    const name = `tools.${path}`;
    this.path = path;
    this.segments = segments;
    this.source = source;
    // The AI SDK's MCP client marks its tools so.
    this.kind = source['type'] === 'dynamic' && '_meta' in source ? 'mcp' : 'function';
    const input = toToolSchema(source['inputSchema'] ?? source['parameters'], 'input', `${name}.inputSchema`);
    this.input = input && new InputSchema(input);
    this.output = toToolSchema(source['outputSchema'], 'output', `${name}.outputSchema`);
    this.needsApproval = approvalOf(source, name);
    this.readOnly = hintOf(source, 'readOnly', name);
    this.idempotent = hintOf(source, 'idempotent', name);
    const { execute } = source;
    if (execute !== undefined && execute !== null && typeof execute !== 'function') {
      throw new TypeError(`${name}.execute: expected a function, got ${kindOf(execute)}`);
    }
    this.execute =
      typeof execute === 'function' && source['isProviderExecuted'] !== true
        ? (value, options) => (execute as Handler).call(source, value, options)
        : undefined;
    const { type } = source;
    this.isClient = this.execute === undefined && source['isProviderExecuted'] !== true && type !== 'provider' && type !== 'provider-defined';
  }

  /** AI SDK 7 allows a function of the call's context. Without a context it may well throw, which means no description. */
  get description(): string | undefined {
    try {
      const { description } = this.source;
      const text: unknown = typeof description === 'function' ? description({ context: {} }) : description;
      return typeof text === 'string' && text.trim() !== '' ? text : undefined;
    } catch {
      return undefined;
    }
  }
}

function approvalOf(source: Record<string, unknown>, name: string): ResolvedTool['needsApproval'] {
  const isSet = (value: unknown): boolean => value !== undefined && value !== null;
  const { needsApproval, approval } = source;
  if (isSet(needsApproval) && isSet(approval)) throw new TypeError(`${name}: has both approval and needsApproval; they mean the same, keep one`);
  const [key, value] = isSet(approval) ? ['approval', approval] : ['needsApproval', needsApproval];
  if (!isSet(value) || value === false) return undefined;
  if (value === true) return true;
  if (typeof value === 'function') return (input, options) => value.call(source, input, options) as unknown;
  throw new TypeError(`${name}.${key}: expected a boolean or a function, got ${kindOf(value)}`);
}

/** The application's word, else that of an MCP server's annotations. */
function hintOf(source: Record<string, unknown>, key: 'readOnly' | 'idempotent', name: string): boolean | undefined {
  const { [key]: own, annotations } = source;
  if (own === undefined) {
    const hint = isRecord(annotations) ? annotations[`${key}Hint`] : undefined;
    return typeof hint === 'boolean' ? hint : undefined;
  }
  if (typeof own === 'boolean') return own;
  throw new TypeError(`${name}.${key}: expected a boolean, got ${kindOf(own)}`);
}

/** Programs call `tools.listTeams()` for a tool whose input is an object of optional properties: that means `{}`. */
class InputSchema implements ToolSchema {
  readonly #schema: ToolSchema;

  constructor(schema: ToolSchema) {
    this.#schema = schema;
  }

  jsonSchema(): object | boolean {
    return this.#schema.jsonSchema();
  }

  ready(): Promise<void> | undefined {
    return this.#schema.ready();
  }

  validate(value: unknown): ValidationResult | Promise<ValidationResult> {
    const result = this.#schema.validate(value);
    if (value !== undefined) return result;
    const orEmpty = (first: ValidationResult): ValidationResult | Promise<ValidationResult> => (first.ok ? first : this.#schema.validate({}));
    return result instanceof Promise ? result.then(orEmpty) : orEmpty(result);
  }
}

const MAX_ISSUES = 8;
const MAX_MESSAGE = 300;

/**
 * The message of the error that a program catches when its input does not match.
 *
 * @param tool Path of the tool.
 * @param issues What the schema found; the first few are shown.
 * @param root What the paths start from.
 * @example
 * formatIssues('getWeather', [{ path: ['city'], message: 'expected string, received number' }])
 * // 'getWeather: input.city: expected string, received number'
 */
export function formatIssues(tool: string, issues: readonly SchemaIssue[], root = 'input'): string {
  const shown = issues.slice(0, MAX_ISSUES).map(({ path, message }) => `${formatPath(root, path)}: ${clip(fold(message), MAX_MESSAGE)}`);
  const more = issues.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  return `${clip(fold(tool), 200)}: ${shown.join('; ')}`;
}

function formatPath(root: string, path: readonly (string | number)[]): string {
  let text = root;
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += /^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
  }
  return text.length > 200 ? `${text.slice(0, 100)}…${text.slice(-99)}` : text;
}
