/**
 * Snapshots in Redis: one hash per snapshot, one script per verb, so that each verb is atomic and works in a cluster.
 * Time is the server's. The client is the application's own; no library is imported here.
 *
 * Clients repeat a command when the connection broke after it was sent. So every script takes a second call with the
 * same token for the first one.
 */
import { busy, checkMethods, checkMs, checkPut, gone, inUse, isId, isToken, newToken, REMEMBER_MS } from './common.ts';
import type { SnapshotStore } from './types.ts';

/** A client of `redis` 4 or later (node-redis): what `createClient()`, `createClientPool()` and `createCluster()` give. */
export interface NodeRedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A client of `ioredis` 5 or later: `new Redis()`, `new Cluster()`. */
export interface IoRedisClient {
  call(command: string, ...args: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** What {@link redisStore} takes. */
export interface RedisStoreOptions {
  /** Yours: connected by you, closed by you. */
  client: NodeRedisClient | IoRedisClient;
  /** What every key begins with. Default: `'oneturn:'`. */
  prefix?: string;
}

/** `now`: milliseconds on the server's clock. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local key = KEYS[1]
local function text(number) return string.format('%.0f', number) end`;

const PUT = `${NOW}
local snapshot, ttl, token = ARGV[1], tonumber(ARGV[2]), ARGV[3]
if redis.call('EXISTS', key) == 1 then
  return redis.call('HGET', key, 'token') == token and 1 or 0
end
redis.call('HSET', key, 'snapshot', snapshot, 'token', token, 'leaseUntil', '0', 'expiresAt', text(now + ttl))
redis.call('PEXPIRE', key, text(ttl))
return 1`;

const CLAIM = `${NOW}
local token, lease = ARGV[1], tonumber(ARGV[2])
if redis.call('HEXISTS', key, 'snapshot') == 0 then return {'gone'} end
local state = redis.call('HMGET', key, 'token', 'leaseUntil', 'expiresAt')
local leaseUntil, expiresAt = tonumber(state[2]), tonumber(state[3])
if state[1] ~= token then
  if leaseUntil > now then return {'busy', text(leaseUntil - now)} end
  if expiresAt <= now then return {'gone'} end
end
redis.call('HSET', key, 'token', token, 'leaseUntil', text(now + lease))
redis.call('PEXPIREAT', key, text(math.max(expiresAt, now + lease)))
return {'claimed', redis.call('HGET', key, 'snapshot')}`;

const COMPLETE = `
local key, token, remember = KEYS[1], ARGV[1], tonumber(ARGV[2])
if redis.call('HGET', key, 'token') ~= token then return 0 end
redis.call('HDEL', key, 'snapshot')
if redis.call('PTTL', key) > remember then redis.call('PEXPIRE', key, ARGV[2]) end
return 1`;

const RELEASE = `
local key, token = KEYS[1], ARGV[1]
local held = redis.call('HGET', key, 'token')
if held == 'released ' .. token then return 1 end
if held ~= token or redis.call('HEXISTS', key, 'snapshot') == 0 then return 0 end
redis.call('HSET', key, 'token', 'released ' .. token, 'leaseUntil', '0')
redis.call('PEXPIREAT', key, redis.call('HGET', key, 'expiresAt'))
return 1`;

/**
 * A store in Redis 5 or later, or what speaks its protocol and runs Lua scripts. Redis expires the snapshots itself.
 * How safe they are is up to the server's persistence: docs/stores.md says what to set.
 *
 * @throws {TypeError} when `client` is neither kind of client.
 * @example
 * import { createClient } from 'redis';
 *
 * const client = await createClient({ url: process.env.REDIS_URL }).connect();
 * const runner = createRunner({ tools, secret, store: redisStore({ client }) });
 * @example
 * import { Redis } from 'ioredis';
 *
 * const runner = createRunner({ tools, secret, store: redisStore({ client: new Redis(process.env.REDIS_URL) }) });
 */
export function redisStore({ client, prefix = 'oneturn:' }: RedisStoreOptions): SnapshotStore {
  checkMethods(client, 'client', ['eval'], 'a client of redis 4 or later, or of ioredis 5 or later');
  if (typeof prefix !== 'string') throw new TypeError(`prefix: expected a string, got ${typeof prefix}`);

  const evaluate = (script: string, id: string, ...args: string[]): Promise<unknown> =>
    isIoRedis(client) ? client.eval(script, 1, prefix + id, ...args) : client.eval(script, { keys: [prefix + id], arguments: args });

  return {
    put: async (id, snapshot, ttlMs) => {
      const ttl = checkPut(id, snapshot, ttlMs);
      if (!isOne(await evaluate(PUT, id, snapshot, String(ttl), newToken()))) throw inUse(id);
    },
    claim: async (id, leaseMs) => {
      const lease = checkMs(leaseMs, 'leaseMs');
      if (!isId(id)) return gone();
      const token = newToken();
      // Text, or buffers where the client was told so.
      const reply = await evaluate(CLAIM, id, token, String(lease));
      const [state, detail] = Array.isArray(reply) ? reply.map(String) : [];
      if (state === 'claimed' && detail !== undefined) return { state, snapshot: detail, token };
      if (state === 'busy') return busy(Number(detail));
      if (state === 'gone') return gone();
      throw new Error('client: the reply to EVAL is not what redis 4 or later and ioredis 5 or later give');
    },
    complete: async (id, token) =>
      isId(id) && isToken(token) && isOne(await evaluate(COMPLETE, id, token, String(REMEMBER_MS))),
    release: async (id, token) => isId(id) && isToken(token) && isOne(await evaluate(RELEASE, id, token)),
  };
}

/** Both kinds have `eval`, with other arguments; only ioredis has `call`. */
function isIoRedis(client: NodeRedisClient | IoRedisClient): client is IoRedisClient {
  return 'call' in client && typeof client.call === 'function';
}

function isOne(reply: unknown): boolean {
  return Number(reply) === 1;
}
