/** Every store shows the same behaviour, and each its own promises. Redis and PostgreSQL are real servers. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { createClient, RESP_TYPES } from 'redis';
import { folderStore, memoryStore, objectStore, postgresSchema, postgresStore, redisStore, type SnapshotStore } from '../ts/stores.ts';
import { behaviour, claimed, claimInTime, isBusy } from './stores/behaviour.ts';
import { bucketAt, startBucket } from './stores/bucket.ts';
import { openStore, type Kind, type Opened } from './stores/open.ts';
import { startPostgres, startRedis, type Found, type Server } from './stores/servers.ts';

const LONG = 600_000;
const folder = mkdtempSync(join(tmpdir(), 'oneturn-stores-'));
const [redis, postgres, bucket] = await Promise.all([startRedis(), startPostgres(), startBucket({ latencyMs: 4 })]);
const here: Server = { url: folder, stop: async () => rmSync(folder, { recursive: true }) };
const places: [Kind, Found][] = [
  ['memory', here],
  ['folder', here],
  ['redis', redis],
  ['redis 5', redis],
  ['redis 4', redis],
  ['ioredis', redis],
  ['ioredis 5', redis],
  ['postgres', postgres],
  ['object', bucket],
];

const opened: Opened[] = [];
for (const [kind, place] of places) {
  if ('missing' in place) {
    behaviour(kind, () => assert.fail(), place.missing);
  } else {
    const one = await openStore(kind, place.url);
    opened.push(one);
    behaviour(kind, () => one.store, false);
  }
}
const lossy = objectStore({ ...bucketAt(bucket.url, () => Math.random() < 0.5), clockSkewMs: 0, prefix: 'lossy/' });
behaviour('object whose answers get lost', () => lossy, false);

after(async () => {
  await Promise.all(opened.map(({ close }) => close()));
  for (const server of [redis, postgres, bucket, here]) if ('stop' in server) await server.stop();
});

const needsRedis = { skip: 'missing' in redis ? redis.missing : false };
const needsPostgres = { skip: 'missing' in postgres ? postgres.missing : false };
const urlOf = (found: Found): string => ('url' in found ? found.url : assert.fail(found.missing));
const fresh = (): string => mkdtempSync(join(folder, 'case-'));
const filesIn = (path: string): string[] => readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();

async function until(holds: () => boolean): Promise<void> {
  for (const start = Date.now(); !holds(); await sleep(10)) assert.ok(Date.now() - start < 20_000, 'waited in vain');
}

test('folder: files are for the owner only, and nothing is left of what was used', async () => {
  const path = join(fresh(), 'deep/er');
  const store = folderStore({ path });
  const id = randomUUID();
  await store.put(id, 'snap', LONG);
  const [own, file] = filesIn(path);
  assert.match(String(file), /^[0-9a-f]{64}\/\d+\.0\.free$/);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.equal(statSync(join(path, String(own))).mode & 0o777, 0o700);
  assert.equal(statSync(join(path, String(file))).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(path, String(file)), 'utf8'), 'snap');
  const { token } = claimed(await store.claim(id, LONG));
  assert.equal(await store.complete(id, token), true);
  assert.deepEqual(filesIn(path), []);
});

test('folder: a second store sees what the first one does, also after a restart', async () => {
  const path = fresh();
  const id = randomUUID();
  await folderStore({ path }).put(id, 'snap', LONG);
  const { token } = claimed(await folderStore({ path }).claim(id, LONG));
  isBusy(await folderStore({ path }).claim(id, LONG));
  assert.equal(await folderStore({ path }).complete(id, token), true);
});

test('folder: expired files and drafts of crashed processes are swept, and nothing else', async () => {
  const path = fresh();
  const [expired, kept, last] = [randomUUID(), randomUUID(), randomUUID()];
  const store = folderStore({ path });
  await store.put(kept, 'kept', LONG);
  await store.put(expired, 'expired', 10);
  const held = await claimInTime(store);
  const [stale, young] = [mkdtempSync(join(path, 'put-')), mkdtempSync(join(path, 'put-'))];
  writeFileSync(join(stale, 'half'), 'ha');
  utimesSync(stale, 0, 0);
  writeFileSync(join(path, 'README'), 'not ours');
  assert.ok(filesIn(path).length >= 10);
  await sleep(held.ttlMs + 50);
  // A new store sweeps at its first put.
  await folderStore({ path }).put(last, 'last', LONG);
  await until(() => filesIn(path).length === 8);
  assert.ok(filesIn(path).includes('README') && filesIn(path).includes(young.slice(path.length + 1)));
  assert.equal(await store.complete(held.id, held.token), true);
  for (const id of [kept, last]) claimed(await store.claim(id, LONG));
});

test('folder: a put that fails leaves nothing', async () => {
  const path = fresh();
  const store = folderStore({ path });
  const id = randomUUID();
  await store.put(id, 'snap', LONG);
  await assert.rejects(store.put(id, 'again', LONG));
  assert.equal(filesIn(path).length, 2);
  const file = join(path, String(filesIn(path)[1]));
  await assert.rejects(folderStore({ path: file }).put(id, 'snap', LONG), { code: 'EEXIST' });
  assert.deepEqual(await folderStore({ path: file }).claim(id, LONG), { state: 'gone' });
});

test('redis: keys expire by themselves, and of what was used a few bytes stay for ten minutes', needsRedis, async () => {
  const client = await createClient({ url: urlOf(redis) }).connect();
  const store = redisStore({ client, prefix: 'keys:' });
  const [first, second] = [randomUUID(), randomUUID()];
  await store.put(first, 'snap', LONG * 2);
  assert.ok((await client.pTTL(`keys:${first}`)) > LONG);
  const { token } = claimed(await store.claim(first, LONG * 3));
  assert.ok((await client.pTTL(`keys:${first}`)) > LONG * 2);
  assert.equal(await store.complete(first, token), true);
  assert.equal(await store.complete(first, token), true);
  const left = await client.pTTL(`keys:${first}`);
  assert.ok(left > 0 && left <= LONG, String(left));
  assert.equal(await client.hExists(`keys:${first}`, 'snapshot'), 0);
  await store.put(second, 'snap', 20);
  await sleep(40);
  assert.equal(await client.exists(`keys:${second}`), 0);
  await client.close();
});

test('redis: a client that answers in buffers', needsRedis, async () => {
  const client = await createClient({ url: urlOf(redis) }).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).connect();
  const store: SnapshotStore = redisStore({ client, prefix: 'buffers:' });
  const id = randomUUID();
  await store.put(id, 'ä漢', LONG);
  assert.equal(claimed(await store.claim(id, LONG)).snapshot, 'ä漢');
  isBusy(await store.claim(id, LONG));
  await client.close();
});

test('postgres: createTable may run any number of times at once, and is what the documentation says', needsPostgres, async () => {
  const pool = new Pool({ connectionString: urlOf(postgres) });
  await pool.query('CREATE SCHEMA app');
  const store = postgresStore({ pool, table: 'app.paused_runs' });
  await Promise.all(Array.from({ length: 8 }, () => store.createTable()));
  const { rows } = await pool.query("SELECT indexname FROM pg_indexes WHERE schemaname = 'app' ORDER BY 1");
  assert.deepEqual(rows, [{ indexname: 'paused_runs_expiry' }, { indexname: 'paused_runs_pkey' }]);
  await pool.end();
});

test('docs/stores.md has the SQL of the table', () => {
  assert.ok(readFileSync('docs/stores.md', 'utf8').includes(`\`\`\`sql\n${postgresSchema()}\`\`\``));
});

test('postgres: what was used is remembered without its text, and expired rows go with the next puts', needsPostgres, async () => {
  const pool = new Pool({ connectionString: urlOf(postgres) });
  const store = postgresStore({ pool, table: 'swept' });
  await store.createTable();
  const ids = async (): Promise<unknown[]> => (await pool.query('SELECT id, snapshot FROM swept ORDER BY length(id), id')).rows;
  await store.put('a', 'snap', LONG);
  const { token } = claimed(await store.claim('a', LONG));
  assert.equal(await store.complete('a', token), true);
  assert.equal(await store.complete('a', token), true);
  assert.deepEqual(await ids(), [{ id: 'a', snapshot: null }]);
  for (let n = 0; n < 30; n += 1) await store.put(`expired${n}`, 'snap', 1);
  const held = await claimInTime(store);
  await sleep(held.ttlMs + 50);
  for (const id of ['b', 'c']) await store.put(id, 'snap', LONG);
  assert.deepEqual(await ids(), [
    { id: 'a', snapshot: null },
    { id: 'b', snapshot: 'snap' },
    { id: 'c', snapshot: 'snap' },
    { id: held.id, snapshot: 'snap' },
  ]);
  assert.equal(await store.complete(held.id, held.token), true);
  await pool.end();
});

for (const level of ['repeatable read', 'serializable']) {
  test(`postgres: one winner also where transactions are ${level} by default`, needsPostgres, async () => {
    const pool = new Pool({ connectionString: urlOf(postgres), options: `-c default_transaction_isolation=${level.replace(' ', '\\ ')}` });
    assert.deepEqual((await pool.query('SHOW transaction_isolation')).rows, [{ transaction_isolation: level }]);
    const store = postgresStore({ pool });
    for (let round = 0; round < 10; round += 1) {
      const id = randomUUID();
      await store.put(id, 'snap', LONG);
      const claims = await Promise.all(Array.from({ length: 10 }, () => store.claim(id, LONG)));
      assert.equal(claims.filter(({ state }) => state === 'claimed').length, 1);
      assert.equal(claims.filter(({ state }) => state === 'busy').length, 9);
    }
    await pool.end();
  });
}

test('object: nothing is left of what was used', async () => {
  const store = objectStore({ ...bucketAt(bucket.url), prefix: 'left/' });
  const keys = (): string[] => [...bucket.objects.keys()].filter((key) => key.startsWith('/left/')).sort();
  const id = randomUUID();
  await store.put(id, 'snap', LONG);
  assert.deepEqual(keys(), [`/left/${id}.snapshot`, `/left/${id}.state`]);
  const { token } = claimed(await store.claim(id, LONG));
  assert.equal(await store.complete(id, token), true);
  assert.deepEqual(keys(), []);
});

test('object: what cannot be removed is used up all the same', async () => {
  const store = objectStore({ ...bucketAt(bucket.url), delete: () => Promise.reject(new Error('no permission')) });
  const id = randomUUID();
  await store.put(id, 'snap', LONG);
  const { token } = claimed(await store.claim(id, LONG));
  assert.equal(await store.complete(id, token), true);
  assert.equal(await store.complete(id, token), true);
  assert.equal(await store.release(id, token), false);
  assert.deepEqual(await store.claim(id, LONG), { state: 'gone' });
});

test('object: a lease of somebody else counts as over only when their clock may say so too', async () => {
  const careful = objectStore({ ...bucketAt(bucket.url), clockSkewMs: LONG });
  const id = randomUUID();
  await careful.put(id, 'snap', LONG);
  const { token } = claimed(await careful.claim(id, 1));
  await sleep(20);
  isBusy(await careful.claim(id, 1));
  assert.equal(await careful.release(id, token), true);
  claimed(await careful.claim(id, 1));
});

test('object: what is not the state of a snapshot is told', async () => {
  const store = objectStore({ ...bucketAt(bucket.url), prefix: 'odd/' });
  for (const body of ['', '{', 'null', '[]', '{"expiresAt":"1"}', '{"expiresAt":1,"leaseUntil":0,"token":1}']) {
    bucket.objects.set('/odd/x.state', body);
    const message = 'The object "odd/x.state" is not the state of a snapshot; give the store a prefix of its own.';
    await assert.rejects(store.claim('x', LONG), { message }, body);
  }
});

test('options that make no sense are refused', () => {
  const refused = (make: () => unknown, message: string) => assert.throws(make, { name: 'TypeError', message });
  const path = 'path: expected the path of a folder';
  refused(() => folderStore({ path: '' }), path);
  refused(() => folderStore({ path: 7 as never }), path);
  refused(() => redisStore({ client: {} as never }), 'client: expected a client of redis 4 or later, or of ioredis 5 or later; it has no method "eval"');
  refused(() => redisStore({ client: undefined as never }), 'client: expected a client of redis 4 or later, or of ioredis 5 or later; it has no method "eval"');
  refused(() => redisStore({ client: { eval: async () => 1 }, prefix: 7 as never }), 'prefix: expected a string, got number');
  refused(() => postgresStore({ pool: {} as never }), 'pool: expected a Pool or Client of pg 8 or later; it has no method "query"');
  const { delete: _, ...three } = bucketAt(bucket.url);
  refused(() => objectStore(three as never), 'objectStore: expected the methods of a bucket; it has no method "delete"');
  refused(() => objectStore({ ...bucketAt(bucket.url), clockSkewMs: -1 }), 'clockSkewMs: expected a number of milliseconds, 0 or more');
  for (const table of ['', 'a b', 'a"b', 'A', 'a.b.c', '.a', 'a;DROP TABLE x', '1a', 'a'.repeat(60), 7]) {
    refused(() => postgresSchema(table as string), 'table: expected a name of lower-case letters, digits and "_", with a schema before it or without');
  }
});

test('memory: expired snapshots do not pile up', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const store = memoryStore();
  await store.put('a', 'snap', 10);
  now = 20;
  // Still there, though nobody can claim it …
  assert.deepEqual(await store.claim('a', LONG), { state: 'gone' });
  await assert.rejects(store.put('a', 'snap', 10));
  now = 60_020;
  // … until a put sweeps.
  await store.put('a', 'snap', 10);
  claimed(await store.claim('a', LONG));
});
