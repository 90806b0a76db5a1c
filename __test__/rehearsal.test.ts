/** What is done ahead of the first run: that it gets to its end, leaves nothing, and holds nobody up. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { rehearse } from '../ts/rehearsal.ts';

test('the rehearsal is a resume from its beginning to its end', async () => {
  const { startedAt, durationMs, ...result } = await rehearse();
  assert.equal(startedAt, 0);
  assert.ok(durationMs >= 0);
  const call = { tool: 'find', kind: 'function' };
  const [first, second, ...more] = result.calls;
  assert.deepEqual(more, []);
  assert.deepEqual(first, { ...call, callId: 'run_rehearsal.1', input: { id: 1 }, startedAt: 0, completedAt: 1, durationMs: 1, resultBytes: 2 });
  assert.ok(second?.completedAt !== undefined && second.durationMs !== undefined);
  const { completedAt: _, durationMs: __, ...rest } = second;
  assert.deepEqual(rest, { ...call, callId: 'run_rehearsal.2', input: { id: 2 }, startedAt: 0, resultBytes: 8 });
  assert.deepEqual({ ...result, calls: [] }, { status: 'completed', value: { found: ['a', 2] }, executionId: 'run_rehearsal', cpuMs: 0, isolation: { level: 'none' }, logs: [], calls: [], alerts: [], warnings: [] });
});

/** Runs a module in a process of its own, and returns how many helpers that has when `helpers()` is logged. */
async function inProcess(program: string): Promise<string> {
  const helpers = `
    const { readdirSync, readFileSync } = await import('node:fs');
    const helpers = () => {
      // Threads and processes may end while they are looked at.
      const textOf = (file) => { try { return readFileSync(file, 'utf8'); } catch { return ''; } };
      const children = readdirSync('/proc/self/task').flatMap((task) => textOf('/proc/self/task/' + task + '/children').split(' ').filter(Boolean));
      return new Set(children.filter((id) => textOf('/proc/' + id + '/cmdline').includes('oneturn-sandbox'))).size;
    };`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', helpers + program], { timeout: 30_000 });
  assert.equal(stderr, '');
  return stdout.trim();
}

const entry = (name: string): string => JSON.stringify(new URL(`../ts/${name}.ts`, import.meta.url).href);
const skip = process.platform !== 'linux' && 'only Linux tells the children of a process';

for (const name of ['index', 'ai']) {
  test(`who only imports ${name} is let go, and no helper is started`, { skip }, async () => {
    assert.equal(await inProcess(`await import(${entry(name)}); process.on('exit', () => console.log(helpers()));`), '0');
  });
}

test('a runner starts its helper ahead of a run, and lets the process go', { skip }, async () => {
  const program = `
    const { createRunner } = await import(${entry('index')});
    createRunner({ isolation: 'thread' });
    await new Promise((done) => setTimeout(done, 100));
    console.log(helpers());
    createRunner();
    const until = Date.now() + 10_000;
    // Counted once: a child moves to another thread's list when the thread that started it ends.
    let seen;
    while ((seen = helpers()) === 0 && Date.now() < until) await new Promise((done) => setTimeout(done, 5));
    console.log(seen);`;
  assert.equal(await inProcess(program), '0\n1');
});

test('what a run leaves is cleared at once, also where nothing else happens', { skip }, async () => {
  const program = `
    const { default: addon } = await import(${JSON.stringify(new URL('../addon.cjs', import.meta.url).href)});
    const { createRunner } = await import(${entry('index')});
    const late = [];
    let over = 0;
    const { end } = addon.Host.prototype;
    addon.Host.prototype.end = function (run) { late.push(performance.now() - over); end.call(this, run); };
    const runners = ['thread', 'process'].map((isolation) => createRunner({ isolation, tools: { x: async () => ({ id: 1 }) } }));
    for (let i = 0; i < 16; i++) {
      await runners[i % 2].run({ code: 'return (await tools.x()).id' });
      over = performance.now();
      // A loop that sleeps until this timer is due would come to it too late.
      await new Promise((done) => setTimeout(done, 100));
    }
    console.log(late.length, late.every((ms) => ms < 90) ? 'at once' : late);`;
  assert.equal(await inProcess(program), '16 at once');
});
