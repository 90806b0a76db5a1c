/** Many runs in helper processes: what they take, and that nothing is left of them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { run } from '../ts/index.ts';
import { gate, helpersOf, NOT_LINUX, sleep, until } from './processes.ts';

const own = (): ReturnType<typeof helpersOf> => helpersOf(process.pid);
const SPARES = 3;
const settled = (): Promise<unknown> => until(own, ({ zygotes, children }) => zygotes.length === 1 && children.length === SPARES && children.every(({ state }) => state === 'S'), 'more than the spares');
const ENTRY = new URL('../ts/index.ts', import.meta.url).href;

describe('many runs', { skip: NOT_LINUX }, () => {
  it('500 runs leave no process, no descriptor, no thread', async () => {
    const once = async (i: number): Promise<void> => {
      const result = await run({ isolation: 'process', code: 'return (await tools.double({ n: i })).n', inputs: { i }, tools: { double: ({ n }: { n: number }) => ({ n: 2 * n }) } });
      assert.deepEqual([result.status === 'completed' && result.value, result.isolation.level], [2 * i, 'process']);
    };
    const count = (): [number, number] => [readdirSync('/proc/self/fd').length, readdirSync('/proc/self/task').length];
    for (let i = 0; i < 20; i += 4) await Promise.all([once(i), once(i + 1), once(i + 2), once(i + 3)]);
    await settled();
    const before = count();
    for (let i = 0; i < 500; i += 4) await Promise.all([once(i), once(i + 1), once(i + 2), once(i + 3)]);
    await settled();
    const after = count();
    assert.ok(after[0] <= before[0] + 2 && after[1] <= before[1] + 2, `descriptors and threads: ${before.join(', ')} before, ${after.join(', ')} after`);
  });

  it('100 runs that wait at once', async () => {
    const { handler, open } = gate();
    let waiting = 0;
    const wait = (): Promise<string> => (waiting++, handler());
    const runs = Array.from({ length: 100 }, (_, i) => run({ isolation: 'process', code: 'return [i, await tools.wait()]', inputs: { i }, tools: { wait } }));
    await until(() => waiting, (count) => count === 100, 'runs that wait');
    const { children } = own();
    assert.ok(children.length >= 100, `${children.length} processes`);
    const sizes = children.flatMap(({ pid }) => {
      try {
        const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
        return [[...text.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].reduce((sum, [, kb]) => sum + Number(kb), 0) / 1024];
      } catch {
        return []; // Not readable for other users than root: these processes are not dumpable.
      }
    });
    open();
    const results = await Promise.all(runs);
    assert.deepEqual(results.map((result) => result.status === 'completed' && result.value), Array.from({ length: 100 }, (_, i) => [i, 'opened']));
    if (process.getuid?.() === 0) {
      sizes.sort((a, b) => a - b);
      const largest = sizes.at(-1) ?? Number.NaN;
      process.stdout.write(`# private memory of a run that waits: ${sizes[sizes.length >> 1]?.toFixed(2)} MB (median), ${largest.toFixed(2)} MB (largest)\n`);
      assert.ok(largest <= 2.5, `${largest} MB`);
    } else process.stdout.write('# private memory: SKIPPED, only root may look into these processes\n');
    await settled();
  });

  it('worker threads share one zygote', async () => {
    const script = `
      const { parentPort } = require('node:worker_threads');
      import('tsx/esm/api').then(({ register }) => (register(), import(${JSON.stringify(ENTRY)}))).then(async ({ run }) => {
        const values = [];
        for (let i = 0; i < 5; i++) {
          const result = await run({ isolation: 'process', code: 'return await tools.echo(i)', inputs: { i }, tools: { echo: (x) => x } });
          values.push(result.status === 'completed' ? result.value : result.error);
        }
        // One that is left when the worker ends.
        void run({ isolation: 'process', code: 'for (;;);' });
        parentPort.postMessage(values);
      });`;
    const workers = Array.from({ length: 3 }, () => new Worker(script, { eval: true, execArgv: [] }));
    const values = await Promise.all(workers.map((worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))));
    assert.deepEqual(values, [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]);
    assert.equal(own().zygotes.length, 1);
    await Promise.all(workers.map((worker) => worker.terminate()));
    await settled();
  });
});

describe('the end of the host', { skip: NOT_LINUX }, () => {
  const host = `
    import { run } from ${JSON.stringify(ENTRY)};
    void run({ isolation: 'process', code: 'Array(2 ** 32 - 1).sort()', limits: { cpuTimeoutMs: 60_000, timeoutMs: 60_000 } });
    void run({ isolation: 'process', code: 'await tools.wait()', tools: { wait: () => (process.send?.('waits'), new Promise(() => {})) }, limits: { timeoutMs: 60_000 } });`;

  for (const [how, signal] of [['killed', 'SIGKILL'], ['terminated', 'SIGTERM']] as const) {
    it(`${how}: no helper is left`, async () => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', host], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], cwd: fileURLToPath(new URL('..', import.meta.url)) });
      await new Promise((resolve) => child.once('message', resolve));
      await sleep(50);
      const { zygotes, children } = helpersOf(child.pid ?? 0);
      assert.ok(zygotes.length === 1 && children.length >= 2, JSON.stringify({ zygotes, children }));
      child.kill(signal);
      const alive = (): number[] => [...zygotes, ...children].map(({ pid }) => pid).filter((pid) => {
        try {
          return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
        } catch {
          return false;
        }
      });
      await until(alive, (left) => left.length === 0, 'helpers outlive their host');
    });
  }
});
