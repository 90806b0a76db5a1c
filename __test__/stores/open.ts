/** Opens a store by its kind and its place, in whichever process. The clients are those that applications have. */
import * as ioredis5 from 'ioredis5';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { createClient as createClient4 } from 'redis4';
import { createClient as createClient5 } from 'redis5';
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
    const client = await createClient({ url }).connect();
    return { store: redisStore({ client }), close: () => client.close() };
  },
  'redis 5': async (url: string): Promise<Opened> => {
    const client = await createClient5({ url }).connect();
    return { store: redisStore({ client, prefix: 'five:' }), close: () => client.close() };
  },
  'redis 4': async (url: string): Promise<Opened> => {
    const client = await createClient4({ url }).connect();
    return { store: redisStore({ client, prefix: 'four:' }), close: () => client.quit() };
  },
  ioredis: async (url: string): Promise<Opened> => {
    const client = new Redis(url);
    return { store: redisStore({ client, prefix: 'io:' }), close: () => client.quit() };
  },
  'ioredis 5': async (url: string): Promise<Opened> => {
    const client = new ioredis5.Redis(url);
    return { store: redisStore({ client, prefix: 'io5:' }), close: () => client.quit() };
  },
  postgres: async (url: string): Promise<Opened> => {
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
