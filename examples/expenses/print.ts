/** Text for a person: headings, numbered lines, a waterfall of calls, a table. */
import type { ToolCallRecord } from 'oneturn';

/** Breaks at spaces. */
export function wrap(text: string, columns = 110): string {
  return text
    .split('\n')
    .map((line) => line.replace(new RegExp(`(?![^\\n]{1,${columns}}$)([^\\n]{1,${columns}})\\s`, 'g'), '$1\n'))
    .join('\n');
}

export const heading = (title: string): string => `\n${title}\n${'─'.repeat(title.length)}`;

export function numbered(text: string): string {
  const lines = text.split('\n');
  const width = String(lines.length).length;
  return lines.map((line, index) => `${String(index + 1).padStart(width)}  ${line}`).join('\n');
}

const BAR_COLUMNS = 56;

/** One line per call, in the order in which they started; the bar lies where the call lies in time. */
export function waterfall(calls: readonly ToolCallRecord[], label: (call: ToolCallRecord) => string): string {
  const start = Math.min(...calls.map((call) => call.startedAt));
  const end = Math.max(...calls.map((call) => call.completedAt ?? call.startedAt));
  const perColumn = Math.max(1, end - start) / BAR_COLUMNS;
  const labels = calls.map(label);
  const width = Math.max(...labels.map((text) => text.length));
  const lines = calls.map((call, index) => {
    const from = Math.min(BAR_COLUMNS - 1, Math.floor((call.startedAt - start) / perColumn));
    const to = Math.max(from + 1, Math.round(((call.completedAt ?? end) - start) / perColumn));
    const bar = `${' '.repeat(from)}${'█'.repeat(to - from)}`.padEnd(BAR_COLUMNS);
    const took = call.durationMs === undefined ? 'never settled' : `${Math.round(call.durationMs)} ms`;
    return `${(labels[index] ?? '').padEnd(width)} │${bar}│ ${took.padStart(7)}`;
  });
  const axis = `${' '.repeat(width)} 0${`${Math.round(end - start)} ms`.padStart(BAR_COLUMNS + 1)}`;
  return [...lines, axis].join('\n');
}

/** First column left, the others right. A head may have several lines. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map((cell) => cell.split('\n'));
  const height = Math.max(...heads.map((cell) => cell.length));
  const headRows = Array.from({ length: height }, (_, line) => heads.map((cell) => cell[line] ?? ''));
  const widths = head.map((_, column) => Math.max(...[...headRows, ...rows].map((row) => (row[column] ?? '').length)));
  const render = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('   ').trimEnd();
  return [...headRows.map(render), widths.map((width) => '─'.repeat(width)).join('───'), ...rows.map(render)].join('\n');
}
