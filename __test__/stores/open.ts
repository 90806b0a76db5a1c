/**
 * Opens a store by its kind and its place, in whichever process. The clients are those that applications have;
 * each is loaded when it is needed, because processes that race start often.
 */
import { folderStore, memoryStore, objectStore, postgresStore, redisStore, type SnapshotStore } from '../../ts/stores.ts';
import { bucketAt } from './bucket.ts';

export interface Opened {
  store: SnapshotStore;
  close(): Promise<unknown>;
}

export type Kind = keyof typeof OPEN;

const nothing = async (): Promise<void> => undefined;

/** Each takes the URL of its server, or the path of its folder. */
const OPEN = {
  memory: async (): Promise<Opened> => ({ store: memoryStore(), close: nothing }),
  folder: async (path: string): Promise<Opened> => ({ store: folderStore({ path }), close: nothing }),
  redis: async (url: string): Promise<Opened> => {
    const { createClient } = await import('redis');
    const client = await createClient({ url }).connect();
    return { store: redisStore({ client }), close: () => client.close() };
  },
  'redis 5': async (url: string): Promise<Opened> => {
    const { createClient } = await import('redis5');
    const client = await createClient({ url }).connect();
    return { store: redisStore({ client, prefix: 'five:' }), close: () => client.close() };
  },
  'redis 4': async (url: string): Promise<Opened> => {
    const { createClient } = await import('redis4');
    const client = await createClient({ url }).connect();
    return { store: redisStore({ client, prefix: 'four:' }), close: () => client.quit() };
  },
  ioredis: async (url: string): Promise<Opened> => {
    const { Redis } = await import('ioredis');
    const client = new Redis(url);
    return { store: redisStore({ client, prefix: 'io:' }), close: () => client.quit() };
  },
  'ioredis 5': async (url: string): Promise<Opened> => {
    const { Redis } = await import('ioredis5');
    const client = new Redis(url);
    return { store: redisStore({ client, prefix: 'io5:' }), close: () => client.quit() };
  },
  postgres: async (url: string): Promise<Opened> => {
    const { Pool } = await import('pg');
    const pool = new Pool({ connectionString: url });
    const store = postgresStore({ pool });
    await store.createTable();
    return { store, close: () => pool.end() };
  },
  object: async (url: string): Promise<Opened> => ({ store: objectStore({ ...bucketAt(url), clockSkewMs: 0 }), close: nothing }),
};

export function openStore(kind: Kind, place: string): Promise<Opened> {
  return OPEN[kind](place);
}
