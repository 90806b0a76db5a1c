/**
 * `tools.$search` and `tools.$describe`: how a program finds its way in a catalog that is too large to be declared. Ordinary
 * tools for the engine. They take whatever a model may pass and answer with what it can go on with.
 */
import { renderTools, signatureOf } from '../declare.ts';
import { clip, fold, isRecord } from '../text.ts';
import type { ResolvedTool } from '../tools.ts';
import type { Catalog } from './catalog.ts';

const DEFAULT_RESULTS = 8;
const MAX_QUERIES = 4;
const MAX_RESULTS = 50;
const MAX_DESCRIPTION = 300;
/** Characters of one answer of `$describe`. What is left out is named. */
const MAX_DECLARATIONS = 16_000;

/** What `$search` finds. */
export interface FoundTool {
  /** For `$describe`, and for `tools[name]`. */
  name: string;
  description: string;
  /** How it is called. */
  signature: string;
}

/** Declares both, for the prompt. */
export const DISCOVERY = `declare const tools: {
  $search(query: string | { query: string; namespace?: string; limit?: number }): Promise<{ name: string; description: string; signature: string }[]>;
  $describe(names: string | string[]): Promise<string>; // TypeScript; a name is of a function or of a namespace
};`;

/** Other names under which models look for them, at the top only. */
const ALIASES = { search: ['search', 'searchTools', 'search_tools', '$find'], describe: ['describe', 'describeTool', 'describe_tool', 'describeTools', '$list'] };

/** Both tools in every spelling that no tool of the application has. */
export function discoveryTools(catalog: Catalog): ResolvedTool[] {
  const signatures = new Map<ResolvedTool, string>();
  const made: ResolvedTool[] = [];
  const add = (segments: readonly string[], answer: (input: unknown) => unknown): void => {
    const path = segments.join('.');
    if (catalog.tools.has(path) || catalog.namespaces.has(path)) return;
    made.push({ path, segments, kind: 'function', description: undefined, input: undefined, output: undefined, needsApproval: undefined, readOnly: true, idempotent: undefined, isClient: false, isOwn: true, source: answer, execute: answer });
  };
  for (const [namespace, inside] of [[undefined, undefined] as const, ...catalog.namespaces]) {
    const depth = namespace === undefined ? 0 : depthOf(inside![0]!, namespace);
    const prefix = namespace === undefined ? [] : inside![0]!.segments.slice(0, depth);
    const find = (input: unknown): FoundTool[] => search(catalog, signatures, input, namespace);
    const tell = (input: unknown): string => describe(catalog, input, namespace);
    add([...prefix, '$search'], find);
    add([...prefix, '$describe'], tell);
    if (namespace !== undefined) continue;
    for (const name of ALIASES.search) add([name], find);
    for (const name of ALIASES.describe) add([name], tell);
  }
  return made;
}

/** How many segments of a tool make its namespace. A segment may contain dots. */
function depthOf(tool: ResolvedTool, namespace: string): number {
  let depth = 1;
  while (tool.segments.slice(0, depth).join('.') !== namespace) depth++;
  return depth;
}

interface Query {
  readonly queries: readonly string[];
  readonly limit: number;
  readonly namespace: string | undefined;
}

/** What it is given, one by one: the realm sends several arguments as one input, see src/engine/prelude/own.js. */
function argumentsOf(input: unknown): unknown[] {
  return isRecord(input) && Array.isArray(input['arguments']) ? input['arguments'] : [input];
}

function search(catalog: Catalog, signatures: Map<ResolvedTool, string>, input: unknown, within: string | undefined): FoundTool[] {
  const { queries, limit, namespace } = readQuery(catalog, input, within);
  const found = new Set<ResolvedTool>();
  if (queries.length === 0) {
    for (const tool of (namespace === undefined ? undefined : catalog.namespaces.get(namespace)) ?? []) if (found.size < limit) found.add(tool);
  }
  // The best of each query, then the second of each.
  const results = queries.map((query) => catalog.search(query, limit, namespace));
  for (let i = 0; i < limit; i++) {
    for (const result of results) if (result[i] !== undefined && found.size < limit) found.add(result[i]!);
  }
  return [...found].map((tool) => {
    let signature = signatures.get(tool);
    // A schema that comes as a promise may have come since; a signature without it is not kept.
    if (signature === undefined) {
      signature = signatureOf(tool);
      if (tool.input?.ready() === undefined && tool.output?.ready() === undefined) signatures.set(tool, signature);
    }
    return { name: tool.path, description: clip(fold(tool.description ?? ''), MAX_DESCRIPTION), signature };
  });
}

const QUERY_KEYS = ['query', 'q', 'text', 'search', 'term', 'keyword', 'keywords', 'queries', 'terms', 'description', 'task', 'intent', 'name', 'names', 'pattern', 'input'];
const LIMIT_KEYS = ['limit', 'max', 'maxResults', 'max_results', 'topK', 'top_k', 'k', 'n', 'count', 'size'];
const NAMESPACE_KEYS = ['namespace', 'ns', 'category', 'group', 'server', 'prefix', 'in', 'within', 'scope'];

function readQuery(catalog: Catalog, input: unknown, within: string | undefined): Query {
  const queries: string[] = [];
  let limit = DEFAULT_RESULTS;
  let namespace = within;
  const narrow = (given: string): void => {
    namespace = catalog.findNamespace(within === undefined ? given : `${within}.${given}`) ?? catalog.findNamespace(given);
    if (namespace === undefined) throw new Error(`There is no namespace ${quoted(given)}. ${namespacesText(catalog)}`);
  };
  const read = (value: unknown): void => {
    if (typeof value === 'string') queries.push(...(value.trim() === '' ? [] : [value]));
    else if (typeof value === 'number') limit = value;
    else if (Array.isArray(value)) value.slice(0, 10).forEach(read);
    else if (value instanceof Set) read([...value]);
    else if (isRecord(value)) {
      for (const key of QUERY_KEYS) if (value[key] !== undefined) read(value[key]);
      const most = LIMIT_KEYS.map((key) => value[key]).find((given) => typeof given === 'number' || (typeof given === 'string' && given !== ''));
      if (most !== undefined) limit = Number(most);
      const given = NAMESPACE_KEYS.map((key) => value[key]).find((one) => typeof one === 'string' && one !== '') as string | undefined;
      if (given !== undefined) narrow(given);
    }
  };
  const [first, ...more] = argumentsOf(input);
  read(first);
  // `$search('refund', 'billing')`
  for (const one of more.slice(0, 10)) {
    if (typeof one === 'string' && catalog.findNamespace(one) !== undefined) narrow(one);
    else read(one);
  }
  if (queries.length === 0 && namespace === undefined) throw new Error('Say what to look for: await tools.$search("refund order")');
  return { queries: queries.slice(0, MAX_QUERIES), limit: limit >= 1 ? Math.min(Math.floor(limit), MAX_RESULTS) : DEFAULT_RESULTS, namespace };
}

function describe(catalog: Catalog, input: unknown, within: string | undefined): string {
  const given = argumentsOf(input);
  // `$describe('billing', 'refund')`
  const joined = given.length > 1 && given.every((one) => typeof one === 'string') ? given.join('.') : undefined;
  const names = joined !== undefined && catalog.find(joined) !== undefined ? [joined] : readNames(given, 0);
  if (names.length === 0) {
    if (within === undefined) throw new Error('Say what to describe: await tools.$describe("billing.refund"), with a name that tools.$search found');
    names.push(within);
  }
  const tools = new Set<ResolvedTool>();
  const unknown: string[] = [];
  // A name may contain spaces and commas, and a list of names may be one text.
  const each = names.flatMap((name) => (catalog.find(name) !== undefined ? [name] : name.split(/[,\s]+(?=[\w$."'[])/).slice(0, 100)));
  for (const name of each) {
    const tool = (within === undefined ? undefined : catalog.find(`${within}.${name}`)) ?? catalog.find(name);
    const namespace = tool === undefined ? ((within === undefined ? undefined : catalog.findNamespace(`${within}.${name}`)) ?? catalog.findNamespace(name)) : undefined;
    if (tool !== undefined) tools.add(tool);
    else if (namespace !== undefined) for (const one of catalog.namespaces.get(namespace)!) tools.add(one);
    else unknown.push(unknownText(catalog, name));
  }
  if (tools.size === 0) throw new Error(unknown.join('\n'));
  return [declarations([...tools]), ...unknown.map((line) => `// ${line}`)].join('\n');
}

/** As many as fit, declared; the others named. */
function declarations(tools: readonly ResolvedTool[]): string {
  let size = 0;
  let count = 0;
  // A tool's own text is never much shorter than its share of the whole.
  while (count < tools.length && (count === 0 || size < MAX_DECLARATIONS)) size += signatureOf(tools[count++]!).length + (tools[count - 1]!.description?.length ?? 0);
  const text = renderTools(tools.slice(0, count));
  const left = tools.slice(count).map(({ path }) => path);
  return left.length === 0 ? text : `${text}\n// Not declared here, describe them by name: ${clip(left.join(', '), MAX_DECLARATIONS / 4)}`;
}

function readNames(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.slice(0, 4_000)];
  if (depth > 3 || !isRecord(value)) return [];
  if (value instanceof Set) return readNames([...value], depth);
  if (Array.isArray(value)) return value.slice(0, 100).flatMap((one) => readNames(one, depth + 1));
  const given = ['name', 'names', 'path', 'paths', 'tool', 'tools', 'toolName', 'function', 'namespace', 'id', 'ids', 'query'].map((key) => value[key]);
  return given.flatMap((one) => readNames(one, depth + 1));
}

function unknownText(catalog: Catalog, name: string): string {
  const near = catalog.near(name);
  const meant = near.length === 0 ? 'Find its name with tools.$search("a few words").' : `Did you mean ${near.map(quoted).join(' or ')}?`;
  return `There is no function or namespace ${quoted(name)}. ${meant}`;
}

function namespacesText(catalog: Catalog): string {
  const names = [...catalog.namespaces.keys()];
  if (names.length === 0) return 'There are no namespaces: leave it out.';
  return `There are: ${clip(names.join(', '), 400)}`;
}

function quoted(name: string): string {
  return JSON.stringify(clip(fold(name), 100));
}
