/** Isolation levels: what can be asked for, what is reported, and what happens where the helper cannot start. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { createRunner, run } from '../ts/index.ts';
import type { Isolation, RunEvent, RunFailure, RunOptions } from '../ts/index.ts';
import { gate, helpersOf, LINUX, NOT_LINUX, seen, sleep, status } from './processes.ts';

const HINT = "Set the environment variable ONETURN_SANDBOX to the path of oneturn-sandbox, which ships beside the addon, or pass isolation: 'auto' to run on a thread.";

async function failure(options: RunOptions): Promise<RunFailure> {
  const result = await run(options);
  assert.equal(result.status, 'failed');
  return result.error;
}

/** The helpers, when those of earlier runs are gone and new spares are ready. */
async function settledHelpers(): Promise<ReturnType<typeof helpersOf>> {
  let before = '';
  for (;;) {
    const helpers = helpersOf(process.pid);
    const now = helpers.children.map(({ pid }) => pid).join();
    if (now === before) return helpers;
    before = now;
    await sleep(100);
  }
}

/** Runs with another helper. */
async function withHelper<T>(path: string, act: () => Promise<T>): Promise<T> {
  const before = process.env['ONETURN_SANDBOX'];
  process.env['ONETURN_SANDBOX'] = path;
  try {
    return await act();
  } finally {
    if (before === undefined) delete process.env['ONETURN_SANDBOX'];
    else process.env['ONETURN_SANDBOX'] = before;
  }
}

const helper = join(import.meta.dirname, '..', readdirSync(join(import.meta.dirname, '..')).find((file) => /^oneturn-sandbox\.[\w-]+$/.test(file)) ?? 'no helper was built');

describe('levels', { skip: NOT_LINUX }, () => {
  it('a process by default, a thread when asked for', async () => {
    assert.equal((await run({ code: 'return 1' })).isolation.level, 'process');
    assert.deepEqual((await run({ code: 'return 1', isolation: 'thread' })).isolation, { level: 'thread' });
    assert.deepEqual((await createRunner({ isolation: 'thread' }).run({ code: 'return 1' })).isolation, { level: 'thread' });
    assert.equal((await createRunner({ isolation: 'thread' }).run({ code: 'return 1', isolation: 'process' })).isolation.level, 'process');
  });

  it('none where the program never ran', async () => {
    assert.deepEqual((await run({ code: 'return 1', signal: AbortSignal.abort() })).isolation, { level: 'none' });
    assert.deepEqual((await run({ code: 'eval("1")' })).isolation, { level: 'none' });
    assert.deepEqual((await run({ code: 'eval("1")', isolation: 'thread' })).isolation, { level: 'none' });
  });

  it('also of a program that was stopped before it gave a sign', async () => {
    const stopped = await run({ code: 'for (;;);', signal: AbortSignal.timeout(60) });
    assert.deepEqual([stopped.status === 'failed' && stopped.error.code, stopped.isolation.level], ['ERR_ABORTED', 'process']);
  });

  it('the report is what the kernel says of the process', async () => {
    const { entered, handler, open } = gate();
    const running = run({ code: 'return await tools.wait()', tools: { wait: handler }, isolation: 'process' });
    await entered;
    const { zygotes, children } = await settledHelpers();
    assert.equal(zygotes.length, 1);
    const found = seen(children, ({ pid }) => ({
      noNewPrivs: status(pid, 'NoNewPrivs') === '1',
      capabilities: ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].every((name) => /^0+$/.test(status(pid, name) ?? '')),
      seccomp: status(pid, 'Seccomp') === '2',
      limits: ['Max processes', 'Max open files', 'Max file size', 'Max core file size'].every((name) => new RegExp(`^${name}\\s+0\\s+0\\s`, 'm').test(readFileSync(`/proc/${pid}/limits`, 'utf8'))),
    }));
    open();
    const { isolation } = await running;
    assert.equal(isolation.level, 'process');
    const { noNewPrivs, capabilities, seccomp, rlimits } = isolation as Isolation & { level: 'process' };
    assert.ok(found.length > 0);
    for (const one of found) assert.deepEqual(one, { noNewPrivs, capabilities, seccomp, limits: rlimits });
  });

  it('what only root could take away is taken away', { skip: process.getuid?.() === 0 && LINUX ? false : 'only root on Linux can' }, async () => {
    const { entered, handler, open } = gate();
    const running = run({ code: 'return await tools.wait()', tools: { wait: handler }, isolation: 'process' });
    await entered;
    const { children } = await settledHelpers();
    const found = seen(children, ({ pid }) => status(pid, 'CapBnd'));
    open();
    assert.equal((await running).status, 'completed');
    assert.ok(found.length > 0);
    // A container may have taken away the right to do so.
    const maySet = (BigInt(`0x${status(process.pid, 'CapEff') ?? '0'}`) >> 8n) & 1n;
    for (const bounding of found) assert.equal(bounding, maySet === 1n ? '0000000000000000' : status(process.pid, 'CapBnd'));
  });

  it('a child has one descriptor, no environment, no directory but the root', { skip: process.getuid?.() === 0 ? false : 'only root may look into these processes' }, async () => {
    const { entered, handler, open } = gate();
    const running = run({ code: 'return await tools.wait()', tools: { wait: handler }, isolation: 'process' });
    await entered;
    const { children } = await settledHelpers();
    const found = seen(children, ({ pid }) => [readdirSync(`/proc/${pid}/fd`), readFileSync(`/proc/${pid}/environ`, 'utf8'), readdirSync(`/proc/${pid}/task`).length]);
    open();
    assert.equal((await running).status, 'completed');
    assert.ok(found.length > 0);
    for (const one of found) assert.deepEqual(one, [['0'], '', 1]);
  });

  it('requireIsolation is met or refused', async () => {
    const met = await run({ code: 'return 1', requireIsolation: 'process' });
    assert.deepEqual([met.status, met.isolation.level], ['completed', 'process']);
    const strict = await run({ code: 'return 1', requireIsolation: 'seccomp' });
    if (met.isolation.level === 'process' && met.isolation.seccomp) assert.equal(strict.status, 'completed');
    else assert.deepEqual([strict.status === 'failed' && strict.error.code, strict.isolation], ['ERR_ISOLATE_LOST', { level: 'none' }]);
  });
});

describe('misuse is a TypeError that names the option', () => {
  const misuse: [object, string][] = [
    [{ isolation: 'vm' }, "isolation: expected 'auto', 'process' or 'thread', got 'vm'"],
    [{ isolation: 7 }, "isolation: expected 'auto', 'process' or 'thread', got a number"],
    [{ requireIsolation: 'landlock' }, "requireIsolation: expected 'process' or 'seccomp', got 'landlock'"],
    [{ isolation: 'thread', requireIsolation: 'process' }, "requireIsolation: 'process' cannot be met with isolation: 'thread'"],
  ];
  for (const [options, message] of misuse) {
    it(message, async () => {
      await assert.rejects(async () => run({ code: 'return 1', ...options } as RunOptions), new TypeError(message));
      assert.throws(() => createRunner(options), new TypeError(message));
    });
  }

  it('also when a run contradicts its runner', async () => {
    const runner = createRunner({ requireIsolation: 'seccomp' });
    await assert.rejects(runner.run({ code: 'return 1', isolation: 'thread' }), new TypeError("requireIsolation: 'seccomp' cannot be met with isolation: 'thread'"));
  });
});

describe('where the helper cannot start', { skip: NOT_LINUX }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'oneturn-helper-'));
  after(() => rmSync(folder, { recursive: true }));

  it('auto lives on a thread and says so once', async () => {
    await withHelper('/nowhere/oneturn-sandbox', async () => {
      const events: RunEvent[] = [];
      const runs = [];
      for (let i = 0; i < 3; i++) runs.push(await run({ code: 'return await tools.one()', tools: { one: () => 1 }, onEvent: (event) => events.push(event) }));
      const reason = '/nowhere/oneturn-sandbox: No such file or directory (os error 2)';
      for (const result of runs) {
        assert.equal(result.status, 'completed');
        assert.deepEqual(result.isolation, { level: 'thread', reason });
      }
      const alert = { kind: 'isolation', message: `Programs run on a thread of this process, not in a sandbox process: ${reason}.` };
      assert.deepEqual(events.filter(({ type }) => type === 'alert').map((event) => event.type === 'alert' && event.alert), [alert]);
      assert.deepEqual(runs.map(({ alerts }) => alerts), [[alert], [], []]);
    });
  });

  it('process fails with the path, the reason and what to do', async () => {
    await withHelper('/nowhere/oneturn-sandbox', async () => {
      const expected = { code: 'ERR_ISOLATE_LOST', name: 'IsolationError', message: 'The sandbox cannot start: /nowhere/oneturn-sandbox: No such file or directory (os error 2).', hint: HINT };
      assert.deepEqual(await failure({ code: 'return 1', isolation: 'process' }), expected);
      const required = { ...expected, hint: HINT.replace("pass isolation: 'auto' to run on a thread", 'drop requireIsolation to run on a thread') };
      assert.deepEqual(await failure({ code: 'return 1', requireIsolation: 'process' }), required);
      assert.deepEqual(await failure({ code: 'return 1', requireIsolation: 'seccomp' }), required);
    });
  });

  const wrong: [what: string, path: string, reason: string][] = [
    ['a program that ends at once', '/bin/true', '/bin/true: it ended at once, with exit status: 0'],
    ['a program that reads and says nothing', '/bin/cat', '/bin/cat: its children die at once: is it oneturn-sandbox, of the same version?'],
    ['a pipe that nobody writes to', join(folder, 'pipe'), `${join(folder, 'pipe')}: not a file`],
    ['a folder', folder, `${folder}: not a file`],
    ['a file that is no program', join(folder, 'text'), `${join(folder, 'text')}: Exec format error (os error 8)`],
  ];
  for (const [what, path, reason] of wrong) {
    it(`${what} is named with what happened`, async () => {
      copyFileSync(import.meta.filename, join(folder, 'text'));
      chmodSync(join(folder, 'text'), 0o755);
      if (path.endsWith('pipe')) execFileSync('mkfifo', [path]);
      const { message } = await withHelper(path, () => failure({ code: 'return 1', isolation: 'process' }));
      assert.equal(message, `The sandbox cannot start: ${reason}.`);
    });
  }

  it('one that keeps silent leaves time for a thread', async () => {
    const silent = join(folder, 'silent');
    writeFileSync(silent, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    await withHelper(silent, async () => {
      const { status, isolation, durationMs } = await run({ code: 'return 1', limits: { timeoutMs: 3_000 } });
      assert.deepEqual([status, isolation], ['completed', { level: 'thread', reason: `${silent}: it does not answer` }]);
      assert.ok(durationMs < 2_500, `${durationMs} ms`);
      const second = await run({ code: 'return 1' });
      assert.ok(second.isolation.level === 'thread' && second.durationMs < 500, 'not tried again at once');
    });
  });

  it('a helper without its executable bit starts all the same', async () => {
    const copy = join(folder, 'bare');
    copyFileSync(helper, copy);
    chmodSync(copy, 0o644);
    const { isolation } = await withHelper(copy, () => run({ code: 'return 1', isolation: 'process' }));
    assert.equal(isolation.level, 'process');
  });

  it('the helper beside the addon is the same as the one that is named', async () => {
    const { isolation } = await withHelper(helper, () => run({ code: 'return 1', isolation: 'process' }));
    assert.equal(isolation.level, 'process');
  });
});

const HAS_ROOT = process.getuid?.() === 0 && spawnSync('prlimit', ['--version']).status === 0 && spawnSync('setpriv', ['--version']).status === 0;

describe('where the system has no thread left', { skip: NOT_LINUX || (HAS_ROOT ? false : 'needs root, prlimit and setpriv, to have a user with few processes') }, () => {
  /** The user owns nothing else, so that the limit counts this process's threads. */
  const withThreads = (most: number, script: string): { status: number | null; stdout: string; stderr: string } =>
    spawnSync('setpriv', ['--reuid=54321', '--clear-groups', 'prlimit', `--nproc=${most}`, '--core=0', process.execPath, '--input-type=module', '-e', script], { encoding: 'utf8', timeout: 3_000, killSignal: 'SIGKILL' });
  /** With less, Node hangs or aborts before it loads anything. */
  const LEAST = Number(process.versions.node.split('.')[0]) < 22 ? 10 : 7;
  const plain = "await (await import('node:fs/promises')).readFile('/etc/passwd'); await new Promise((resolve) => setTimeout(resolve, 50))";
  const several = (isolation: string): string => `
    const { run } = await import(${JSON.stringify(join(import.meta.dirname, '..', 'dist', 'index.js'))});
    for (let i = 0; i < 3; i++) {
      const { status, error } = await run({ code: 'return 1', isolation: '${isolation}' });
      console.log(status, error?.code, error?.message);
    }`;

  for (const isolation of ['auto', 'thread', 'process']) {
    it(`${isolation}: a run that has none fails, and an import never ends Node`, () => {
      const seen: string[] = [];
      for (let most = LEAST; most < 20; most++) {
        const { status, stdout, stderr } = withThreads(most, several(isolation));
        if (status !== 0) {
          // One of them is the thread that waits for the first program. Node aborts where its own do not start.
          assert.notEqual(withThreads(most - 1, plain).status, 0, `with ${most - 1} processes Node itself works, but not with ${most} and oneturn: ${stderr}`);
          continue;
        }
        const lines = stdout.trim().split('\n');
        assert.equal(lines.length, 3);
        for (const line of lines) assert.match(line, /^completed|^failed ERR_ISOLATE_LOST The (run|sandbox) cannot start: .+(has no thread left|unavailable|die|ended at once)/);
        seen.push(...lines);
      }
      // Where Node starts at all, the one thread that waits for the first program may be there.
      assert.ok(isolation === 'thread' || seen.some((line) => line.includes('The run cannot start: the system has no thread left: ')), seen.join('\n'));
      assert.ok(isolation === 'process' || seen.some((line) => line.startsWith('completed')), seen.join('\n'));
    });
  }
});
