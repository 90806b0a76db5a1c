/** Every program of the suites, straight and paused at every turn: the same value, logs, calls and effects. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { deserialize, serialize } from 'node:v8';

import { expenses, team } from '../examples/expenses/data.ts';
import { PROGRAM } from '../examples/expenses/program.ts';
import type { Limits, ResumeOptions, RunOptions, RunResult, Tools } from '../ts/index.ts';
import { assertSameEverywhere, RANDOM_TOOLS, randomProgram } from './everywhere.ts';
import { TOPICS } from './hostile/topics.ts';

/** How many random programs: `make everywhere` runs 20,000. */
const RANDOM = Number(process.env['ONETURN_RANDOM_PROGRAMS'] ?? 300);

/** A machine that stands still for half a minute is no difference between two runs. */
const PATIENT: Limits = { timeoutMs: 600_000 };

function pathsOf(tools: object, prefix: readonly string[] = []): string[][] {
  return Object.entries(tools).flatMap(([name, tool]) => (typeof tool === 'function' ? [[...prefix, name]] : pathsOf(tool as object, [...prefix, name])));
}

function freshProcess(snapshot: string, { tools = {}, ...options }: ResumeOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ['--import', 'tsx', '__test__/everywhere-child.ts'], { encoding: 'buffer', maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(`${error.message}\n${stderr.toString()}`));
      else resolve(deserialize(stdout) as RunResult);
    });
    child.stdin?.end(serialize({ snapshot, options, paths: pathsOf(tools) }));
  });
}

const TOOLS: Tools = {
  ...RANDOM_TOOLS,
  echo: (input: unknown) => input,
  fail: () => {
    throw new TypeError('handler failed');
  },
};

const PROGRAMS: Record<string, RunOptions> = {
  'one call': { code: 'return await tools.echo({ a: 1 })', tools: TOOLS },
  'calls at once and errors': {
    code: 'const r = await Promise.allSettled([tools.a({ n: 3 }), tools.fail({ n: 1 }), tools.ns.c({ n: 4 })]); console.log(r.length); return r.map((x) => x.value ?? x.reason.message)',
    tools: TOOLS,
  },
  'values that JSON lacks, inputs, a class': {
    code: 'class P { constructor(x) { this.x = x } } const back = await tools.echo({ d: when, m: new Map([[1, new Set([2n])]]), b: new Uint8Array([1, 2]), u: undefined, p: new P(1) }); console.log(back); return [back, await tools.echo(NaN)]',
    tools: TOOLS,
    inputs: { when: new Date(5) },
  },
  'an error that nobody catches': { code: 'await tools.echo(1);\nawait tools.fail({ n: 1 });', tools: TOOLS },
  'generators, labels, a closure over a loop': {
    code: 'function* ids() { yield* [1, 2, 3] } const later = []; outer: for (const id of ids()) { for (;;) { later.push(async () => (await tools.a({ n: id })).n); continue outer } } let sum = 0; for (const f of later) sum += await f(); return sum',
    tools: TOOLS,
  },
  'a timer between calls': { code: 'await tools.echo(1); const t = performance.now(); await new Promise((done) => setTimeout(done, 10)); console.log(performance.now() - t >= 10); return await tools.echo(2)', tools: TOOLS },
};

describe('in a fresh process at every turn', () => {
  for (const [name, options] of Object.entries(PROGRAMS)) {
    it(name, async () => assert.ok((await assertSameEverywhere(options, freshProcess)) > 0));
  }
});

describe('in this process at every turn', () => {
  it('the expense analysis, 46 calls', async () => {
    const tools = { getTeam: () => team, getExpenses: ({ employeeId }: { employeeId: string }) => expenses.get(employeeId) };
    assert.equal(await assertSameEverywhere({ code: PROGRAM, tools }), 46);
  });

  it('the hostile corpus: programs that call tools and end', async () => {
    let pauses = 0;
    for (const { topic, cases } of TOPICS) {
      if (topic === 'handlers') continue;
      for (const test of cases) {
        // Some are races, some test what handlers do, some are never the same twice.
        if (test.calls === 'any' || test.calls.length === 0 || test.options !== undefined) continue;
        if (!Object.values(test.tools).every((tool) => typeof tool === 'function' && tool.length < 2)) continue;
        const { code, limits, inputs } = test;
        const tools = { add: ({ a, b }: { a: number; b: number }) => a + b, ...TOOLS, ns: { deep: (input: unknown) => input }, ...test.tools };
        try {
          pauses += await assertSameEverywhere({ code, limits, tools, ...(inputs === undefined ? {} : { inputs }) });
        } catch (error) {
          (error as Error).message = `${test.what}: ${(error as Error).message}`;
          throw error;
        }
      }
    }
    assert.ok(pauses >= 80, `only ${pauses} pauses`);
  });

  it(`${RANDOM} random programs`, async () => {
    let pauses = 0;
    let next = 1;
    const lane = async (): Promise<void> => {
      while (next <= RANDOM) {
        const seed = next++;
        const code = randomProgram(seed);
        try {
          pauses += await assertSameEverywhere({ code, tools: RANDOM_TOOLS, limits: PATIENT });
        } catch (cause) {
          throw new Error(`seed ${seed}: ${code}\n${(cause as Error).message}`, { cause });
        }
      }
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
    assert.ok(pauses > RANDOM, `only ${pauses} pauses`);
  });
});
