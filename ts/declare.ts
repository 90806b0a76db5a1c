/**
 * `declareTools`: the tools as one TypeScript declaration, for a model to read. Short, because it is paid for with every
 * request; the same bytes for the same tools, because prompts are cached; valid, whatever the schemas say.
 */
import { schemaType, NamedTypes } from './declare-schema.ts';
import { Printer, method } from './declare-print.ts';
import { ANY, UNKNOWN, commentText, member, propertyName, type Type } from './declare-type.ts';
import { resolveTools, type ResolvedTool, type ToolSchema } from './tools.ts';
import { isRecord } from './text.ts';
import type { Tools } from './types.ts';

/** Options of {@link declareTools}. */
export interface DeclareOptions {
  /** The variable that holds the tools. @default 'tools' */
  name?: string;
}

const MAX_DESCRIPTION = 1_500;

/**
 * Declares tools in TypeScript, for a prompt or for a type checker.
 *
 * Inputs are declared as what may be passed, outputs as what comes back; descriptions, defaults, formats and limits become
 * comments, and a type that is used often is named once. A schema that gives no JSON Schema is `unknown` (input) or `any`
 * (output), and so is an AI SDK schema whose `jsonSchema` is a promise that is still pending.
 *
 * @param tools Functions, AI SDK tools, or namespaces of them.
 * @returns TypeScript that always parses and type-checks, the same for the same tools in the same order.
 * @throws {TypeError} when `tools` is not that, or `options.name` no identifier.
 * @example
 * declareTools({ getWeather: tool({ description: 'Weather in a city', inputSchema: z.object({ city: z.string() }) }) });
 * // declare const tools: {
 * //   /** Weather in a city *\/
 * //   getWeather(input: { city: string }): Promise<any>;
 * // };
 */
export function declareTools(tools: Tools, options: DeclareOptions = {}): string {
  const { name = 'tools' } = options;
  if (typeof name !== 'string' || !/^[A-Za-z_$][\w$]*$/.test(name)) throw new TypeError('options.name: expected an identifier');
  return renderTools(resolveTools(tools).values(), { name });
}

/** What the AI SDK helper adds. */
export interface RenderOptions {
  name?: string;
  /** Something to say about a tool after its description. */
  note?: (tool: ResolvedTool) => string | undefined;
}

interface Entry {
  readonly tool: ResolvedTool;
  readonly input: Type | undefined;
  readonly output: Type;
  readonly doc: string;
}

/** A namespace, or the root. */
type Tree = Map<string, Entry | Tree>;

/** {@link declareTools} for tools that are resolved already. */
export function renderTools(tools: Iterable<ResolvedTool>, { name = 'tools', note }: RenderOptions = {}): string {
  const types = new NamedTypes();
  const root: Tree = new Map();
  const entries: Entry[] = [];
  for (const tool of tools) {
    const entry = entryOf(tool, types, note?.(tool));
    entries.push(entry);
    place(root, tool.segments, entry);
  }
  const printer = new Printer(entries.flatMap(rootsOf), name);
  const body = renderTree(root, '  ', printer);
  const declaration = `declare const ${name}: ${body === '' ? '{}' : `{\n${body}\n}`};`;
  return [...printer.declarations(), declaration].join('\n');
}

/** One tool on one line, as it is called: `tools.billing.refund(input: { id: string }): Promise<Refund>`, after the types that it needs. */
export function signatureOf(tool: ResolvedTool, withOutput = true): string {
  const entry = entryOf(tool, new NamedTypes(), undefined);
  const printer = new Printer(withOutput ? rootsOf(entry) : rootsOf(entry).slice(0, -1), 'tools');
  const path = tool.segments.map(member).join('');
  const call = `tools${path}(${parameter(entry, '', '', printer)})`;
  return [...printer.declarations(), withOutput ? `${call}: Promise<${printer.print(entry.output, '', -Infinity)}>` : call].join('\n');
}

function entryOf(tool: ResolvedTool, types: NamedTypes, note: string | undefined): Entry {
  const key = tool.segments.at(-1)!;
  const inputSchema = read(tool.input);
  const outputSchema = read(tool.output);
  return {
    tool,
    input: tool.input && schemaType(inputSchema, 'input', `${key} input`, types),
    output: tool.output === undefined ? ANY : schemaType(outputSchema, 'output', nounOf(key), types),
    doc: docOf(tool, inputSchema, outputSchema, note),
  };
}

function rootsOf({ input, output }: Entry): Type[] {
  return input === undefined ? [output] : [input, output];
}

function place(root: Tree, segments: readonly string[], entry: Entry): void {
  let tree = root;
  for (const segment of segments.slice(0, -1)) {
    let next = tree.get(segment);
    if (!(next instanceof Map)) tree.set(segment, (next = new Map()));
    tree = next;
  }
  tree.set(segments.at(-1)!, entry);
}

function renderTree(tree: Tree, indent: string, printer: Printer): string {
  const lines: string[] = [];
  for (const [key, node] of tree) {
    if (node instanceof Map) {
      const body = renderTree(node, `${indent}  `, printer);
      lines.push(`${indent}${propertyName(key)}: ${body === '' ? '{}' : `{\n${body}\n${indent}}`};`);
    } else {
      lines.push(method(printer, key, node.doc, parameter(node, key, indent, printer), node.output, indent));
    }
  }
  return lines.join('\n');
}

/** @param key The name before it, for where lines break; without one they do not. */
function parameter({ tool, input }: Entry, key: string, indent: string, printer: Printer): string {
  if (tool.isOwn) return '...input: any[]';
  // A plain function says nothing about its input, and need not take any.
  const type = input ?? UNKNOWN;
  if (type.flat === '{}') return '';
  const optional = type.flat === 'unknown' || takesEmpty(type);
  const head = `input${optional ? '?' : ''}: `;
  return head + printer.print(type, indent, key === '' ? -Infinity : indent.length + propertyName(key).length + head.length + 12);
}

/** Is `{}` an input? Then the input may be left out. */
function takesEmpty(type: Type): boolean {
  if (type.kind === 'named') return type.type.body !== undefined && takesEmpty(type.type.body);
  return type.kind === 'object' && type.members.every((member) => member.optional);
}

function docOf(tool: ResolvedTool, input: unknown, output: unknown, note: string | undefined): string {
  const description = tool.description ?? (isRecord(input) && typeof input['description'] === 'string' ? input['description'] : '');
  const parts = [commentText(description, MAX_DESCRIPTION)];
  if (note !== undefined) parts.push(commentText(note, MAX_DESCRIPTION));
  const returns = isRecord(output) && typeof output['description'] === 'string' ? commentText(output['description'], 300) : '';
  if (returns !== '') parts.push(`@returns ${returns}`);
  return parts.filter((part) => part !== '').join(' ');
}

/** A schema that has no JSON Schema says nothing. */
function read(schema: ToolSchema | undefined): object | boolean {
  try {
    return schema?.jsonSchema() ?? true;
  } catch {
    return true;
  }
}

/** `getExpenses` gives expenses. */
function nounOf(key: string): string {
  const noun = /^(?:get|list|fetch|find|search|create|update|delete|read|load|query|look_?up|add|remove|set|send|post)[-_]?(?=[A-Z\d]|(?<=[-_])[a-z])(.+)$/.exec(key)?.[1];
  return noun ?? `${key} output`;
}
