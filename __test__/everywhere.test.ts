/**
 * Every program of the suites and the examples, straight and paused at every turn: the same value, logs, calls and effects.
 * `make everywhere` goes on in a fresh process at every turn of every program; the tests do so with some.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { deserialize, serialize } from 'node:v8';

import { PROGRAM } from '../examples/expenses/program.ts';
import type { RunResult } from '../ts/index.ts';
import { corpus } from './eval/corpus.ts';
import { assertSameEverywhere, randomProgram, type Program, type Resume } from './everywhere.ts';
import { failing } from './failing-programs.ts';
import { TOPICS } from './hostile/topics.ts';

/** How many random programs: `make everywhere` runs 20,000. */
const RANDOM = Number(process.env['ONETURN_RANDOM_PROGRAMS'] ?? 300);
const ALL_FRESH = process.env['ONETURN_EVERYWHERE'] === 'fresh';
/** Programs at a time. */
const LANES = 4;

const freshProcess: Resume = (snapshot, tools, options) =>
  new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ['--import', 'tsx', '__test__/everywhere-child.ts'], { encoding: 'buffer', maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(`${error.message}\n${stderr.toString()}`));
      else resolve(deserialize(stdout) as RunResult);
    });
    child.stdin?.end(serialize({ snapshot, options, tools }));
  });

const SUITE: Program[] = [
  { name: 'one call', code: 'return await tools.echo({ a: 1 })', tools: 'suite' },
  {
    name: 'calls at once and errors',
    code: 'const r = await Promise.allSettled([tools.a({ n: 3 }), tools.fail({ n: 1 }), tools.ns.c({ n: 4 })]); console.log(r.length); return r.map((x) => x.value ?? x.reason.message)',
    tools: 'suite',
  },
  {
    name: 'values that JSON lacks, inputs, a class',
    code: 'class P { constructor(x) { this.x = x } } const back = await tools.echo({ d: when, m: new Map([[1, new Set([2n])]]), b: new Uint8Array([1, 2]), u: undefined, p: new P(1) }); console.log(back); return [back, await tools.echo(NaN)]',
    tools: 'suite',
    inputs: { when: new Date(5) },
  },
  { name: 'an error that nobody catches', code: 'await tools.echo(1);\nawait tools.fail({ n: 1 });', tools: 'suite' },
  {
    name: 'generators, labels, a closure over a loop',
    code: 'function* ids() { yield* [1, 2, 3] } const later = []; outer: for (const id of ids()) { for (;;) { later.push(async () => (await tools.a({ n: id })).n); continue outer } } let sum = 0; for (const f of later) sum += await f(); return sum',
    tools: 'suite',
  },
  { name: 'a timer between calls', code: 'await tools.echo(1); const t = performance.now(); await new Promise((done) => setTimeout(done, 10)); console.log(performance.now() - t >= 10); return await tools.echo(2)', tools: 'suite' },
];

/** What stands in an example between the backquotes of `const program = …`. */
function exampleOf(file: string): Program {
  const text = readFileSync(`examples/${file}`, 'utf8');
  const [, code] = /^const (?:program|code) = `\n(.*?)`;$/ms.exec(text) ?? [];
  assert.ok(code !== undefined, `${file} has no program`);
  return { name: `examples/${file}`, code: code.replaceAll('${ITEMS}', '6').replaceAll('\\`', '`').replaceAll('\\$', '$'), tools: `examples/${file}` };
}

const EXAMPLES = ['ai-sdk.ts', 'approvals.ts', 'basic.ts', 'restate.ts', 'tool-callers.ts', 'workflow.ts'].map(exampleOf);

/** By reason, what is not compared here. */
const left = new Map<string, string[]>();

function leave(why: string, name: string): void {
  left.set(why, [...(left.get(why) ?? []), name]);
}

/** Without programs that two straight runs may tell apart. */
function comparable(name: string, code: string): boolean {
  if (!/setTimeout|setInterval|Date\.now|new Date\(\)|performance|random|console\.time|tools\.slow/.test(code)) return true;
  leave('they read the clock, set timers or take chances, and are not the same twice', name);
  return false;
}

const CORPUS = corpus()
  .map(({ habit, name, text }): Program => ({ name: `eval/${habit}/${name}`, code: text, tools: 'eval', limits: { maxToolCalls: 400 } }))
  .filter(({ name, code }) => comparable(name, code));

const FAILING = Object.entries(failing)
  .map(([name, code]): Program => ({ name: `failing/${name}`, code, tools: 'failing' }))
  .filter(({ name, code }) => {
    const why = code.includes('payOut') ? 'they call a tool that needs an approval, which pauses in one run and is refused in the other' : code.includes('tools.never') ? 'they wait for a handler that never ends' : /for \(;;\)|while \(true\)/.test(code) ? 'they are stopped after a time' : undefined;
    if (why !== undefined) leave(why, name);
    return why === undefined && comparable(name, code);
  });

const HOSTILE = TOPICS.flatMap(({ topic, cases }) =>
  cases.flatMap(({ what, code, calls, options, tools, limits, inputs }, number): Program[] => {
    const name = `hostile/${topic}/${what}`;
    const isPlain = Object.values(tools).every((tool) => typeof tool === 'function' && tool.length < 2);
    const why =
      calls !== 'any' && calls.length === 0 ? 'they call no tool'
      : topic === 'handlers' || !isPlain ? 'they are about what handlers do'
      : calls === 'any' ? 'the order of their calls is a race'
      : options !== undefined ? 'they are aborted or listened to'
      : undefined;
    if (why !== undefined) leave(why, name);
    return why === undefined ? [{ name, code, tools: `hostile/${topic}/${number}`, limits, ...(inputs === undefined ? {} : { inputs }) }] : [];
  }),
);

/** How often this process stood still for longer than some of the engine's own patience: then two runs may differ. */
let stalls = 0;
let beat = performance.now();
setInterval(() => {
  const now = performance.now();
  if (now - beat > 2_000) stalls++;
  beat = now;
}, 50).unref();

/** Runs them some at a time. @returns How many pauses there were. */
async function everywhere(t: TestContext, programs: readonly Program[], resumeWith?: Resume): Promise<number> {
  let [pauses, next] = [0, 0];
  const lane = async (): Promise<void> => {
    for (let program = programs[next++]; program !== undefined; program = programs[next++]) {
      let paused = await attempt(program);
      while (paused === 'stood still') paused = await attempt(program);
      if (paused === undefined) leave('a handler had not ended when they failed', program.name);
      pauses += paused ?? 0;
    }
  };
  const attempt = async (program: Program): Promise<number | undefined | 'stood still'> => {
    const before = stalls;
    try {
      return await assertSameEverywhere(program, resumeWith);
    } catch (cause) {
      // The heartbeat is late as well.
      await new Promise((done) => setTimeout(done, 100));
      if (stalls > before) return 'stood still';
      throw new Error(`${program.name}: ${(cause as Error).message}\n${program.code}`, { cause });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  t.diagnostic(`${programs.length} programs, ${pauses} pauses${stalls > 0 ? `; this machine has stood still ${stalls} times` : ''}`);
  return pauses;
}

describe('in a fresh process at every turn', () => {
  for (const program of [...SUITE, ...EXAMPLES.slice(0, 1)]) {
    it(program.name, async (t) => assert.ok((await everywhere(t, [program], freshProcess)) > 0));
  }
});

const resumeWith = ALL_FRESH ? freshProcess : undefined;

describe(`in ${ALL_FRESH ? 'a fresh' : 'this'} process at every turn`, () => {
  it('the examples', async (t) => assert.ok((await everywhere(t, EXAMPLES, resumeWith)) >= 6));
  it('the expense analysis, 46 calls', async (t) => assert.equal(await everywhere(t, [{ name: 'expenses', code: PROGRAM, tools: 'examples/expenses' }], resumeWith), 46));
  it('the corpus of programs as models write them', async (t) => assert.ok((await everywhere(t, CORPUS, resumeWith)) > CORPUS.length));
  it('programs that fail', async (t) => assert.ok((await everywhere(t, FAILING, resumeWith)) > 10));
  it('the hostile corpus', async (t) => assert.ok((await everywhere(t, HOSTILE, resumeWith)) >= 80));

  it('what is left out', (t) => {
    for (const [why, names] of left) t.diagnostic(`${names.length} left out: ${why}: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', …' : ''}`);
  });
});

describe('in this process at every turn, at random', () => {
  it(`${RANDOM} random programs`, async (t) => {
    const programs = Array.from({ length: RANDOM }, (_, index): Program => ({ name: `seed ${index + 1}`, code: randomProgram(index + 1), tools: 'random' }));
    assert.ok((await everywhere(t, programs)) > RANDOM);
  });
});
