import { connectPostgres, type Database } from "@scoreline/stores/postgres";

/** More than the server takes. */
const connections = 110;

/** Others who take every connection that a server has, until it is calm again. `sql` keeps one of its own. */
export function connectionStorm(url: string, sql: Database) {
  const others = Array.from({ length: connections }, () => connectPostgres(url, { app: "storm", connectionsMax: 1 }));
  return {
    /** Takes what is free, after it was taken away from the scorer. */
    async take(): Promise<void> {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'scoreline-scorer'`;
      for (const other of others) other`select pg_sleep(600)`.catch(() => undefined);
    },
    async calm(): Promise<void> {
      const ended = others.map((other) => other.end({ timeout: 0 }));
      // Postgres does not notice that a client has gone while it sleeps for it.
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'storm'`;
      await Promise.all(ended);
    },
  };
}
