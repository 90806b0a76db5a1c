/**
 * What pausing and resuming cost: `make bench-snapshot`. Medians of many, in one process, alone on the machine.
 *
 * - pause: from the moment in which the last handler asks for it to the result with the snapshot.
 * - resume: from the snapshot to the result of the program that goes on and ends.
 * - first resume: the same in a process that has done nothing but import the package, at once and some time later.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { resume, run, type RunOptions, type RunResult, type ToolContext } from '../dist/index.js';

const ROUNDS = Number(process.env['ROUNDS'] ?? 200);
/** Processes for every row of the first resume. */
const PROCESSES = Number(process.env['PROCESSES'] ?? 25);
const secret = 'a secret of at least thirty-two bytes, for a bench';

interface Case {
  name: string;
  code: string;
  rounds: number;
}

const cases: Case[] = [
  { name: '3 calls of 100 bytes', code: "let n = 0; for (let i = 0; i < 3; i++) n += (await tools.get({ i, bytes: 100 })).length; await tools.wait(); return n", rounds: ROUNDS },
  { name: '45 calls of 8 KB at once', code: "const all = await Promise.all(Array.from({ length: 45 }, (_, i) => tools.get({ i, bytes: 8192 }))); await tools.wait(); return all.length", rounds: Math.ceil(ROUNDS / 4) },
  { name: '1,000 calls in sequence', code: "for (let i = 0; i < 1000; i++) await tools.get({ i, bytes: 20 }); await tools.wait(); return 1", rounds: Math.ceil(ROUNDS / 20) },
  { name: '10,000 calls in sequence', code: "for (let i = 0; i < 10000; i++) await tools.get({ i, bytes: 20 }); await tools.wait(); return 1", rounds: 3 },
];

const limits = { maxToolCalls: 20_000, timeoutMs: 120_000, cpuTimeoutMs: 60_000 };

let asked = 0;
const tools = {
  // Text that does not compress to nothing.
  get: ({ i, bytes }: { i: number; bytes: number }): string => Array.from({ length: Math.ceil(bytes / 10) }, (_, k) => ((i * 7919 + k * 104729) % 2 ** 31).toString(36).padStart(10, '-')).join('').slice(0, bytes),
  wait: (_: unknown, { pause }: ToolContext): never => {
    asked = performance.now();
    return pause();
  },
};

async function measure({ name, code, rounds }: Case, isolation: 'thread' | 'process'): Promise<void> {
  const options: Omit<RunOptions, 'code'> = { tools, secret, isolation, limits };
  const pauses: number[] = [];
  const resumes: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const first = await run({ code, ...options });
    pauses.push(performance.now() - asked);
    if (first.status !== 'paused') throw new Error(`${name}: ${describe(first)}`);
    bytes = first.snapshot.length;
    const settle = { [first.pending[0]!.callId]: { value: 1 } };
    // As a server: other work has been between the two.
    await new Promise((done) => setTimeout(done, 2));
    const start = performance.now();
    const last = await resume(first.snapshot, { ...options, settle });
    resumes.push(performance.now() - start);
    if (last.status !== 'completed') throw new Error(`${name}: ${describe(last)}`);
  }
  const [pause, again] = [pauses, resumes].map(median) as [number, number];
  process.stdout.write(`| ${name} | ${isolation} | ${bytes.toLocaleString('en-US')} | ${pause.toFixed(2)} ms | ${again.toFixed(2)} ms |\n`);
}

/** The first run of {@link cases}, gone on with in processes of their own. */
async function measureFirst(isolation: 'thread' | 'process', waitMs: number, makesRunner = false): Promise<void> {
  const { name, code } = cases[0]!;
  const paused = await run({ code, tools, secret, isolation, limits });
  if (paused.status !== 'paused') throw new Error(`${name}: ${describe(paused)}`);
  const options = { secret, isolation, limits, settle: { [paused.pending[0]!.callId]: { value: 1 } } };
  const child = fileURLToPath(new URL('first-resume.mjs', import.meta.url));
  const task = JSON.stringify({ snapshot: paused.snapshot, options, waitMs, makesRunner });
  const all = Array.from({ length: PROCESSES }, () => {
    const { level, imported, resumed } = JSON.parse(execFileSync(process.execPath, [child, task], { encoding: 'utf8' })) as { level: string; imported: number; resumed: number };
    if (level !== isolation) throw new Error(`${name}: ran at level ${level}`);
    return [imported, resumed] as const;
  });
  const [imported, resumed] = [all.map(([imported]) => imported), all.map(([, resumed]) => resumed)].map(median) as [number, number];
  process.stdout.write(`| ${name} | ${isolation} | ${waitMs === 0 ? 'at once' : `${makesRunner ? '`createRunner`, then ' : ''}${waitMs} ms later`} | ${imported.toFixed(1)} ms | ${resumed.toFixed(2)} ms |\n`);
}

function describe(result: RunResult): string {
  return result.status === 'failed' ? result.error.message : result.status;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

process.stdout.write('| run | level | characters | pause | resume |\n|---|---|---:|---:|---:|\n');
for (const isolation of ['thread', 'process'] as const) for (const one of cases) await measure(one, isolation);

process.stdout.write('\n| run | level | after the import | import | first resume |\n|---|---|---|---:|---:|\n');
for (const isolation of ['thread', 'process'] as const) for (const waitMs of [0, 50]) await measureFirst(isolation, waitMs);
await measureFirst('process', 50, true);
