import { connectPostgres, type Database } from "./connect.ts";

/** How long a pool serves at least: connection attempts are bounded by it while the server is away. */
const servesMsMin = 250;

/** How long the queries of a pool that is replaced may take to end. */
const endingSecondsMax = 10;

/** A database for a service that never stops. */
export type RenewingDatabase = {
  /** The pool to ask now. Take it for each query anew. */
  current(): Database;
  end(): Promise<void>;
};

/**
 * A database whose whole pool is replaced when one of its connections ends. postgres.js 3.4.9 makes a lost connection
 * again in place, and a query that it was given while it was being cut stays behind in it: the new connection then sends
 * nothing, for up to a minute (seen; porsager/postgres, issues 1193 and 1208). So no query is put on a connection that was
 * made again. One that was under way when it was cut may never settle: bound every wait.
 */
export function connectRenewing(url: string, settings: { app: string; connectionsMax?: number }): RenewingDatabase {
  let pool: Database;
  let madeAtMs = 0;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  function make(): Database {
    madeAtMs = performance.now();
    const made = connectPostgres(url, { ...settings, onClose: () => lost(made) });
    return made;
  }

  function lost(from: Database): void {
    if (from !== pool || renewal !== undefined || ended) return;
    const earlyMs = madeAtMs + servesMsMin - performance.now();
    if (earlyMs > 0) renewal = setTimeout(renew, earlyMs);
    else renew();
  }

  function renew(): void {
    renewal = undefined;
    const before = pool;
    pool = make();
    void before.end({ timeout: endingSecondsMax });
  }

  pool = make();
  return {
    current: () => pool,
    async end() {
      ended = true;
      clearTimeout(renewal);
      await pool.end({ timeout: 1 });
    },
  };
}
