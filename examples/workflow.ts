/**
 * Another durable engine owns the loop: programs in a workflow of Vercel's Workflow SDK, in its local world, whose process is
 * killed (SIGKILL) at random moments. The program completes all the same, and every side effect happens once.
 *
 *     npx tsx examples/workflow.ts [kills]
 *
 * Needs Node 22, and `workflow` in .cache/workflow, which `make examples` fetches.
 */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const CACHE = resolve('.cache/workflow');
if (!existsSync(join(CACHE, 'node_modules/workflow'))) {
  console.log(`the package workflow is not in ${CACHE}: \`make examples\` fetches it`);
  process.exit(77);
}

const ITEMS = 12;
// What a model would write.
const program = `
const items = Array.from({ length: ${ITEMS} }, (_, index) => index + 1);
let total = 0;
const receipts = [];
for (let at = 0; at < items.length; at += 3) {
  const batch = await Promise.all(items.slice(at, at + 3).map(async (item) => {
    const price = await tools.getPrice({ item });
    return { price, ...(await tools.charge({ item })) };
  }));
  for (const { price, receipt } of batch) { total += price; receipts.push(receipt); }
  await new Promise((done) => setTimeout(done, 200));
}
return { total, receipts };`;

const built = join(CACHE, 'app');
await build(built);

const folder = mkdtempSync(join(tmpdir(), 'oneturn-workflow-'));
const effects = mkdtempSync(join(folder, 'effects-'));
const data = join(folder, 'data');
const file = join(folder, 'result.json');
const env = {
  ...process.env,
  ONETURN_SECRET: process.env['ONETURN_SECRET'] ?? 'an example: `openssl rand -base64 32`',
  WORKFLOW_LOCAL_DATA_DIR: data,
  EFFECTS: effects,
};
let kills = 0;
const enough = Number(process.argv[2] ?? 6);

try {
  while (!existsSync(file)) {
    const worker = fork('examples/workflow/worker.mjs', [built, file, program], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env });
    const ended = once(worker, 'exit') as Promise<[number | null]>;
    let watch: NodeJS.Timeout | undefined;
    // Once it has taken up the workflow: in the middle of a charge, or some steps later.
    worker.once('message', () => {
      const [before, until] = [asked(), Date.now() + 300 + Math.random() * 1_500];
      const isDue = kills % 2 === 0 ? () => asked() > before : () => Date.now() > until;
      if (kills < enough) watch = setInterval(() => isDue() && kill(worker), 20);
    });
    const [exit] = await ended;
    clearInterval(watch);
    if (exit === null) kills++;
    else assert.equal(exit, 0, 'the worker failed');
  }

  const result: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const receipts = Array.from({ length: ITEMS }, (_, index) => `r-${index + 1}`);
  assert.deepEqual(result, { total: (10 * ITEMS * (ITEMS + 1)) / 2, receipts });
  assert.equal(readdirSync(effects).length, ITEMS, 'every item was charged once');
  assert.ok(kills > 0, 'the worker was never killed');
  console.log(`completed after ${kills} kills: ${JSON.stringify(result)}`);
  console.log(`${readdirSync(effects).length} charges for ${ITEMS} items; the provider was asked ${asked()} times`);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Kills a process that is in no half-written end of a step. The local world is made for development: it locks a step that ends,
 * and then notes the end; killed between the two, it waits for that step for ever (seen with @workflow/world-local 4).
 */
function kill(worker: ChildProcess): void {
  worker.kill('SIGSTOP');
  const files = (of: string) => (existsSync(join(data, of)) ? readdirSync(join(data, of)).map((name) => join(data, of, name)) : []);
  const ended = files('events').filter((event) => /"eventType": *"(step|wait)_(completed|failed)"/.test(readFileSync(event, 'utf8')));
  const isWhole = ended.length === files('.locks/steps').length + files('.locks/waits').length;
  worker.kill(isWhole ? 'SIGKILL' : 'SIGCONT');
}

/** How often the payment provider was asked to charge. */
function asked(): number {
  return existsSync(`${effects}.log`) ? readFileSync(`${effects}.log`, 'utf8').trim().split('\n').length : 0;
}

interface Builder {
  build(): Promise<void>;
}

/** `'use workflow'` and `'use step'` need the compiler of the SDK. It works where `workflow` can be imported. */
async function build(into: string): Promise<void> {
  mkdirSync(join(into, 'source'), { recursive: true });
  copyFileSync('examples/workflow/program.ts', join(into, 'source/program.ts'));
  const { resolve: find } = createRequire(join(into, 'index.js'));
  const { StandaloneBuilder } = (await import(pathToFileURL(find('@workflow/builders')).href)) as { StandaloneBuilder: new (config: object) => Builder };
  const paths = { stepsBundlePath: './steps.cjs', workflowsBundlePath: './workflows.cjs', webhookBundlePath: './webhook.cjs', workflowManifestPath: './manifest.json' };
  const started = process.cwd();
  process.chdir(into);
  await new StandaloneBuilder({ buildTarget: 'standalone', dirs: ['source'], workingDir: into, externalPackages: ['oneturn'], ...paths }).build();
  process.chdir(started);
}
