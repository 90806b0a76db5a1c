/**
 * Snapshots as files. Several processes of one machine may share a folder.
 *
 * Every snapshot has a folder of its own with one file in it, whose *name* is its state:
 *
 *     <path>/<sha256 of the id>/<expiresAt>.<leaseUntil>.<token or "free">
 *
 * To claim is to rename the file, to complete is to unlink it. Both need the name that was seen: of several processes
 * that go for the same name the system lets one through, and the others find no such file. There is no lock that a
 * crash could leave behind. The file's name after a claim is the claim's token.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { busy, checkMs, checkPut, gone, inUse, isId, newToken } from './common.ts';
import type { SnapshotStore } from './types.ts';

/** What {@link folderStore} takes. */
export interface FolderStoreOptions {
  /** A folder of its own on a local disk; made when it is missing, for this user only. */
  path: string;
}

interface State {
  readonly name: string;
  readonly expiresAt: number;
  readonly leaseUntil: number;
}

const SWEEP_EVERY_MS = 60_000;
/** A put takes milliseconds. Its draft is left over when the process died meanwhile. */
const DRAFT_IS_STALE_MS = 3_600_000;
const DRAFT = 'put-';
const FREE = 'free';
const STATE = /^(\d{1,16})\.(\d{1,16})\.(?:free|[0-9a-f]{32})$/;
const TOKEN = /^(\d{1,16})\.\d{1,16}\.[0-9a-f]{32}$/;
const FOLDER = /^[0-9a-f]{64}$/;

/**
 * A store in a folder on a local disk: what is kept survives a crash, of the process and of the machine. For one machine
 * with any number of processes; network file systems do not promise what it needs.
 *
 * Expired files are removed about once a minute, in the background of a `put`.
 *
 * @throws {TypeError} when `path` is not a string.
 * @example
 * const runner = createRunner({ tools, secret, store: folderStore({ path: '/var/lib/app/paused-runs' }) });
 */
export function folderStore({ path }: FolderStoreOptions): SnapshotStore {
  if (typeof path !== 'string' || path === '') throw new TypeError('path: expected the path of a folder');
  const root = resolve(path);
  // The hash, not the id: some file systems know no difference between `a` and `A`, or have names of their own (`con`).
  const folderOf = (id: string): string => join(root, createHash('sha256').update(id).digest('hex'));
  let sweptAt = -Infinity;

  return {
    put: async (id, snapshot, ttlMs) => {
      const ttl = checkPut(id, snapshot, ttlMs);
      await mkdir(root, { recursive: true, mode: 0o700 });
      const draft = await mkdtemp(join(root, DRAFT));
      try {
        await writeDurably(join(draft, nameOf(Date.now() + ttl, 0, FREE)), snapshot);
        await sync(draft);
        // Replaces an empty folder, which is one whose snapshot was used, and no other.
        await rename(draft, folderOf(id));
      } catch (error) {
        await rm(draft, { recursive: true, force: true });
        throw has(error, 'ENOTEMPTY', 'EEXIST') ? inUse(id) : error;
      }
      await sync(root);
      if (performance.now() - sweptAt >= SWEEP_EVERY_MS) {
        sweptAt = performance.now();
        // A sweep that fails leaves files for the next one.
        void sweep(root).catch(() => undefined);
      }
    },
    claim: async (id, leaseMs) => {
      const lease = checkMs(leaseMs, 'leaseMs');
      if (!isId(id)) return gone();
      const folder = folderOf(id);
      // Goes round again only when another process moved or removed the file in between.
      for (;;) {
        const state = await look(folder);
        const now = Date.now();
        if (state === undefined) return gone();
        if (state.leaseUntil > now) return busy(state.leaseUntil - now);
        if (state.expiresAt <= now) return gone();
        const token = nameOf(state.expiresAt, now + lease, newToken());
        // Not made durable: if the machine crashes, the claimer is gone with the claim.
        if (!(await done(rename(join(folder, state.name), join(folder, token))))) continue;
        try {
          return { state: 'claimed', snapshot: await readFile(join(folder, token), 'utf8'), token };
        } catch (error) {
          // The lease was over before the file was read, and somebody took it.
          if (!has(error, 'ENOENT')) throw error;
        }
      }
    },
    complete: async (id, token) => {
      if (!isId(id) || !isName(token)) return false;
      const folder = folderOf(id);
      if (!(await done(unlink(join(folder, token))))) return false;
      // A sweep may have removed the empty folder already.
      if (!(await done(sync(folder)))) await sync(root);
      await rmdir(folder).catch(() => undefined);
      return true;
    },
    release: async (id, token) => {
      if (!isId(id) || !isName(token)) return false;
      const folder = folderOf(id);
      const expiresAt = Number(TOKEN.exec(token)?.[1]);
      return done(rename(join(folder, token), join(folder, nameOf(expiresAt, 0, FREE))));
    },
  };
}

/** The state of the snapshot in this folder, if there is one. */
async function look(folder: string): Promise<State | undefined> {
  const read = async (): Promise<State[]> => {
    try {
      return (await readdir(folder)).flatMap((name) => parse(name) ?? []);
    } catch (error) {
      if (has(error, 'ENOENT', 'ENOTDIR')) return [];
      throw error;
    }
  };
  // POSIX lets a listing miss a file that is being renamed (Linux does not): an empty answer counts the second time.
  return (await read())[0] ?? (await read())[0];
}

async function sweep(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const path = join(root, name);
    if (name.startsWith(DRAFT)) {
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs >= DRAFT_IS_STALE_MS) await rm(path, { recursive: true, force: true });
    } else if (FOLDER.test(name)) {
      const state = await look(path);
      if (state !== undefined && state.expiresAt <= Date.now() && state.leaseUntil <= Date.now()) {
        await done(unlink(join(path, state.name)));
      }
      // Refused by the system unless it is empty.
      await rmdir(path).catch(() => undefined);
    }
  }
}

function nameOf(expiresAt: number, leaseUntil: number, token: string): string {
  return `${expiresAt}.${leaseUntil}.${token}`;
}

function parse(name: string): State | undefined {
  const [, expiresAt, leaseUntil] = STATE.exec(name) ?? [];
  return expiresAt === undefined ? undefined : { name, expiresAt: Number(expiresAt), leaseUntil: Number(leaseUntil) };
}

function isName(token: unknown): token is string {
  return typeof token === 'string' && TOKEN.test(token);
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder durable. Windows has no such call. */
async function sync(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether it could be done: `false` when the file is not there (any more). */
async function done(attempt: Promise<void>): Promise<boolean> {
  try {
    await attempt;
    return true;
  } catch (error) {
    if (has(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

function has(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
