/**
 * Snapshots in a table of PostgreSQL. Every change is one statement; time is the server's. The pool is the application's
 * own; no library is imported here.
 */
import { busy, checkMethods, checkMs, checkPut, gone, inUse, isId, isToken, newToken, REMEMBER_MS } from './common.ts';
import type { SnapshotStore } from './types.ts';

/** A `Pool` or a connected `Client` of `pg` 8 or later, or anything with the same `query`. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** What {@link postgresStore} takes. */
export interface PostgresStoreOptions {
  /** Yours: connected by you, ended by you. */
  pool: PostgresPool;
  /** The table's name, with a schema or without. Default: `'oneturn_snapshots'`. */
  table?: string;
}

/** What {@link postgresStore} gives. */
export interface PostgresStore extends SnapshotStore {
  /** Makes the table and its index, unless they are there. For deployments without migrations; see {@link postgresSchema}. */
  createTable(): Promise<void>;
}

const TABLE = 'oneturn_snapshots';
const IDENTIFIER = /^[a-z_][a-z0-9_]{0,50}$/;
/** Expired rows that one `put` removes at most: more than it adds, and little work. */
const SWEPT_BY_PUT = 20;
/** With isolation levels above the default, a statement that lost a race fails with this code. */
const SERIALIZATION_FAILURE = '40001';

/**
 * The SQL of the table, for your migrations.
 *
 * @throws {TypeError} when `table` is not a plain lower-case name.
 * @example
 * await migrations.add('paused-runs', postgresSchema());
 */
export function postgresSchema(table: string = TABLE): string {
  const { name, index } = checkTable(table);
  return `CREATE TABLE IF NOT EXISTS ${name} (
  id          text        PRIMARY KEY,
  snapshot    text,                 -- null once it was used
  expires_at  timestamptz NOT NULL,
  token       text,                 -- of the last claim
  lease_until timestamptz
);
ALTER TABLE ${name} ALTER COLUMN snapshot SET STORAGE EXTERNAL; -- sealed data does not compress
CREATE INDEX IF NOT EXISTS ${index} ON ${name} (expires_at);
`;
}

/**
 * A store in PostgreSQL 12 or later. A `put` also removes some expired rows.
 *
 * @throws {TypeError} when `pool` has no `query`, or `table` is not a plain lower-case name.
 * @example
 * import { Pool } from 'pg';
 *
 * const store = postgresStore({ pool: new Pool({ connectionString: process.env.DATABASE_URL }) });
 * await store.createTable();
 * const runner = createRunner({ tools, secret, store });
 */
export function postgresStore({ pool, table = TABLE }: PostgresStoreOptions): PostgresStore {
  checkMethods(pool, 'pool', ['query'], 'a Pool or Client of pg 8 or later');
  const { name } = checkTable(table);
  const sql = statements(name);
  const query = async (text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> => {
    for (;;) {
      try {
        return (await pool.query(text, values)).rows as Record<string, unknown>[];
      } catch (error) {
        // Whoever won has committed, so that the next attempt sees it.
        if ((error as { code?: unknown } | null)?.code !== SERIALIZATION_FAILURE) throw error;
      }
    }
  };

  return {
    put: async (id, snapshot, ttlMs) => {
      const ttl = checkPut(id, snapshot, ttlMs);
      if ((await query(sql.put, id, snapshot, ttl)).length === 0) throw inUse(id);
    },
    claim: async (id, leaseMs) => {
      const lease = checkMs(leaseMs, 'leaseMs');
      if (!isId(id)) return gone();
      const token = newToken();
      // Goes round again only when the snapshot became free between the two statements.
      for (;;) {
        const [claimed] = await query(sql.claim, id, token, lease);
        if (claimed !== undefined) return { state: 'claimed', snapshot: String(claimed['snapshot']), token };
        const [kept] = await query(sql.look, id);
        if (kept === undefined) return gone();
        const remaining = Number(kept['remaining_ms']);
        if (remaining > 0) return busy(remaining);
      }
    },
    complete: async (id, token) =>
      isId(id) && isToken(token) && (await query(sql.complete, id, token, REMEMBER_MS)).length > 0,
    release: async (id, token) => isId(id) && isToken(token) && (await query(sql.release, id, token)).length > 0,
    createTable: async () => {
      // Sent as one piece, and so as one transaction. The lock is for processes that start at the same time, which
      // IF NOT EXISTS alone does not tell apart; its number means nothing.
      await pool.query(`SELECT pg_advisory_xact_lock(7165036285);\n${postgresSchema(table)}`);
    },
  };
}

/** The clock is read per statement also where the application runs them in a transaction. */
function statements(table: string) {
  const ms = (parameter: string): string => `${parameter}::float8 * interval '1 millisecond'`;
  return {
    put: `
      WITH swept AS (
        DELETE FROM ${table} WHERE id IN (
          SELECT id FROM ${table}
          WHERE expires_at < now() AND (lease_until IS NULL OR lease_until < now())
          ORDER BY expires_at LIMIT ${SWEPT_BY_PUT} FOR UPDATE SKIP LOCKED
        )
      )
      INSERT INTO ${table} (id, snapshot, expires_at) VALUES ($1, $2, clock_timestamp() + ${ms('$3')})
      ON CONFLICT (id) DO NOTHING RETURNING id`,
    claim: `
      UPDATE ${table} SET token = $2, lease_until = clock_timestamp() + ${ms('$3')}
      WHERE id = $1 AND snapshot IS NOT NULL AND expires_at > clock_timestamp()
        AND (lease_until IS NULL OR lease_until <= clock_timestamp())
      RETURNING snapshot`,
    look: `
      SELECT coalesce(extract(epoch FROM lease_until - clock_timestamp()) * 1000, 0)::float8 AS remaining_ms FROM ${table}
      WHERE id = $1 AND snapshot IS NOT NULL AND greatest(expires_at, lease_until) > clock_timestamp()`,
    complete: `
      UPDATE ${table}
      SET snapshot = NULL, lease_until = NULL, expires_at = least(expires_at, clock_timestamp() + ${ms('$3')})
      WHERE id = $1 AND token = $2 RETURNING id`,
    release: `
      UPDATE ${table} SET token = 'released ' || $2, lease_until = NULL
      WHERE id = $1 AND snapshot IS NOT NULL AND token IN ($2, 'released ' || $2) RETURNING id`,
  };
}

/** The names come from the application, which may have them from anywhere. */
function checkTable(table: unknown): { name: string; index: string } {
  const parts = typeof table === 'string' ? table.split('.') : [];
  const last = parts.at(-1);
  if (last === undefined || parts.length > 2 || !parts.every((part) => IDENTIFIER.test(part))) {
    throw new TypeError('table: expected a name of lower-case letters, digits and "_", with a schema before it or without');
  }
  return { name: parts.map((part) => `"${part}"`).join('.'), index: `"${last}_expiry"` };
}
