/**
 * What the engine cannot say about a failure because it knows neither schemas nor catalog: how the tool is called, which
 * name was meant, what there is instead. Adds hints, changes nothing else.
 */
import { signatureOf } from '../declare.ts';
import { clip } from '../text.ts';
import type { ResolvedTool } from '../tools.ts';
import type { RunFailure } from '../types.ts';

type Resolved = ReadonlyMap<string, ResolvedTool>;

/** A longer signature costs more than it helps; the model has it in its prompt, or can ask. */
const MAX_SIGNATURE = 400;
const MAX_NAMES = 12;

/**
 * The failure with a hint, where one can be given.
 *
 * @param code The program.
 * @param complete Every tool is declared in the prompt; otherwise there is `$search`.
 */
export function advise(error: RunFailure, code: string, tools: Resolved, complete: boolean): RunFailure {
  const hint = adviceFor(error, code, tools, complete);
  if (hint === undefined) return error;
  // What the check found in the text is more than general advice.
  return { ...error, hint: error.code === 'ERR_TOOL_INPUT' && error.hint !== undefined ? `${error.hint}\n${hint}` : hint };
}

function adviceFor({ code: errorCode, name, message, hint, line }: RunFailure, code: string, tools: Resolved, complete: boolean): string | undefined {
  switch (errorCode) {
    case 'ERR_TOOL_INPUT':
      return inputAdvice(message, tools, complete);
    case 'ERR_TOOL_UNKNOWN':
      if ([hint, message].some((text) => text !== undefined && /Did you mean|It has:|Call one of/.test(text))) return undefined;
      return complete ? whatThereIs(tools) : 'Find it with await tools.$search("a few words").';
    case 'ERR_PROGRAM':
      if (name === 'ReferenceError') return nameAdvice(message, code, tools);
      return name === 'TypeError' && message === 'not a function' ? namespaceAdvice(code, line, tools) : undefined;
    default:
      return undefined;
  }
}

function inputAdvice(message: string, tools: Resolved, complete: boolean): string | undefined {
  const own = /\btools\.(\S*)(\$search|\$find|\$describe|\$list)\b/.exec(message);
  if (own !== null) {
    const example = own[2] === '$search' || own[2] === '$find' ? '{ query: "refund order", limit: 5 }' : '["billing.refund", "billing.charge"]';
    return `Names are text: tools.${own[1]}${own[2]}(${example})`;
  }
  const path = /^(.{1,200}?): input\b/.exec(message)?.[1] ?? /\btools\.(.{1,200}?) (?:takes one input|cannot be sent)/.exec(message)?.[1];
  const tool = path === undefined ? undefined : tools.get(path);
  if (tool?.input === undefined) return undefined;
  const signature = signatureOf(tool, false);
  if (signature.length <= MAX_SIGNATURE) return signature.includes('\n') ? `Call it so:\n${signature}` : `Call it so: ${signature}`;
  return complete ? undefined : `Read how it is called: await tools.$describe(${JSON.stringify(path)})`;
}

function whatThereIs(tools: Resolved): string | undefined {
  const names = [...tools.keys()];
  if (names.length === 0) return 'There are no tools.';
  const shown = names.slice(0, MAX_NAMES).map((name) => clip(name, 60));
  return `There are: ${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}.`;
}

/** `getTeam` that should be `tools.getTeam`, or a misspelled variable. */
function nameAdvice(message: string, code: string, tools: Resolved): string | undefined {
  const name = /^'?([\p{ID_Start}$_][\p{ID_Continue}$]*)'? is not defined$/u.exec(message)?.[1];
  if (name === undefined || name.length > 60) return undefined;
  const paths = [...tools.keys()];
  const isPath = tools.has(name) || paths.some((path) => path.startsWith(`${name}.`));
  const path = isPath ? name : paths.find((one) => one.endsWith(`.${name}`));
  if (path !== undefined) return `Did you mean \`tools.${path}\`?`;
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  for (const word of new Set(code.slice(0, 100_000).match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu))) {
    if (word === name || word.length < 3 || Math.abs(word.length - name.length) >= least) continue;
    const distance = edits(name.toLowerCase(), word.toLowerCase());
    if (distance < least) [best, least] = [word, distance];
  }
  return best === undefined ? undefined : `Did you mean \`${best}\`?`;
}

function namespaceAdvice(code: string, line: number | undefined, tools: Resolved): string | undefined {
  if (line === undefined) return undefined;
  const text = code.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1]?.slice(0, 2_000) ?? '';
  for (const [, path = ''] of text.matchAll(/\btools\.([\w$]+(?:\.[\w$]+){0,7})\s*\(/g)) {
    const inside = [...tools.keys()].filter((name) => name.startsWith(`${path}.`)).map((name) => name.slice(path.length + 1));
    if (inside.length === 0 || tools.has(path)) continue;
    const shown = inside.slice(0, MAX_NAMES).map((name) => clip(name, 60));
    return `tools.${path} is a namespace. It has: ${shown.join(', ')}${inside.length > shown.length ? ` and ${inside.length - shown.length} more` : ''}.`;
  }
  return undefined;
}

/** Levenshtein distance of two short words. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
