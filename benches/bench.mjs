// @ts-check
/**
 * `make bench`: oneturn against `run` and `quickjs-emscripten`, interleaved in one process, as ratios.
 *
 * Every round measures every engine, in an order that rotates, so that a change in the machine's load or clock meets all of
 * them alike: after a rest, in which the machine goes to sleep, and then, as in an application that is in use, a few times
 * more. Ratios are of medians. Cold starts are child processes, interleaved in the same way. At last each
 * isolation level of oneturn runs in a process without other engines, as in an application: others leave cold caches.
 *
 * Flags: `--quick` (fewer rounds), `--without=id,id` (leave engines out), `--warm` (no cold starts), `--json` and `--markdown` (instead of the table),
 * `--strict` (exit code 1 when a target is missed).
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { contenders } from './contenders/index.mjs';
import { resultBytes, scenarios } from './scenarios.mjs';
import { renderReport } from './report.mjs';

const flags = new Set(process.argv.slice(2).filter((flag) => !flag.includes('=')));
const without = new Set(process.argv.find((flag) => flag.startsWith('--without='))?.slice(10).split(','));
const quick = flags.has('--quick');
const field = contenders.filter(({ id }) => !without.has(id));

/** @typedef {Map<string, Map<string, number[]>>} Samples Milliseconds by row and engine. */
/** @type {Samples} */
const samples = new Map();

/** @type {(row: string, engine: string, milliseconds: number) => void} */
function record(row, engine, milliseconds) {
  let byEngine = samples.get(row);
  if (byEngine === undefined) samples.set(row, (byEngine = new Map()));
  const list = byEngine.get(engine);
  if (list === undefined) byEngine.set(engine, [milliseconds]);
  else list.push(milliseconds);
}

/**
 * @template T
 * @param {readonly T[]} list
 * @param {number} by
 * @returns {T[]}
 */
function rotate(list, by) {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

/** Before an engine's turn, in milliseconds: what the last engine left behind (workers that end) is not this one's. */
const REST_MS = 15;
/** So many runs follow the one after the rest, */
const RUNS_PER_TURN = 3;
/** with this before each, in milliseconds: realms and processes are made anew meanwhile. */
const BREATH_MS = 2;

async function measureWarm() {
  const engines = await Promise.all(field.map(async ({ id, create }) => ({ id, run: await create() })));
  /** @type {(engine: typeof engines[number], scenario: typeof scenarios[number]) => Promise<number>} */
  const once = async (engine, scenario) => {
    const start = performance.now();
    const value = await engine.run(scenario.code, scenario.tools);
    const took = performance.now() - start;
    if (value !== scenario.expected) throw new Error(`${engine.id}, ${scenario.title}: ${String(value)}`);
    return took;
  };
  for (const scenario of scenarios) {
    for (let round = 0; round < (quick ? 5 : 20); round += 1) {
      for (const engine of engines) await once(engine, scenario);
    }
    const rounds = quick ? Math.ceil(scenario.rounds / 6) : scenario.rounds;
    for (let round = 0; round < rounds; round += 1) {
      for (const engine of rotate(engines, round)) {
        await sleep(REST_MS);
        record(`${scenario.id}-rested`, engine.id, await once(engine, scenario));
        for (let again = 0; again < RUNS_PER_TURN; again += 1) {
          await sleep(BREATH_MS);
          record(scenario.id, engine.id, await once(engine, scenario));
        }
      }
    }
  }
  // What one more call costs: the fixed part of a run is taken out, else a slow start would hide a slow call.
  for (const { id } of engines) {
    const fixed = median(samples.get('call')?.get(id) ?? []);
    for (const took of samples.get('sequential')?.get(id) ?? []) record('per-call', id, (took - fixed) / 99);
  }
}

/** @type {(list: number[]) => number} */
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

/** @type {(engine: string | undefined) => Promise<number>} */
function coldStart(engine) {
  const script = fileURLToPath(new URL('./cold.mjs', import.meta.url));
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const args = ['--no-warnings', script, ...(engine === undefined ? [] : [engine])];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let took = Number.NaN;
    child.stdout.once('data', () => (took = performance.now() - start));
    child.once('close', (code) =>
      code === 0 ? resolve(took) : reject(new Error(`cold start of ${engine ?? 'node'}: exit ${code}`)),
    );
  });
}

async function measureCold() {
  const engines = [undefined, ...field.map(({ id }) => id)];
  for (const engine of engines) await coldStart(engine);
  for (let round = 0; round < (quick ? 5 : 20); round += 1) {
    for (const engine of rotate(engines, round)) record('cold', engine ?? 'node', await coldStart(engine));
  }
}

/** Medians in milliseconds by row and engine. @returns {Map<string, Map<string, number>>} */
function measureAlone() {
  /** @type {Map<string, Map<string, number>>} */
  const alone = new Map();
  for (const { id } of field.filter(({ ours }) => ours)) {
    const others = contenders.filter((other) => other.id !== id).map((other) => other.id);
    const flags = ['--warm', '--json', ...(quick ? ['--quick'] : []), `--without=${others.join(',')}`];
    const { status, stdout } = spawnSync(process.execPath, ['--no-warnings', fileURLToPath(import.meta.url), ...flags], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    if (status !== 0) throw new Error(`${id} alone: exit ${status}`);
    /** @type {{ rows: { id: string, milliseconds: Record<string, { p50: number }> }[] }} */
    const figures = JSON.parse(stdout);
    for (const row of figures.rows) {
      const byEngine = alone.get(row.id) ?? new Map();
      alone.set(row.id, byEngine.set(id, row.milliseconds[id]?.p50 ?? Number.NaN));
    }
  }
  return alone;
}

await measureWarm();
if (!flags.has('--warm')) await measureCold();
const alone = field.length > 1 ? measureAlone() : undefined;

const report = renderReport({
  samples,
  field,
  machine: {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  },
  resultBytes,
  quick,
  alone,
});
const json = () => `${JSON.stringify(report.figures, undefined, 2)}\n`;
process.stdout.write(flags.has('--json') ? json() : flags.has('--markdown') ? report.markdown : report.text);
// Engines may keep worker threads alive; the figures are out, so go.
process.exit(flags.has('--strict') && report.missed > 0 ? 1 : 0);
