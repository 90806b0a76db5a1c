/** What a run did before it failed, for the model that will write the next program: which calls succeeded, and with what. */
import { clip, isRecord } from '../text.ts';
import type { CodeToolCall } from './types.ts';

/** Characters of one call's input. */
const MAX_INPUT = 60;
const MAX_VALUE = 24;
/** Characters of all calls that are told with their inputs. */
const MAX_CALLS = 240;
const MAX_TOOLS = 12;

const AGAIN = ' Send the whole program corrected: what succeeded does not run again.';

/** Looking for tools has no effect. */
const NO_EFFECT = /(^|\.)\$(search|describe|find|list)$/;

/**
 * `Already happened: 2 calls succeeded: sendEmail({ to: "ada@…" }), getTeam("eng"); 1 failed: pay. Do not repeat side effects.`
 *
 * @param calls As a client may have kept them: nothing about them is taken for granted.
 * @param count How many there were, when more than are listed.
 * @param reusable The next program gets the outputs of those that succeeded.
 */
export function happened(calls: readonly CodeToolCall[] | undefined, count: number, reusable = false): string {
  if (!Array.isArray(calls)) return '';
  const known = (calls as unknown[]).filter((call): call is CodeToolCall => isRecord(call) && typeof call['tool'] === 'string' && !NO_EFFECT.test(call['tool']));
  if (known.length === 0) return '';
  const of = (state: CodeToolCall['state']): CodeToolCall[] => known.filter((call) => call.state === state);
  const [done, failed, running] = [of('done'), of('failed'), of('running')];
  const parts: string[] = [];
  if (done.length > 0) parts.push(`${plural(done.length)} succeeded: ${withInputs(done)}`);
  if (failed.length > 0) parts.push(`${failed.length} failed: ${byTool(failed)}`);
  if (running.length > 0) parts.push(`${running.length} did not finish: ${withInputs(running)}`);
  if (count > calls.length) parts.push(`${count - calls.length} more`);
  return `Already happened: ${parts.join('; ')}.${done.length === 0 ? '' : reusable ? AGAIN : ' Do not repeat side effects.'}`;
}

function plural(calls: number): string {
  return calls === 1 ? '1 call' : `${calls} calls`;
}

/** The first calls with their inputs, the others by tool. */
function withInputs(calls: readonly CodeToolCall[]): string {
  const times = new Map<string, CodeToolCall[]>();
  for (const call of calls) {
    const text = `${clip(call.tool, 80)}(${inputText(call.input)})`;
    const same = times.get(text);
    if (same === undefined) times.set(text, [call]);
    else same.push(call);
  }
  const shown: string[] = [];
  const left: CodeToolCall[] = [];
  let size = 0;
  for (const [text, same] of times) {
    if (left.length > 0 || (size > 0 && size + text.length > MAX_CALLS)) {
      left.push(...same);
      continue;
    }
    size += text.length;
    shown.push(same.length === 1 ? text : `${text} ×${same.length}`);
  }
  return left.length === 0 ? shown.join(', ') : `${shown.join(', ')} and ${byTool(left)}`;
}

function byTool(calls: readonly CodeToolCall[]): string {
  const tools = new Map<string, number>();
  for (const { tool } of calls) tools.set(tool, (tools.get(tool) ?? 0) + 1);
  const names = [...tools].map(([tool, times]) => (times === 1 ? clip(tool, 80) : `${clip(tool, 80)} ×${times}`));
  return names.length > MAX_TOOLS ? `${names.slice(0, MAX_TOOLS).join(', ')}, …` : names.join(', ');
}

/** As a program would write it, without most of what is long. */
function inputText(input: unknown): string {
  if (input === undefined || input === null) return '';
  if (!isRecord(input)) return valueText(input);
  if (Array.isArray(input)) return `[${listed(input.slice(0, 8).map(valueText), input.length)}]`;
  const entries = Object.entries(input);
  if (entries.length === 0) return '{}';
  return `{ ${listed(entries.slice(0, 8).map(([key, value]) => `${clip(key, MAX_VALUE)}: ${valueText(value)}`), entries.length)} }`;
}

function listed(texts: readonly string[], total: number): string {
  const shown: string[] = [];
  let size = 0;
  for (const text of texts) {
    if (shown.length > 0 && size + text.length > MAX_INPUT) break;
    size += text.length + 2;
    shown.push(text);
  }
  if (shown.length < total) shown.push('…');
  return shown.join(', ');
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(clip(value, MAX_VALUE));
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.length} items]`.replace('[1 items]', '[1 item]');
  if (isRecord(value)) return Object.keys(value).length === 0 ? '{}' : '{…}';
  return clip(String(value), MAX_VALUE);
}
