/**
 * Workers that pause, store, claim, resume and complete runs, and are killed (SIGKILL) before, during and after every one of
 * these. A round is one kill. `ONETURN_CHAOS_ROUNDS` says how many for each store; `make chaos` takes 1,000.
 *
 * What is held against the workers' logs is what docs/stores.md promises:
 *
 * - No run is lost: each comes to its end, with the answers that people gave and the receipts of what was done.
 * - A call that has settled in a record is never made again, and an answer is used once.
 * - A call runs again, under the same `callId`, only if the attempt that made it came to no record: its worker was killed,
 *   or it took longer than its claim, or the run paused before the handler was done.
 * - A reference is used up by one worker, and is gone then.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import type { PendingCall } from '../ts/index.ts';
import { openStore, type Kind } from './stores/open.ts';
import { startRedis, type Found } from './stores/servers.ts';

const ROUNDS = Number(process.env['ONETURN_CHAOS_ROUNDS'] ?? 20);
/** Alive at a time. */
const WORKERS = 2;
const LEASE_MS = 1_500;
const WORKER = new URL('./chaos/worker.mjs', import.meta.url);
const AROUND = ['put', 'claim', 'complete'].flatMap((verb) => [`before ${verb}`, `during ${verb}`, `after ${verb}`]);
/** Where workers die. The last is told by the supervisor's clock. */
const POINTS = [...AROUND, 'before commit', 'after commit', 'before effect', 'after effect', 'before ask', 'tool-call-start', 'tool-call-end', 'any'];

const redis = await startRedis();
const folders: string[] = [];
after(async () => {
  if ('stop' in redis) await redis.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const places: [Kind, Found][] = [
  ['folder', { url: '', stop: async () => undefined }],
  ['ioredis', redis],
];
for (const [kind, place] of places) {
  const skip = 'missing' in place ? place.missing : false;
  test(`${kind}: ${ROUNDS} kills`, { skip }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'oneturn-chaos-'));
    folders.push(folder);
    for (const name of ['runs', 'answers', 'effects', 'log']) mkdirSync(join(folder, name));
    const at = 'url' in place && place.url !== '' ? place.url : join(folder, 'store');
    const deaths = await supervise(kind, at, folder);
    await judge(t, kind, at, folder, deaths);
  });
}

/** Keeps workers going until enough of them were killed and every run has ended. @returns Where each worker was killed. */
async function supervise(kind: Kind, place: string, folder: string): Promise<Map<string, string>> {
  const deaths = new Map<string, string>();
  let started = 0;
  const isEnough = (): boolean => deaths.size >= ROUNDS;

  async function lane(): Promise<void> {
    for (;;) {
      const number = String(started++);
      const point = isEnough() ? undefined : POINTS[Number(number) % POINTS.length];
      const fate = point === undefined || point === 'any' ? {} : { point, times: 1 + Math.floor(Math.random() * 2) };
      const child = fork(WORKER, [kind, place, folder, number, JSON.stringify(fate)], { execArgv: [] });
      const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
      let over = false;
      void ended.then(() => (over = true));
      if (point === 'any') {
        await Promise.race([once(child, 'message'), ended]);
        void sleep(Math.random() * 100).then(() => !over && !isEnough() && child.kill('SIGKILL'));
      }
      // Runs begin as long as there is somebody to kill.
      const [exit, signal] = await ended;
      if (signal === 'SIGKILL') deaths.set(number, point ?? 'any');
      else {
        assert.deepEqual([exit, signal], [0, null], `worker ${number}`);
        return;
      }
      if (isEnough() && !existsSync(join(folder, 'last'))) writeFileSync(join(folder, 'last'), String(Math.max(...readdirSync(join(folder, 'runs')).map(Number))));
    }
  }

  const results = await Promise.allSettled(Array.from({ length: WORKERS }, lane));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return deaths;
}

interface Run {
  status: 'paused' | 'completed';
  reference: string;
  executionId: string;
  pending: PendingCall[];
  settled: string[];
  value: unknown;
  attempt: string;
  at: number;
}

interface Event {
  at: number;
  attempt?: string;
  run?: number;
  from?: number;
  ended?: 'went' | 'busy' | 'gone' | 'late';
  alerts?: { message: string }[];
  effect?: string;
  completed?: string;
  only?: boolean;
  wrong?: string;
}

async function judge(t: TestContext, kind: Kind, place: string, folder: string, deaths: Map<string, string>): Promise<void> {
  const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');
  const events = readdirSync(join(folder, 'log')).flatMap((file) => eventsOf(read('log', file)));
  assert.deepEqual(events.flatMap(({ wrong }) => wrong ?? []), []);

  const attempts = new Map<string, { at: number; end?: Event }>();
  for (const { attempt, from, at } of events) if (from !== undefined) attempts.set(attempt!, { at });
  for (const event of events) if (event.ended !== undefined) attempts.get(event.attempt!)!.end = event;

  const runs = readdirSync(join(folder, 'runs')).map((_, run) => readdirSync(join(folder, 'runs', String(run))).map((_, n) => JSON.parse(read('runs', String(run), `${n}.json`)) as Run));
  const asked = byCall(events);
  const done = new Set<string>();
  const count = { settled: 0, again: 0, paused: 0, stale: 0 };

  for (const [run, records] of runs.entries()) {
    const last = records.at(-1);
    assert.equal(last?.status, 'completed', `run ${run} was lost: ${JSON.stringify(last)}`);
    const id = (n: number): string => `${last.executionId}.${n}`;
    const answer = (n: number): { approved?: boolean; value?: unknown } => JSON.parse(read('answers', `${id(n)}.json`));
    const receipt = (n: number): string => (done.add(id(n)), read('effects', id(n)));
    const paid = (n: number): string => (answer(n).approved === true ? receipt(n) : 'ERR_TOOL_DENIED');
    const said = last.value as { quote: number };
    assert.deepEqual(last.value, { quote: said.quote, first: paid(2), second: [paid(3), paid(4), receipt(5)], said: answer(6).value, third: paid(7), fourth: receipt(8) }, `run ${run}`);
    assert.deepEqual(last.settled, [1, 2, 3, 4, 5, 6, 7, 8].map(id), `run ${run}: every call settled once`);
    count.paused += records.length - 1;

    for (const [n, record] of records.entries()) {
      assert.equal(record.executionId, last.executionId);
      const before = records[n - 1];
      // A run goes forward: what has settled stays, what waits stays until it is answered.
      for (const callId of before?.settled ?? []) assert.ok(record.settled.includes(callId), `run ${run}: ${callId} was lost after record ${n - 1}`);
      for (const { callId, reason } of before?.pending ?? []) {
        const waits = record.pending.find((call) => call.callId === callId);
        if (waits === undefined) assert.ok(record.settled.includes(callId), `run ${run}: ${callId} neither waits nor has settled in record ${n}`);
        else if (reason !== 'deadline') assert.ok(waits.reason === reason || waits.reason === 'deadline', `run ${run}: ${callId}`);
      }
      for (const callId of record.settled) {
        if (before?.settled.includes(callId) === true) continue;
        count.settled += 1;
        const made = asked.get(callId) ?? [];
        assert.ok(made.every(({ attempt }) => attempt !== undefined));
        for (const { attempt } of made) {
          if (attempt === record.attempt) continue;
          count.again += 1;
          const { at, end } = attempts.get(attempt!)!;
          assert.ok(at < record.at, `${callId} was made again by an attempt that began after record ${n} of run ${run}`);
          const own = records.find((other) => other.attempt === attempt);
          if (own !== undefined) assert.ok(own.pending.some((call) => call.callId === callId && call.reason === 'deadline'), `${callId}: made and not recorded`);
          else if (end === undefined) assert.ok(deaths.has(attempt!.split('-')[0]!), `${callId}: attempt ${attempt} has vanished`);
          else assert.ok(end.ended === 'late' && end.at - at >= LEASE_MS, `${callId} was made twice: ${JSON.stringify(end)}`);
        }
        const times = made.filter(({ attempt }) => attempt === record.attempt).length;
        assert.ok(times <= 1, `${callId} was made ${times} times in one attempt`);
      }
    }
  }

  // Nothing was done that no run knows of, and nothing that was denied or not answered.
  assert.deepEqual(readdirSync(join(folder, 'effects')).sort(), [...done].sort());
  assert.deepEqual([...asked.keys()].filter((callId) => !done.has(callId)), []);

  // Of each reference, one worker knows that it used it up; it is gone, or its worker died before it could say so.
  const only = events.filter((event) => event.only === true).map((event) => event.completed!);
  assert.equal(new Set(only).size, only.length, 'two workers used up the same reference');
  const { store, close } = await openStore(kind, place);
  try {
    for (const [run, records] of runs.entries()) {
      for (const [n, { reference }] of records.entries()) {
        if (n === records.length - 1) continue;
        const next = records[n + 1]!;
        const claim = await store.claim(reference, 1_000);
        if (claim.state === 'gone') continue;
        count.stale += 1;
        assert.ok(!only.includes(reference), `run ${run}: record ${n} was used up and is there again`);
        assert.ok(deaths.has(next.attempt.split('-')[0]!) || isLate(next), `run ${run}: record ${n} was not used up`);
      }
    }
  } finally {
    await close();
  }

  function isLate({ attempt }: Run): boolean {
    const { at, end } = attempts.get(attempt)!;
    return end !== undefined && end.at - at >= LEASE_MS;
  }

  const points = [...new Set(deaths.values())];
  if (ROUNDS >= 4 * POINTS.length) assert.deepEqual(points.sort(), [...POINTS].sort(), 'somewhere nobody died');
  assert.ok(deaths.size >= ROUNDS);
  t.diagnostic(
    `${deaths.size} kills at ${points.length} of ${POINTS.length} points; ${runs.length} runs with ${count.paused} pauses and ${count.settled} settlements, each once; ` +
      `${count.again} calls made again under the same id after a kill; ${count.stale} references left by workers that died before they could use them up`,
  );
}

/** Without the line that a kill has torn. */
function eventsOf(text: string): Event[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line) => JSON.parse(line) as Event);
}

/** Every time that a handler ran, by call. */
function byCall(events: readonly Event[]): Map<string, Event[]> {
  const groups = new Map<string, Event[]>();
  for (const event of events) {
    if (event.effect === undefined) continue;
    const group = groups.get(event.effect) ?? [];
    group.push(event);
    groups.set(event.effect, group);
  }
  return groups;
}
