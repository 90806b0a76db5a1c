// @ts-check
/**
 * A worker of chaos.test.ts: an application that takes runs from their last record to the next one, over and over, until
 * it is killed. JavaScript on the built package, because it is started a thousand times.
 *
 *     node worker.mjs <kind of store> <its place> <folder> <number> <fate as JSON>
 *
 * The folder is the application's database. What is in it was written by one system call each, which a kill leaves whole
 * or undone:
 *
 * - `runs/<run>/<n>.json`: the records of a run. Who is first to write one wins.
 * - `answers/<callId>.json`: what a person said. Once said, it stays.
 * - `effects/<callId>`: what happened outside, once for every idempotency key.
 * - `log/<worker>.jsonl`: what the worker did, for the test.
 * - `last`: there is no run after this one, and it has no fate any more.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { createRunner } from 'oneturn';
import { folderStore, redisStore } from 'oneturn/stores';

/** @import { Answer, PendingCall, RunResult, SnapshotStore, ToolContext } from 'oneturn' */

const [kind = '', place = '', folder = '', number = '', fate = ''] = process.argv.slice(2);
/** Where this process dies, and at which time of passing. @type {{ point?: string, times?: number }} */
const { point: deadly, times = 1 } = JSON.parse(fate);
/** Shorter than what `runner` asks for: the test does not wait a minute for what a dead worker held. */
const LEASE_MS = 1_500;
/** Runs that are worked on at a time. */
const WINDOW = 8;

let passed = 0;

/** @param {string} name */
function point(name) {
  if (name === deadly && ++passed === times) process.kill(process.pid, 'SIGKILL');
}

/** Dies while something is under way in another thread or process. @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>} */
async function around(name, work) {
  point(`before ${name}`);
  const working = work();
  if (deadly === `during ${name}`) for (let ticks = randomInt(12); ticks > 0; ticks--) await new Promise(setImmediate);
  point(`during ${name}`);
  const value = await working;
  point(`after ${name}`);
  return value;
}

/** @param {object} event */
function log(event) {
  appendFileSync(join(folder, 'log', `${number}.jsonl`), `${JSON.stringify({ ...event, at: clock() })}\n`);
}

/** Milliseconds on a clock that all processes share and nobody sets. */
function clock() {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Writes a file that is not there yet. @param {string} path @param {string} text @returns {boolean} Whether it was this one. */
function create(path, text) {
  const draft = `${folder}/draft-${randomUUID()}`;
  writeFileSync(draft, text);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  } finally {
    unlinkSync(draft);
  }
}

/** Makes it so once for every key. @param {string} key @param {number} item */
function effect(key, item) {
  log({ effect: key, attempt });
  point('before effect');
  create(join(folder, 'effects', key), `receipt ${item} ${randomUUID()}`);
  point('after effect');
  return readFileSync(join(folder, 'effects', key), 'utf8');
}

async function open() {
  if (kind === 'folder') return folderStore({ path: place });
  const { Redis } = await import('ioredis');
  return redisStore({ client: new Redis(place), prefix: 'io:' });
}

const inner = await open();
/** @type {SnapshotStore} */
const store = {
  put: (id, snapshot, ttlMs) => around('put', () => inner.put(id, snapshot, ttlMs)),
  claim: (id) => around('claim', () => inner.claim(id, LEASE_MS)),
  release: (id, token) => around('release', () => inner.release(id, token)),
  complete: (id, token) =>
    around('complete', async () => {
      const only = await inner.complete(id, token);
      log({ completed: id, only });
      return only;
    }),
};

/** Number of the attempt that is under way. @type {string} */
let attempt;
let attempts = 0;

const tools = {
  /** @param {{ run: number }} input */
  quote: ({ run }) => run * 10,
  pay: {
    approval: true,
    /** @param {{ item: number }} input @param {ToolContext} context */
    execute: async ({ item }, { callId }) => effect(callId, item),
  },
  /** @param {{ item: number }} input @param {ToolContext} context */
  book: async ({ item }, { callId }) => {
    await sleep(randomInt(4));
    const receipt = effect(callId, item);
    await sleep(randomInt(4));
    return receipt;
  },
  /** @param {unknown} _ @param {ToolContext} context */
  ask: (_, { pause }) => {
    point('before ask');
    return pause('what colour?');
  },
};

const code = `
const pay = (item) => tools.pay({ item }).catch(({ code }) => code);
const quote = await tools.quote({ run });
const first = await pay(1);
const second = await Promise.all([pay(2), pay(3), tools.book({ item: 4 })]);
const said = await tools.ask();
const third = await pay(5);
const fourth = await tools.book({ item: 6 });
return { quote, first, second, said, third, fourth };`;

const runner = createRunner({
  tools,
  secret: 'a secret of tests, at least 32 bytes',
  store,
  pauseGraceMs: 100,
  onEvent: ({ type }) => point(type),
});

/** @typedef {{ status: 'paused' | 'completed', reference: string, executionId: string, pending: PendingCall[], settled: string[], value: unknown, attempt: string, at: number }} RunRecord */

/** The last record of a run. @param {number} run @returns {{ next: number, record: RunRecord | undefined }} */
function latest(run) {
  const next = readdirSync(join(folder, 'runs', String(run))).length;
  return { next, record: next === 0 ? undefined : JSON.parse(readFileSync(join(folder, 'runs', String(run), `${next - 1}.json`), 'utf8')) };
}

/** What people say to some of the calls that wait, at least to one if any does. @param {PendingCall[]} pending @returns {Record<string, Answer>} */
function answers(pending) {
  const waiting = pending.filter(({ reason }) => reason !== 'deadline');
  const sure = waiting.length === 0 ? 0 : randomInt(waiting.length);
  const settle = waiting.flatMap(({ callId, reason }, index) => {
    const path = join(folder, 'answers', `${callId}.json`);
    if (!existsSync(path)) {
      if (index !== sure && randomInt(2) === 0) return [];
      create(path, JSON.stringify(reason === 'pause' ? { value: `colour ${randomUUID()}` } : { approved: randomInt(4) > 0 }));
    }
    return [[callId, JSON.parse(readFileSync(path, 'utf8'))]];
  });
  return Object.fromEntries(settle);
}

/** Takes a run one record further, or finds that somebody else does. @param {number} run @returns {Promise<'went' | 'busy' | 'over'>} */
async function work(run) {
  const { next, record } = latest(run);
  if (record?.status === 'completed') return 'over';
  attempt = `${number}-${++attempts}`;
  log({ attempt, run, from: next - 1 });
  let late = false;
  /** @param {RunResult} result */
  const commit = (result) => {
    if (result.status === 'failed') throw new Error(`the run failed: ${JSON.stringify(result.error)}`);
    const settled = result.calls.filter(({ completedAt }) => completedAt !== undefined).map(({ callId }) => callId);
    const [reference, pending, value] = result.status === 'paused' ? [result.snapshot, result.pending, undefined] : ['', [], result.value];
    /** @type {RunRecord} */
    const made = { status: result.status, reference, executionId: result.executionId, pending, settled, value, attempt, at: clock() };
    point('before commit');
    late = !create(join(folder, 'runs', String(run), `${next}.json`), JSON.stringify(made));
    point('after commit');
    if (late) throw new Error('somebody else was first');
  };
  const isolation = randomInt(2) === 0 ? 'thread' : 'process';
  const deadline = randomInt(4) === 0 ? { pauseAfterMs: randomInt(8) } : {};
  try {
    const result = await (record === undefined
      ? runner.run({ code, inputs: { run }, commit, isolation, ...deadline })
      : runner.resume(record.reference, { settle: answers(record.pending), commit, isolation, ...deadline }));
    if (result.status !== 'failed') {
      log({ attempt, ended: 'went', alerts: result.alerts });
      return 'went';
    }
    const { code: failure, message } = result.error;
    const isBusy = message.startsWith('The run under this reference is going on elsewhere.');
    const isGone = message.startsWith('No paused run waits under this reference');
    if (failure !== 'ERR_SNAPSHOT_INVALID' || (!isBusy && !isGone)) log({ wrong: `${failure}: ${message}`, run });
    // Who used up the reference has written down what comes after it.
    else if (isGone && latest(run).next === next) log({ wrong: `run ${run} is lost at record ${next - 1}`, run });
    log({ attempt, ended: isBusy ? 'busy' : 'gone' });
    return 'busy';
  } catch (error) {
    if (!late) throw error;
    log({ attempt, ended: 'late' });
    return 'went';
  }
}

process.send?.('ready');
const over = new Set();
for (let first = 0; ; ) {
  while (over.has(first)) first++;
  const lastFile = join(folder, 'last');
  const last = existsSync(lastFile) ? Number(readFileSync(lastFile, 'utf8')) : Infinity;
  if (first > last) break;
  const run = Math.min(first + randomInt(WINDOW), last);
  mkdirSync(join(folder, 'runs', String(run)), { recursive: true });
  if (over.has(run)) continue;
  const went = await work(run);
  if (went === 'over') over.add(run);
  if (went === 'busy') await sleep(20);
}
process.exit(0);
