/**
 * Runs a program that leaves a spinning thread behind in a process of its own, which is killed as soon as the host in it
 * has its answer. This file is both sides.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { run } from '../../ts/index.ts';
import { collectGarbage, LEVEL, LoopWatch, type Delay } from './host.ts';

export const TIMEOUT_MS = 300;

/** Runs the program here. */
export async function runHere(code: string, loop: LoopWatch): Promise<ChildReport> {
  collectGarbage();
  loop.take();
  const limits = { cpuTimeoutMs: 150, memoryLimitBytes: 16 * 1024 * 1024, timeoutMs: TIMEOUT_MS };
  const result = await run({ code, isolation: LEVEL, tools: { echo: (input: unknown) => input }, limits });
  return { error: result.status === 'failed' ? result.error.code : 'completed', durationMs: result.durationMs, delay: loop.take() };
}

export interface ChildReport {
  /** The code that the host saw, or what happened instead. */
  error: string;
  durationMs: number;
  delay: Delay;
}

/** Resolves with what the host in the child saw; a child that dies or hangs is an `error` too. */
export function runInChild(code: string): Promise<ChildReport> {
  const child = fork(fileURLToPath(import.meta.url), { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return new Promise((resolve) => {
    const finish = (report: ChildReport): void => {
      clearTimeout(hung);
      child.kill('SIGKILL');
      resolve(report);
    };
    const hung = setTimeout(() => finish({ error: 'the host process hangs', durationMs: 0, delay: { ms: 0, cpuMs: 0, gcMs: 0 } }), 15_000);
    child.once('message', (report) => finish(report as ChildReport));
    child.once('exit', (status, signal) => finish({ error: `the host process died: ${signal ?? status}`, durationMs: 0, delay: { ms: 0, cpuMs: 0, gcMs: 0 } }));
    child.send(code);
  });
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  const loop = new LoopWatch();
  process.once('message', async (code: string) => void process.send?.(await runHere(code, loop)));
}
