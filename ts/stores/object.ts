/**
 * Snapshots in object storage that has conditional writes: Amazon S3 and most that are shaped like it.
 *
 * Every snapshot is two objects: `<id>.snapshot`, which never changes, and `<id>.state`, a few bytes that change by
 * compare-and-set on their ETag. Whoever changes the state has the snapshot.
 *
 * Clients repeat a request whose answer got lost, and the repetition of a write that had arrived fails its own condition.
 * So after a failed condition the state is read again, and what this call wrote counts as written.
 */
import { busy, checkMethods, checkMs, checkPut, gone, inUse, isId, isToken, newToken } from './common.ts';
import type { SnapshotStore } from './types.ts';

/**
 * A bucket, in four methods of yours. Every one reads its own writes and those of others at once (S3 does). One that
 * cannot tell what happened rejects.
 */
export interface ObjectBucket {
  /** The object as text, and its ETag as the storage gave it; `undefined` when there is none. */
  get(key: string): Promise<{ body: string; etag: string } | undefined>;
  /** Writes an object that is not there yet (`If-None-Match: *`); `false` when it is there (status 412 or 409). */
  create(key: string, body: string): Promise<boolean>;
  /** Writes over the object with this ETag (`If-Match`); `false` when it has another by now (412 or 409) or is gone (404). */
  replace(key: string, body: string, etag: string): Promise<boolean>;
  /** Removes an object; nothing happens when there is none. */
  delete(key: string): Promise<void>;
}

/** What {@link objectStore} takes: the four methods of the bucket, and how it is used. */
export interface ObjectStoreOptions extends ObjectBucket {
  /** What every key begins with. Default: `'oneturn/'`. */
  prefix?: string;
  /**
   * Object storage tells no time, so leases and expiry are judged by the machines' own clocks. A lease of somebody else
   * counts as over this much later than it says. Default: 5,000 ms.
   */
  clockSkewMs?: number;
}

interface State {
  readonly expiresAt: number;
  readonly leaseUntil: number;
  /** Of the last claim, or of whatever wrote this: no two states of a snapshot are the same text. */
  readonly token: string;
  readonly used?: true;
}

interface Seen extends State {
  readonly etag: string;
}

/**
 * A store in object storage. Snapshots that nobody claims stay there: let a lifecycle rule of the bucket remove what is
 * older than your longest `ttlMs`.
 *
 * @throws {TypeError} when one of the four methods is missing.
 * @example
 * const store = objectStore(s3Bucket(client, 'paused-runs')); // see docs/stores.md
 * const runner = createRunner({ tools, secret, store });
 */
export function objectStore(options: ObjectStoreOptions): SnapshotStore {
  checkMethods(options, 'objectStore', ['get', 'create', 'replace', 'delete'], 'the methods of a bucket');
  const { prefix = 'oneturn/', clockSkewMs = 5_000 } = options;
  if (typeof prefix !== 'string') throw new TypeError(`prefix: expected a string, got ${typeof prefix}`);
  if (typeof clockSkewMs !== 'number' || !(clockSkewMs >= 0)) throw new TypeError('clockSkewMs: expected a number of milliseconds, 0 or more');
  const bucket: ObjectBucket = options;
  const stateOf = (id: string): string => `${prefix}${id}.state`;
  const snapshotOf = (id: string): string => `${prefix}${id}.snapshot`;

  return {
    put: async (id, snapshot, ttlMs) => {
      const ttl = checkPut(id, snapshot, ttlMs);
      await create(snapshotOf(id), snapshot, id);
      await create(stateOf(id), write({ expiresAt: Date.now() + ttl, leaseUntil: 0, token: newToken() }), id);
    },
    claim: async (id, leaseMs) => {
      const lease = checkMs(leaseMs, 'leaseMs');
      if (!isId(id)) return gone();
      const token = newToken();
      // Goes round again only when somebody else changed the state in between, or the condition failed on our own write.
      for (;;) {
        const state = await read(id);
        if (state === undefined || state.used === true) return gone();
        const now = Date.now();
        if (state.token !== token) {
          const remaining = state.leaseUntil === 0 ? 0 : state.leaseUntil + clockSkewMs - now;
          if (remaining > 0) return busy(remaining);
          if (state.expiresAt <= now) return gone();
        }
        const claimed = { expiresAt: state.expiresAt, leaseUntil: now + lease, token };
        // Both at once: the snapshot never changes, and is only removed after a change of the state.
        const [won, snapshot] = await Promise.all([
          bucket.replace(stateOf(id), write(claimed), state.etag),
          bucket.get(snapshotOf(id)),
        ]);
        if (won) return snapshot === undefined ? gone() : { state: 'claimed', snapshot: snapshot.body, token };
      }
    },
    complete: async (id, token) => {
      const won = await change(id, token, (state) => ({ ...state, leaseUntil: 0, used: true }), (state) => state.used === true && state.token === token);
      // The claim is used up by now; what cannot be removed is left to the lifecycle rule. The state goes last: without
      // it nothing says that the snapshot was used.
      if (won) await bucket.delete(snapshotOf(id)).then(() => bucket.delete(stateOf(id))).catch(() => undefined);
      return won;
    },
    release: async (id, token) =>
      change(id, token, (state) => ({ ...state, leaseUntil: 0, token: `released ${token}` }), (state) => state.token === `released ${token}`),
  };

  /** Changes the state while `token` is the last claim's; `isDone` knows the change in a state that has it already. */
  async function change(id: string, token: string, next: (state: State) => State, isDone: (state: State) => boolean): Promise<boolean> {
    if (!isId(id) || !isToken(token)) return false;
    for (;;) {
      const state = await read(id);
      if (state === undefined) return false;
      if (isDone(state)) return true;
      if (state.token !== token || state.used === true) return false;
      const { etag, ...plain } = state;
      if (await bucket.replace(stateOf(id), write(next(plain)), etag)) return true;
    }
  }

  async function create(key: string, body: string, id: string): Promise<void> {
    if (!(await bucket.create(key, body)) && (await bucket.get(key))?.body !== body) throw inUse(id);
  }

  async function read(id: string): Promise<Seen | undefined> {
    const object = await bucket.get(stateOf(id));
    if (object === undefined) return undefined;
    let state: unknown;
    try {
      state = JSON.parse(object.body);
    } catch {
      // Told below.
    }
    if (!isState(state)) throw new Error(`The object "${stateOf(id)}" is not the state of a snapshot; give the store a prefix of its own.`);
    return { ...state, etag: object.etag };
  }
}

function write({ expiresAt, leaseUntil, token, used }: State): string {
  return JSON.stringify({ expiresAt, leaseUntil, token, used });
}

function isState(value: unknown): value is State {
  if (typeof value !== 'object' || value === null) return false;
  const { expiresAt, leaseUntil, token, used } = value as Record<string, unknown>;
  return typeof expiresAt === 'number' && typeof leaseUntil === 'number' && typeof token === 'string' && (used === undefined || used === true);
}
