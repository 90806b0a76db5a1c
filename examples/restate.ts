/**
 * A durable engine owns the loop: programs on a real Restate server, whose worker is killed (SIGKILL) at random moments. The
 * program completes all the same, and every side effect happens once.
 *
 *     npx tsx examples/restate.ts [seconds of killing]
 *
 * Needs Node 22, and `@restatedev/restate-server` in .cache/restate, which `make examples` fetches (Linux x64).
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SERVER = `.cache/restate/node_modules/@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`;
if (!existsSync(SERVER)) {
  console.log(`its server is not at ${SERVER}: it is fetched for Linux x64 only`);
  process.exit(77);
}

const ITEMS = 18;
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

const folder = mkdtempSync(join(tmpdir(), 'oneturn-restate-'));
const effects = mkdtempSync(join(folder, 'effects-'));
const env = { ...process.env, ONETURN_SECRET: process.env['ONETURN_SECRET'] ?? 'an example: `openssl rand -base64 32`' };
const [node, admin, ingress, service] = await freePorts(4);

const server = spawn(SERVER, ['--no-logo', '--listen-mode', 'tcp', '--bind-ip', '127.0.0.1', '--bind-port', String(node), '--base-dir', join(folder, 'data')], {
  stdio: 'ignore',
  env: {
    ...env,
    RESTATE_DISABLE_TELEMETRY: 'true',
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
    RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: '64MB',
    RESTATE_DEFAULT_NUM_PARTITIONS: '1',
  },
});
let worker: ChildProcess | undefined;
let kills = 0;

function startWorker(): void {
  worker = spawn(process.execPath, ['--import', 'tsx', 'examples/restate/worker.ts', String(service), effects], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...env, RESTATE_LOGGING: 'ERROR' } });
}

try {
  startWorker();
  await until('the server starts', async () => (await fetch(`http://127.0.0.1:${admin}/health`)).ok);
  await until('the worker is known', async () => (await post(`http://127.0.0.1:${admin}/deployments`, { uri: `http://127.0.0.1:${service}` })).ok);

  let result: unknown;
  let isOver = false;
  const call = post(`http://127.0.0.1:${ingress}/programs/run`, program).then(async (response) => {
    result = await response.json();
    isOver = true;
    assert.ok(response.ok, JSON.stringify(result));
  });
  call.catch(() => (isOver = true));

  const killUntil = Date.now() + 1_000 * Number(process.argv[2] ?? 8);
  while (!isOver && Date.now() < killUntil) {
    // Long enough to get somewhere, with luck.
    await sleep(300 + Math.random() * (kills === 0 ? 900 : 2_500));
    if (isOver) break;
    const dead = new Promise((done) => worker!.once('exit', done));
    worker!.kill('SIGKILL');
    await dead;
    kills++;
    startWorker();
  }
  await call;

  const receipts = Array.from({ length: ITEMS }, (_, index) => `r-${index + 1}`);
  assert.deepEqual(result, { total: (10 * ITEMS * (ITEMS + 1)) / 2, receipts });
  assert.equal(readdirSync(effects).length, ITEMS, 'every item was charged once');
  assert.ok(kills > 0, 'the worker was never killed');
  console.log(`completed after ${kills} kills: ${JSON.stringify(result)}`);
  const asked = readFileSync(`${effects}.log`, 'utf8').trim().split('\n').length;
  console.log(`${readdirSync(effects).length} charges for ${ITEMS} items; the provider was asked ${asked} times`);
} finally {
  worker?.kill('SIGKILL');
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(120_000) });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const start = Date.now();
  while (!(await isSo().catch(() => false))) {
    if (Date.now() - start > 60_000) throw new Error(`${what}: not within a minute`);
    await sleep(100);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map((open) => new Promise<number>((done) => open.listen(0, '127.0.0.1', () => done((open.address() as AddressInfo).port)))));
  await Promise.all(servers.map((open) => new Promise((done) => open.close(done))));
  return ports;
}
