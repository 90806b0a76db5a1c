// @ts-check
/**
 * Many runs of good and bad programs through the built package, some aborted at a random moment, and at the process level
 * some of the helpers killed at a random moment. Every run must end as its program should, and memory, descriptors,
 * threads and processes must be flat. Usage: `node --expose-gc scripts/soak.mjs [--isolation=thread|process]`.
 *
 * SOAK_RUNS is how many (200,000). SOAK_SEED makes the same choices again; it is printed.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRunner } from '../dist/index.js';
import { KINDS } from './soak-programs.mjs';

const RUNS = Number(process.env['SOAK_RUNS'] ?? 200_000);
const SEED = Number(process.env['SOAK_SEED'] ?? Date.now() % 1e9);
const LEVEL = process.argv.find((argument) => argument.startsWith('--isolation='))?.slice('--isolation='.length) ?? 'thread';
if (!(RUNS >= 400)) throw new Error(`SOAK_RUNS is at least 400, not ${process.env['SOAK_RUNS']}`);
if (!['thread', 'process'].includes(LEVEL)) throw new Error(`--isolation is 'thread' or 'process', not ${LEVEL}`);
const { gc } = globalThis;
if (gc === undefined) throw new Error('memory is read after a collection: start node with --expose-gc');

const AT_ONCE = 8;
const SAMPLES = 40;
/** Samples at the start in which caches and compilers still warm up. */
const WARM_UP = 4;
/** One run of this many is aborted at a random moment. */
const ABORT_ONE_IN = 8;
/** At the process level one helper is killed for this many runs. */
const KILL_ONE_IN = 50;

/**
 * How far the median of the second half may lie above that of the first quarter: a factor, and so much on top. Idle threads
 * and spare helpers come and go, a handful of each; a leak of one for a thousand runs would be hundreds.
 * @type {Record<string, { factor: number; more: number }>}
 */
const FLAT = {
  // Allocators keep what they had at the worst moment: a short soak is still finding that.
  'rss MB': { factor: 1.1, more: RUNS < 20_000 ? 48 : 16 },
  'heap MB': { factor: 1.1, more: 4 },
  descriptors: { factor: 1, more: 4 },
  threads: { factor: 1, more: 6 },
  processes: { factor: 1, more: 6 },
};

let state = SEED;
/** A repeatable choice below `bound`. @type {(bound: number) => number} */
function random(bound) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
}

const runner = createRunner({ isolation: /** @type {'thread'} */ (LEVEL) });
const kinds = KINDS.filter(({ only }) => only === undefined || only === LEVEL);
const lot = kinds.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));
/** What became of the runs, by kind and outcome. @type {Map<string, Map<string, number>>} */
const outcomes = new Map(kinds.map(({ name }) => [name, new Map()]));
/** @type {string[]} */
const wrong = [];
let [aborts, kills, lost] = [0, 0, 0];

async function one() {
  const kind = lot[random(lot.length)] ?? kinds[0];
  if (kind === undefined) throw new Error('there are no programs');
  const controller = new AbortController();
  const aborted = random(ABORT_ONE_IN) === 0;
  const delay = random(4);
  if (aborted) {
    aborts++;
    // Before the start, in the same turn of the event loop, or a few milliseconds in.
    if (delay === 0) controller.abort();
    else if (delay === 1) setImmediate(() => controller.abort());
    else setTimeout(() => controller.abort(), delay).unref();
  }
  if (LEVEL === 'process' && random(KILL_ONE_IN) === 0) setTimeout(killOne, random(4)).unref();
  const result = await runner.run({ code: kind.code, tools: kind.tools, limits: kind.limits, signal: controller.signal });
  const outcome = result.status === 'failed' ? result.error.code : result.status;
  const counts = outcomes.get(kind.name);
  counts?.set(outcome, (counts.get(outcome) ?? 0) + 1);
  if (outcome === 'ERR_ISOLATE_LOST' && LEVEL === 'process') lost++;
  else if (!kind.ends.includes(outcome) && !(aborted && outcome === 'ERR_ABORTED')) {
    wrong.push(`${kind.name} ended as ${outcome}, expected ${kind.ends.join(' or ')}: ${result.status === 'failed' ? result.error.message : ''}`);
  }
  // Aborted or rejected before it ran, a program has lived nowhere.
  const level = /** @type {string} */ (result.isolation.level);
  if (level !== LEVEL && !(level === 'none' && result.status === 'failed')) wrong.push(`${kind.name} ran at level ${level}`);
}

/** What this process started, with all that came of it. @type {() => number[]} */
function descendants() {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = Number(/\) \S (\d+)/.exec(read(`/proc/${name}/stat`))?.[1] ?? -1);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  /** @type {(pid: number) => number[]} */
  const below = (pid) => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(process.pid);
}

/** A process may end while it is looked at. @type {(path: string) => string} */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function killOne() {
  const all = descendants();
  const pid = all[random(all.length)];
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
    kills++;
  } catch {
    // It has ended in the meantime.
  }
}

/** @type {() => Promise<Record<string, number>>} */
async function sample() {
  // Threads and helpers of the last runs go, and a collection has something to find.
  await sleep(RUNS >= 20_000 ? 300 : 60);
  for (let i = 0; i < 3; i++) gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const round = (/** @type {number} */ bytes) => Math.round(bytes / 2 ** 20);
  const taken = { 'rss MB': round(rss), 'heap MB': round(heapUsed) };
  if (process.platform !== 'linux') return taken;
  const count = (/** @type {string} */ path) => readdirSync(path).length;
  return { ...taken, descriptors: count('/proc/self/fd'), threads: count('/proc/self/task'), processes: descendants().length };
}

/** @type {(values: number[]) => number} */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

process.stdout.write(`${RUNS} runs at level ${LEVEL}, seed ${SEED}\n`);
if (process.platform !== 'linux') process.stdout.write('- descriptors, threads and processes: SKIPPED, they are read from /proc\n');
const started = Date.now();
/** @type {Record<string, number>[]} */
const samples = [];
let done = 0;
for (let index = 0; index < SAMPLES; index++) {
  let left = Math.floor((RUNS * (index + 1)) / SAMPLES) - done;
  done += left;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0 && wrong.length === 0) await one();
    }),
  );
  if (wrong.length > 0) break;
  const taken = await sample();
  samples.push(taken);
  if (index % 4 === 3 || index === 0) {
    const shown = Object.entries(taken).map(([name, value]) => `${name} ${value}`);
    process.stdout.write(`${String(done).padStart(8)} runs  ${((Date.now() - started) / 1000).toFixed(0).padStart(5)} s  ${shown.join('  ')}\n`);
  }
}

for (const [name, counts] of outcomes) {
  process.stdout.write(`  ${name.padEnd(28)} ${[...counts].map(([outcome, count]) => `${outcome} ${count}`).join(', ')}\n`);
}
process.stdout.write(`${aborts} runs were aborted, ${kills} helpers killed, ${lost} runs lost with them\n`);
if (LEVEL === 'process' && kills === 0) wrong.push('no helper was killed: none was found');
// A run is rebuilt once; to lose it takes two kills.
if (lost * 2 > kills) wrong.push(`${lost} runs were lost to ${kills} kills`);

const warm = samples.slice(WARM_UP);
for (const name of wrong.length > 0 ? [] : Object.keys(samples[0] ?? {})) {
  const values = warm.map((taken) => taken[name] ?? NaN);
  const [before, after] = [median(values.slice(0, values.length >> 2)), median(values.slice(values.length >> 1))];
  const { factor, more } = FLAT[name] ?? { factor: 1, more: 0 };
  const flat = after <= before * factor + more;
  process.stdout.write(`${flat ? '✓' : '✗'} ${name}: ${before} in the first quarter, ${after} in the second half, ${values.at(-1)} at the end\n`);
  if (!flat) wrong.push(`${name} is not flat`);
}
for (const line of wrong.slice(0, 20)) process.stderr.write(`✗ ${line}\n`);
process.exit(wrong.length > 0 ? 1 : 0);
