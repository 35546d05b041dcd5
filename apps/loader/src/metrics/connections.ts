import type { Database } from "@scoreline/stores/postgres";
import type { Metrics } from "@scoreline/telemetry";
import type { Reading } from "./readings.ts";

/** The names that our processes give their connections; the server takes any name, and any other is `other`. */
const applications = [
  ...["scorer", "fraud-check", "fraud-check-listener", "loader", "dbt", "backtest", "history", "outcomes", "docs"],
  ...["cli", "init", "migrate"],
].map((name) => `scoreline-${name}`);

/**
 * Clients of the server that holds creditdb, of all its databases, by application and state; `none` where this user may not
 * see the state. They are no one's any more once the server is gone, and are forgotten then.
 */
export function connectionsReading(metrics: Metrics, sql: Database): Reading {
  return {
    name: "connections",
    read: async () => {
      // Who is no superuser sees no backend_type of others; the server's own processes are in no database (PostgreSQL
      // manual, pg_stat_activity).
      const rows = await sql<{ application: string; state: string; connections: number }[]>`
        select case when application_name in ${sql(applications)} then application_name else 'other' end as application,
          coalesce(state, 'none') as state, count(*)::integer as connections
        from pg_stat_activity
        where backend_type = 'client backend' or (backend_type is null and datid is not null)
        group by 1, 2`;
      const [settings] = await sql<{ max: number }[]>`select current_setting('max_connections')::integer as max`;
      metrics.gauge("postgresConnections").reset();
      for (const { application, state, connections } of rows) {
        metrics.gauge("postgresConnections").set({ application, state }, connections);
      }
      if (settings) metrics.gauge("postgresConnectionsMax").set(settings.max);
    },
    forget: () => {
      metrics.gauge("postgresConnections").reset();
      metrics.gauge("postgresConnectionsMax").remove();
    },
  };
}
