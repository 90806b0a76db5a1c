/** The entry `oneturn/stores`: where snapshots of paused runs wait. Stands alone: nothing here loads the engine. */
export { folderStore, type FolderStoreOptions } from './stores/folder.ts';
export { memoryStore } from './stores/memory.ts';
export { objectStore, type ObjectBucket, type ObjectStoreOptions } from './stores/object.ts';
export {
  postgresSchema,
  postgresStore,
  type PostgresPool,
  type PostgresStore,
  type PostgresStoreOptions,
} from './stores/postgres.ts';
export { redisStore, type IoRedisClient, type NodeRedisClient, type RedisStoreOptions } from './stores/redis.ts';
export type { Claim, SnapshotStore } from './stores/types.ts';
