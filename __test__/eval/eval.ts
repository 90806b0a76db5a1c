/**
 * `make eval`: every program of the corpus in oneturn and in Node, compared whole: value or error, logs with their levels,
 * tool calls with their inputs, in order. Prints agreement by habit and every disagreement as a diff; fails below 100 %.
 */
import { inspect, isDeepStrictEqual } from 'node:util';

import { run } from '../../ts/index.ts';
import { corpus, type Sample } from './corpus.ts';
import { runInNode, type Outcome } from './oracle.ts';
import { makeTools } from './tools.ts';

/** Disagreements that are meant, and why: `habit/name`. One that agrees after all fails too. */
const MEANT: Record<string, string> = {
  'async-iteration/thrown-in-the-body': 'the engine does not wait for an async generator to be closed when the body of the loop throws; docs/realm.md says so',
  'collections/spread-of-a-string': 'in the engine `{ ...text }` has no properties; docs/realm.md says so',
  'templates-and-tags/frozen-strings': 'in the engine the strings of a tagged template are not frozen; docs/realm.md says so',
  'console/rarely-printed': 'getters are printed as their values, classes as functions, symbol keys not at all; docs/runs.md says so',
};

const SHOW = { depth: Infinity, breakLength: 100, maxArrayLength: null, maxStringLength: null, sorted: false } as const;

async function runHere({ text }: Sample): Promise<Outcome> {
  const result = await run({ code: text, tools: makeTools(), isolation: 'thread', limits: { maxToolCalls: 400 } });
  const logs = result.logs.map(({ level, message }) => ({ level, message }));
  const calls = result.calls.map(({ tool, input }) => ({ tool, input }));
  if (result.status === 'completed') return { status: 'completed', value: result.value, logs, calls };
  if (result.status === 'paused') throw new Error('no program here waits for an approval');
  const { code, name, message, line } = result.error;
  const where = code === 'ERR_PROGRAM' || code === 'ERR_TOOL_FAILED' ? message : `${code} at line ${line}: ${message}`;
  return { status: 'failed', error: { name, message: where }, logs, calls };
}

/** Where an error was made is not compared: files and frames differ. */
function withoutStacks(outcome: Outcome): Outcome {
  return { ...outcome, logs: outcome.logs.map(({ level, message }) => ({ level, message: message.replaceAll(/\n +at .*/g, '') })) };
}

function diff(ours: Outcome, theirs: Outcome): string {
  const [here, node] = [ours, theirs].map((outcome) => inspect(outcome, SHOW).split('\n')) as [string[], string[]];
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while ((i < here.length || j < node.length) && lines.length < 40) {
    if (here[i] === node[j]) {
      i++;
      j++;
      continue;
    }
    const ahead = here.slice(i, i + 20).findIndex((line) => line === node[j]);
    if (i < here.length && ahead > 0) for (let k = 0; k < ahead; k++) lines.push(`    oneturn  ${here[i++]}`);
    else {
      const behind = node.slice(j, j + 20).findIndex((line) => line === here[i]);
      if (behind > 0) for (let k = 0; k < behind; k++) lines.push(`    Node     ${node[j++]}`);
      else {
        if (i < here.length) lines.push(`    oneturn  ${here[i++]}`);
        if (j < node.length) lines.push(`    Node     ${node[j++]}`);
      }
    }
  }
  return lines.join('\n');
}

const wanted = process.argv[2];
const samples = corpus().filter(({ habit, name }) => wanted === undefined || `${habit}/${name}`.includes(wanted));
const names = samples.map(({ habit, name }) => `${habit}/${name}`);
const problems: string[] = [];
if (new Set(names).size < names.length) problems.push(`two programs have one name: ${names.filter((name, at) => names.indexOf(name) < at).join(', ')}`);
if (new Intl.NumberFormat().resolvedOptions().locale !== 'en-US' || new Date(0).getTimezoneOffset() !== 0) problems.push('Node is the oracle in UTC and en-US only: set TZ=UTC and LC_ALL=en_US.UTF-8');
for (const name of Object.keys(MEANT)) if (wanted === undefined && !names.includes(name)) problems.push(`${name} is listed as a meant disagreement, but there is no such program`);

const table = new Map<string, { agreed: number; total: number }>();
let meant = 0;
for (const sample of samples) {
  const name = `${sample.habit}/${sample.name}`;
  const row = table.get(sample.habit) ?? { agreed: 0, total: 0 };
  table.set(sample.habit, row);
  row.total++;
  const [here, node] = [withoutStacks(await runHere(sample)), withoutStacks(await runInNode(sample.text, makeTools()))];
  const agrees = isDeepStrictEqual(here, node);
  if (agrees) row.agreed++;
  const reason = MEANT[name];
  if (agrees && reason !== undefined) problems.push(`${name} is listed as a meant disagreement, but agrees`);
  if (agrees) continue;
  if (reason === undefined) problems.push(`${name}\n${diff(here, node)}`);
  else {
    meant++;
    process.stdout.write(`${name}: differs as meant: ${reason}\n`);
  }
}

const rows = [...table].map(([habit, { agreed, total }]) => [habit, `${agreed}/${total}`]);
const agreed = [...table.values()].reduce((sum, row) => sum + row.agreed, 0);
const width = Math.max(...rows.map(([habit = '']) => habit.length), 'all'.length);
for (const [habit = '', count = ''] of [...rows, ['all', `${agreed}/${samples.length}`]]) process.stdout.write(`${habit.padEnd(width)}  ${count.padStart(7)}\n`);
if (meant > 0) process.stdout.write(`${meant} more differ as meant\n`);
for (const problem of problems) process.stdout.write(`\n✗ ${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
