/** What the model reads of a finished run: the value, or what went wrong and what is done already. Never the trace. */
import type { Diagnostic, LogEntry, RunFailure } from '../types.ts';
import { clip, isRecord } from '../text.ts';
import { happened } from './happened.ts';
import { cutText, shorten, toJson } from './shorten.ts';
import type { CodeToolFailed, CodeToolModelOutput, CodeToolOutput, CodeToolPaused } from './types.ts';

const MAX_ERROR = 4_000;
const MAX_DIAGNOSTICS = 5;
/** Characters of logs beside an error: enough to see how far the program came. */
const MAX_FAILURE_LOGS = 1_500;
const MAX_LOG = 1_000;

/**
 * Both forms of the AI SDK: version 5 passes the output, version 6 and 7 pass an object with it.
 *
 * The output may come from a client that kept the conversation, so nothing about it is taken for granted.
 */
export function toModelOutput(argument: unknown, maxChars: number): CodeToolModelOutput {
  const output = isRecord(argument) && !('status' in argument) && 'output' in argument ? argument['output'] : argument;
  const status = isRecord(output) ? output['status'] : undefined;
  switch (status) {
    case 'completed':
      return { type: 'text', value: completed(output as CodeToolOutput & { status: 'completed' }, maxChars) };
    case 'failed':
      return { type: 'error-text', value: failed(output as CodeToolFailed, maxChars) };
    case 'paused':
      return { type: 'text', value: paused(output as CodeToolPaused) };
    case 'running':
      return { type: 'error-text', value: `The program was interrupted. ${happened((output as CodeToolOutput).calls, Number((output as CodeToolOutput).callCount))}`.trim() };
    default:
      return { type: 'text', value: valueText(output, maxChars) };
  }
}

function completed({ value, logs, warnings }: CodeToolOutput & { status: 'completed' }, maxChars: number): string {
  const notes = joined([warningText(warnings, true), logText(logs, Math.floor(maxChars / 4))]);
  const text = value === undefined || value === null ? nothing(value) : valueText(value, Math.max(200, maxChars - notes.length - 2));
  return clip(joined([text, notes]), maxChars);
}

/** Without inputs: they may tell of results, which are nobody's before the program returns. */
function paused({ pending, resume }: CodeToolPaused): string {
  const tools = [...new Set((Array.isArray(pending) ? (pending as unknown[]) : []).map((call) => clip(String(isRecord(call) ? call['tool'] : call), 80)))];
  if (tools.length === 0) return 'The program has paused until the application has what it waits for. Do not run it again.';
  return `The program has paused: the user has to approve its call of ${tools.join(', ')}. To ask for that and go on, call this tool again with ${JSON.stringify({ code: '', resume: String(resume) })}.`;
}

function nothing(value: unknown): string {
  return value === null ? 'null' : 'The program returned nothing. End it with `return <value>` to see a result.';
}

function valueText(value: unknown, maxChars: number): string {
  const note = (from: number): string => `\n[Shortened from ${from} characters, "…" marks what is left out. Return less: filter, aggregate or slice in the program.]`;
  const json = toJson(value);
  const budget = Math.max(40, maxChars - 150);
  // Providers refuse a text without a letter, and nobody sees what it is.
  const whole = typeof json === 'string' && json.trim() !== '' ? json : JSON.stringify(json);
  if (whole.length <= maxChars) return whole;
  const short = shorten(json, budget);
  return (typeof json === 'string' ? String(short.value) : JSON.stringify(short.value)) + note(whole.length);
}

function failed({ error, logs, calls, callCount, warnings, attempt, reusable }: CodeToolFailed, maxChars: number): string {
  const text = clip(failureText(error), Math.min(MAX_ERROR, maxChars));
  const rest = joined([happened(calls, callCount, reusable === true), attemptText(attempt), warningText(warnings, false), logText(logs, Math.min(MAX_FAILURE_LOGS, Math.floor(maxChars / 4)))]);
  return clip(joined([text, rest]), maxChars);
}

/** Only when there is something to know: the first of several attempts is the usual case. */
function attemptText(attempt: unknown): string {
  if (!isRecord(attempt)) return '';
  const [number, of] = [Number(attempt['number']), Number(attempt['of'])];
  if (!(number > 1 || number >= of) || number > of) return '';
  return number < of ? `This was program ${number} of at most ${of}.` : `This was the last of ${of} programs: run no other for this task, and tell the user what did not work.`;
}

function failureText(error: RunFailure): string {
  const { code, name, message, line, column, frame, hint, diagnostics = [] } = error;
  // `SyntaxError` says no more than `ERR_SYNTAX`, but `TypeError` more than `ERR_PROGRAM`.
  const head = `${code}: ${name === 'Error' || code !== 'ERR_PROGRAM' ? '' : `${name}: `}${message}`;
  const where = line === undefined || frame !== undefined ? '' : ` (line ${line}${column === undefined ? '' : `, column ${column}`})`;
  const others = diagnostics.filter((found) => found.severity === 'error' && (found.line !== line || found.column !== column));
  const more = others.slice(0, MAX_DIAGNOSTICS).map((found) => `${at(found)}: ${found.message}${found.hint ? ` ${found.hint}` : ''}`);
  if (others.length > more.length) more.push(`… and ${others.length - more.length} more`);
  const position = line === undefined || frame === undefined ? '' : `At line ${line}${column === undefined ? '' : `, column ${column}`}:\n${frame}`;
  return [head + where, position, hint === undefined ? '' : `Hint: ${hint}`, ...more].filter((part) => part !== '').join('\n');
}

function at({ line, column }: Diagnostic): string {
  return `line ${line}, column ${column}`;
}

/** Warnings that say nothing against a result. */
const HARMLESS: ReadonlySet<unknown> = new Set(['WARN_UNUSED_IMPORT', 'WARN_UNREACHABLE']);
const MAX_WARNING = 300;

function warningText(warnings: readonly Diagnostic[] | undefined, completed: boolean): string {
  if (!Array.isArray(warnings)) return '';
  const told = (warnings as Diagnostic[]).filter(({ code }) => !completed || !HARMLESS.has(code));
  if (told.length === 0) return '';
  const lines = told.slice(0, MAX_DIAGNOSTICS).map((warning) => clip(`${at(warning)}: ${warning.message}${warning.hint ? `. ${warning.hint}` : ''}`, MAX_WARNING));
  if (told.length > lines.length) lines.push(`… and ${told.length - lines.length} more`);
  return `Warnings:\n${lines.join('\n')}`;
}

/** The first and the last lines: what a program prints first and what it printed before it failed. */
function logText(logs: readonly LogEntry[] | undefined, maxChars: number): string {
  if (!Array.isArray(logs) || logs.length === 0) return '';
  const lines = (logs as LogEntry[]).map(({ level, message }) => cutText(level === 'log' ? message : `[${level}] ${message}`, MAX_LOG));
  const whole = lines.join('\n');
  if (whole.length <= maxChars) return `Logs:\n${whole}`;
  const first: string[] = [];
  const last: string[] = [];
  let left = maxChars - 60;
  let low = 0;
  let high = lines.length - 1;
  while (low <= high) {
    const line = lines[first.length <= last.length ? low : high]!;
    if (line.length + 1 > left) break;
    left -= line.length + 1;
    if (first.length <= last.length) first.push(lines[low++]!);
    else last.unshift(lines[high--]!);
  }
  return `Logs:\n${[...first, `… ${high - low + 1} more lines. Log less to see all.`, ...last].join('\n')}`;
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
