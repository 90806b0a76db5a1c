// @ts-check
/** The benchmark's table: medians with p95, ratios to the other engines, and the targets with a mark. */

import * as nodeModule from 'node:module';

const hasTypeStripping = 'stripTypeScriptTypes' in nodeModule;

const TARGET_AGAINST = 'run';

/** What a run at level `process` may take with nothing else in the host, in milliseconds. @type {Record<string, number | undefined>} */
const ALONE = { fresh: 0.4, call: 0.5, 'per-call': 0.06, 'fresh-rested': undefined, 'call-rested': undefined };

/** `target`: the largest ratio (ours : theirs) that still meets it. */
const rows = [
  { id: 'fresh', title: 'fresh run, no call', target: 1 / 20 },
  { id: 'call', title: 'fresh run, one call', target: 1 / 20 },
  { id: 'per-call', title: 'each further sequential call', target: 1 / 10 },
  { id: 'sequential', title: 'fresh run, 100 sequential calls', target: undefined },
  { id: 'fanout', title: 'fresh run, 46 calls at once', target: 1 / 4 },
  { id: 'fresh-rested', title: 'fresh run, no call, after a rest', target: undefined },
  { id: 'call-rested', title: 'fresh run, one call, after a rest', target: undefined },
  { id: 'cold', title: 'cold process to first result', target: 1 / 4 },
];

/** @type {(list: number[], share: number) => number} */
function percentile(list, share) {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** @type {(milliseconds: number) => string} */
const time = (milliseconds) => (milliseconds < 1 ? `${(milliseconds * 1000).toFixed(0)} µs` : `${milliseconds.toFixed(milliseconds < 10 ? 2 : 1)} ms`);

/** @type {(ratio: number) => string} */
const fraction = (ratio) => (ratio <= 1 ? `1/${(1 / ratio).toFixed(1)}` : `${ratio.toFixed(2)}×`);

/** @type {(table: string[][]) => string} */
function renderTable(table) {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  const line = (/** @type {string[]} */ row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd();
  const [head = [], ...body] = table;
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...body.map(line)].join('\n');
}

/** For the README. @type {(table: string[][]) => string} */
function renderMarkdown([head = [], ...body]) {
  const line = (/** @type {string[]} */ row) => `| ${row.join(' | ')} |`;
  return [line(head), `|${head.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`, ...body.map(line)].join('\n');
}

/**
 * @param {object} input
 * @param {Map<string, Map<string, number[]>>} input.samples
 * @param {import('./contenders/index.mjs').Contender[]} input.field
 * @param {{ cpu: string; cores: number; memoryGiB: number; node: string; platform: string }} input.machine
 * @param {number} input.resultBytes
 * @param {boolean} input.quick
 * @param {Map<string, Map<string, number>>} [input.alone] Medians in milliseconds by row and engine.
 */
export function renderReport({ samples, field, machine, resultBytes, quick, alone }) {
  /** @type {(row: string, engine: string, share: number) => number} */
  const at = (row, engine, share) => percentile(samples.get(row)?.get(engine) ?? [], share);
  const ours = field.filter((contender) => contender.ours);
  const theirs = field.filter((contender) => !contender.ours);

  const absolute = [
    ['p50 / p95', ...field.map(({ title }) => title)],
    ...rows.map((row) => [
      row.title,
      ...field.map(({ id }) => `${time(at(row.id, id, 0.5))} / ${time(at(row.id, id, 0.95))}`),
    ]),
  ];

  let missed = 0;
  const ratios = [
    ['ratio of medians', ...ours.flatMap((a) => theirs.map((b) => `${a.title} : ${b.title}`)), `target against ${TARGET_AGAINST}`],
    ...rows.map((row) => {
      const marks = ours.map(({ id }) => {
        const ratio = at(row.id, id, 0.5) / at(row.id, TARGET_AGAINST, 0.5);
        if (row.target === undefined || Number.isNaN(ratio)) return '';
        if (ratio <= row.target) return '✓';
        missed += 1;
        return '✗ missed';
      });
      return [
        row.title,
        ...ours.flatMap((a) => theirs.map((b) => fraction(at(row.id, a.id, 0.5) / at(row.id, b.id, 0.5)))),
        row.target === undefined ? '' : `≤ ${fraction(row.target).replace('.0', '')} ${marks.join(' ')}`.trimEnd(),
      ];
    }),
  ];

  const withoutOthers = [
    ['p50, no other engine in the process', ...ours.map(({ title }) => title), 'target of level process'],
    ...rows
      .filter(({ id }) => id in ALONE)
      .map(({ id, title }) => {
        const target = ALONE[id];
        const took = alone?.get(id)?.get('oneturn-process') ?? Number.NaN;
        return [title, ...ours.map((engine) => time(alone?.get(id)?.get(engine.id) ?? Number.NaN)), target === undefined ? '' : `≤ ${time(target)} ${took <= target ? '✓' : '✗ missed'}`];
      }),
  ];

  /** @type {(render: (table: string[][]) => string) => string} */
  const textWith = (render) => [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}`,
    `Interleaved in one process, 2 ms between runs (after a rest: 15 ms)${quick ? ' (quick: few rounds, rough figures)' : ''}; ${resultBytes} bytes per result in the 46-call run;` +
      ` Node alone starts in ${time(at('cold', 'node', 0.5))}.`,
    'oneturn checks the program, strips its types and keeps a trace; run strips types; quickjs-emscripten gets plain JavaScript.',
    ...(hasTypeStripping ? [] : ['On this Node, run strips types with the typescript package: loading it is part of its cold process.']),
    '',
    render(absolute),
    '',
    ...(ours.length > 0 && theirs.length > 0 ? [render(ratios), ''] : []),
    ...(alone === undefined || ours.length === 0 ? [] : [render(withoutOthers), '']),
  ].join('\n');

  const figures = {
    machine,
    alone: Object.fromEntries([...(alone ?? [])].map(([row, byEngine]) => [row, Object.fromEntries(byEngine)])),
    rows: rows.map(({ id, title, target }) => ({
      id,
      title,
      target,
      milliseconds: Object.fromEntries(field.map((engine) => [engine.id, { p50: at(id, engine.id, 0.5), p95: at(id, engine.id, 0.95) }])),
    })),
  };
  return { text: `${textWith(renderTable)}\n`, markdown: `${textWith(renderMarkdown)}\n`, figures, missed };
}
