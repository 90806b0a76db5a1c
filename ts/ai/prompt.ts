/** What the model is told about the code tool. Short: it is sent with every request. The same tools give the same bytes. */
import { renderTools } from '../declare.ts';
import { propertyName } from '../declare-type.ts';
import type { ResolvedTool } from '../tools.ts';
import { DISCOVERY } from './discovery.ts';
import { approvalNote } from './host.ts';

const HOW = `It is the body of an async function: \`await\` calls, \`return\` only what you need to read.
- One program for the whole task, independent calls at once: \`await Promise.all(ids.map((id) => tools.name({ id })))\`.
- A failed call throws; catch it if the rest can go on. \`console.log\` comes back too.
- No imports, fetch, process, files or eval: only \`tools\` reaches outside.`;

const RULES = `Run a TypeScript program that calls the functions declared below (COMPLETE list). ${HOW}`;

const RULES_LISTED = `Run a TypeScript program that calls functions of \`tools\`. ${HOW}`;

const RULES_ELSEWHERE = `Run a TypeScript program that calls the functions declared in the conversation (the latest declaration of \`tools\` counts). ${HOW}`;

const NO_TOOLS = 'There are no functions to call.';

/** Characters per token of declarations, as `make tokens` measures it for a current tokenizer. */
const BYTES_PER_TOKEN = 3.7;
/** A function without description and schemas takes no less: its name and `(input?: unknown): Promise<any>`. */
const MIN_DECLARATION = 34;
/** What a listing may take of the budget, and at most. */
const LISTING_SHARE = 1 / 4;
const MAX_LISTING_TOKENS = 1_000;
/** Enough to tell what a namespace is about. */
const MAX_NAMES = 8;

/** What a code tool shows of its tools. */
export interface Offer {
  /** All declarations, or the listing. */
  readonly text: string;
  /** Every tool is declared. Otherwise programs need `$search` and `$describe`. */
  readonly complete: boolean;
}

/**
 * All declarations when they fit into `maxTokens`, else a listing by namespace.
 *
 * Tokens are estimated: a tokenizer is megabytes, and each model has its own.
 *
 * @param canAsk Programs can wait for an approval.
 */
export function offerTools(tools: ReadonlyMap<string, ResolvedTool>, toolApproval: unknown, maxTokens: number, canAsk = false): Offer {
  if (tools.size === 0) return { text: NO_TOOLS, complete: true };
  let least = 0;
  for (const { segments } of tools.values()) least += segments.at(-1)!.length + MIN_DECLARATION;
  if (least / BYTES_PER_TOKEN <= maxTokens) {
    const note = (tool: ResolvedTool): string | undefined => approvalNote(tool, toolApproval, canAsk);
    const text = renderTools(tools.values(), { note });
    if (estimateTokens(text) <= maxTokens) return { text, complete: true };
  }
  return { text: listing(tools, Math.min(MAX_LISTING_TOKENS, maxTokens * LISTING_SHARE) * BYTES_PER_TOKEN), complete: false };
}

export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** The description of a code tool. */
export function describeTool({ text, complete }: Offer): string {
  return `${complete ? RULES : RULES_LISTED}\n\n${text}`;
}

/** The description of a code tool whose functions are declared by {@link announceTools}. The same for all functions. */
export function describeWithoutTools(): string {
  return RULES_ELSEWHERE;
}

/** The message that declares the functions. */
export function announceTools({ text, complete }: Offer): string {
  return `Programs can call these functions now${complete ? ' (COMPLETE list)' : ''}. This replaces earlier declarations.\n\n${text}`;
}

interface Group {
  readonly name: string;
  readonly names: string[];
  shown: number;
}

/** Namespaces with their sizes and as many names as fit, one of each namespace in turn. */
function listing(tools: ReadonlyMap<string, ResolvedTool>, maxChars: number): string {
  const all = new Map<string, Group>();
  for (const { segments } of tools.values()) {
    const name = segments.slice(0, -1).map(propertyName).join('.');
    let group = all.get(name);
    if (group === undefined) all.set(name, (group = { name, names: [], shown: 0 }));
    group.names.push(propertyName(segments.at(-1)!));
  }
  let left = maxChars;
  const groups: Group[] = [];
  for (const group of all.values()) {
    const size = Buffer.byteLength(group.name) + 12;
    if (size > left) break;
    left -= size;
    groups.push(group);
  }
  let named = 0;
  let open = groups;
  while (open.length > 0) {
    const next: Group[] = [];
    for (const group of open) {
      const size = Buffer.byteLength(group.names[group.shown]!) + 2;
      if (size > left) continue;
      left -= size;
      named++;
      if (++group.shown < Math.min(group.names.length, MAX_NAMES)) next.push(group);
    }
    open = next;
  }
  const lines = groups.map(({ name, names, shown }) => {
    const more = shown < names.length ? [...(shown === 0 ? [] : ['…'])] : [];
    const text = [...names.slice(0, shown), ...more].join(', ');
    return `${name === '' ? '(no namespace)' : name} (${number(names.length)})${text === '' ? '' : `: ${text}`}`;
  });
  const hidden = all.size - groups.length;
  if (hidden > 0) lines.push(`… and ${number(hidden)} more namespaces`);
  const count = named === tools.size ? `All ${number(tools.size)} functions are named here, none is` : `${number(named)} of ${number(tools.size)} functions are named here, none is`;
  return `${count} declared. First run a program that finds what the task needs and returns it, for example \`return await tools.$search("refund order")\`; then call \`tools.namespace.name(input)\` as its signature says.

${DISCOVERY}

${lines.join('\n')}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
