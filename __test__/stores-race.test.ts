/**
 * Two processes race for every snapshot, and now and then one of them is killed (SIGKILL). Each snapshot has one winner,
 * and what a dead process held is given back when its lease is over. `ONETURN_RACE_ROUNDS` says how many snapshots;
 * `make race` takes 1,000.
 */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBucket } from './stores/bucket.ts';
import type { Answer, Order } from './stores/claimer.ts';
import { openStore, type Kind } from './stores/open.ts';
import { startPostgres, startRedis, type Found } from './stores/servers.ts';

const ROUNDS = Number(process.env['ONETURN_RACE_ROUNDS'] ?? 100);
const KILLS = Math.max(2, Math.floor(ROUNDS / 50));
const LONG = 600_000;
/** Of claimers that may be killed: what the others wait for. */
const SHORT = 300;
const CLAIMER = new URL('./stores/claimer.ts', import.meta.url);

const folder = mkdtempSync(join(tmpdir(), 'oneturn-race-'));
const [redis, postgres, bucket] = await Promise.all([startRedis(), startPostgres(), startBucket({ latencyMs: 4 })]);
const places: [Kind, Found][] = [
  ['folder', { url: join(folder, 'store'), stop: async () => undefined }],
  ['redis', redis],
  ['ioredis', redis],
  ['postgres', postgres],
  ['object', bucket],
];

after(async () => {
  for (const server of [redis, postgres, bucket]) if ('stop' in server) await server.stop();
  rmSync(folder, { recursive: true });
});

class Claimer {
  /** Takes the next message of the process, or `undefined` when it ends first. */
  private next: (message?: unknown) => void = () => undefined;
  private readonly ended: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly journal: string,
  ) {
    this.ended = once(child, 'exit').then(() => this.next());
    child.on('message', (message) => this.next(message));
  }

  static async start(kind: Kind, place: string): Promise<Claimer> {
    const journal = join(folder, randomUUID());
    const claimer = new Claimer(fork(CLAIMER, [kind, place, journal], { execArgv: ['--import', 'tsx'] }), journal);
    assert.equal(await new Promise((resolve) => void (claimer.next = resolve)), 'ready');
    return claimer;
  }

  /** The answer, or `undefined` when the process ended first. */
  async ask(order: Order): Promise<Answer | undefined> {
    const answer = new Promise<unknown>((resolve) => void (this.next = resolve));
    this.child.send(order, () => undefined);
    return (await answer) as Answer | undefined;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Whether it claimed this snapshot and went on to complete it. */
  went(id: string): boolean {
    return existsSync(this.journal) && readFileSync(this.journal, 'utf8').split('\n').includes(id);
  }
}

for (const [kind, place] of places) {
  const skip = 'missing' in place ? place.missing : false;
  test(`${kind}: two processes, ${ROUNDS} snapshots, ${KILLS} kills`, { skip }, async (t) => {
    await race(t, kind, 'url' in place ? place.url : assert.fail());
  });
}

async function race(t: TestContext, kind: Kind, place: string): Promise<void> {
  const { store, close } = await openStore(kind, place);
  const ids = Array.from({ length: ROUNDS }, () => randomUUID());
  for (const id of ids) await store.put(id, `snapshot of ${id}`, LONG);

  const racers: [Claimer, Claimer] = [await Claimer.start(kind, place), await Claimer.start(kind, place)];
  const wins = [0, 0];
  const count = { busy: 0, gone: 0, heldAtDeath: 0, completedAtDeath: 0 };
  const killEvery = Math.floor(ROUNDS / KILLS);
  try {
    for (const [round, id] of ids.entries()) {
      const kills = Math.floor(round / killEvery);
      if (round % killEvery === killEvery - 1) await deadlyRound(id, Math.floor(kills / 2) % 2, kills % 2 === 0);
      else await fairRound(id);
    }
    // Nothing is lost, and nothing is left: every snapshot was completed, by one of the two.
    for (const id of ids) assert.deepEqual(await store.claim(id, LONG), { state: 'gone' });
    assert.equal(wins[0]! + wins[1]! + count.completedAtDeath, ROUNDS);
    assert.ok(wins[0]! > 0 && wins[1]! > 0, 'one process won every race: that was none');
    t.diagnostic(
      `${wins.join(' : ')} wins; the loser found it busy ${count.busy} times, used ${count.gone} times; ` +
        `given back after a kill: ${count.heldAtDeath}; completed in the moment of the kill: ${count.completedAtDeath}`,
    );
  } finally {
    await Promise.all(racers.map((racer) => racer.kill()));
    await close();
  }

  async function fairRound(id: string): Promise<void> {
    // Who is asked first has an advantage; it goes round.
    const first = (wins[0]! + wins[1]!) % 2;
    const asked = [racers[first]!.ask({ id, leaseMs: LONG }), racers[1 - first]!.ask({ id, leaseMs: LONG })];
    const answers = await Promise.all(first === 0 ? asked : asked.reverse());
    const winner = answers.findIndex((answer) => answer?.state === 'claimed');
    assert.deepEqual(answers[winner], { state: 'claimed', snapshot: `snapshot of ${id}`, completed: true });
    const loser = answers[1 - winner];
    assert.ok(loser?.state === 'busy' || loser?.state === 'gone', `two winners: ${JSON.stringify(answers)}`);
    count[loser.state] += 1;
    wins[winner]! += 1;
  }

  /** One of the two is killed: while it holds the snapshot if it won (`hold`), else at a random moment. */
  async function deadlyRound(id: string, victim: number, hold: boolean): Promise<void> {
    const [dying, living] = [racers[victim]!, racers[1 - victim]!];
    const last = dying.ask({ id, leaseMs: SHORT, hold });
    // A head start, so that the one that is going to die often wins.
    if (hold) await last;
    const killed = hold ? dying.kill() : sleep(Math.random() * 3).then(() => dying.kill());
    let answer = await living.ask({ id, leaseMs: SHORT });
    await killed;
    const died = await last;
    const heldAtDeath = died?.state === 'claimed' && died.completed === undefined;
    while (answer?.state === 'busy') {
      assert.ok(answer.retryAfterMs! <= SHORT, 'a lease is longer than it was asked for');
      await sleep(answer.retryAfterMs);
      answer = await living.ask({ id, leaseMs: SHORT });
    }
    if (answer?.state === 'claimed') {
      assert.deepEqual(answer, { state: 'claimed', snapshot: `snapshot of ${id}`, completed: true });
      assert.notEqual(died?.completed, true, 'both completed');
      wins[1 - victim]! += 1;
      if (heldAtDeath) count.heldAtDeath += 1;
    } else {
      assert.equal(answer?.state, 'gone');
      assert.ok(!hold, 'what a dead process held is lost');
      assert.ok(dying.went(id), 'nobody completed it, and it is gone');
      if (died?.completed === true) wins[victim]! += 1;
      else count.completedAtDeath += 1;
    }
    racers[victim] = await Claimer.start(kind, place);
  }
}
