import postgres, { type Options, type Sql } from "postgres";
import { arrayTypes } from "./arrays.ts";
import { withBoundedAnswers } from "./boundedAnswers.ts";
import { withDenseResults } from "./denseResults.ts";

/** How long a connection attempt may take, in seconds. */
const connectSecondsMax = 10;

/** How long the driver waits before it connects again, in seconds; its own bound is 20. Who repeats a query waits as well. */
const reconnectSecondsMax = 1;

export type ConnectSettings = {
  /** Names the connections in `pg_stat_activity`. */
  app: string;
  connectionsMax?: number;
  /** Postgres ends a statement that takes longer (SQLSTATE 57014); without it there is no bound. */
  statementMsMax?: number;
  /** A query that is not answered in this time is given up with `Unanswered`; without it there is no bound. */
  answerMsMax?: number;
  /** The least time before a connection that was lost, or could not be made, is made again. */
  reconnectMsMin?: number;
  /** Called after each connection that ended, an idle one's included. */
  onClose?: () => void;
};

/**
 * A pool of connections to the database that `url` names. `bigint` columns come back as `bigint`; timestamps as `Date`.
 * A connection is made at the first query, so this never fails by itself. Use `begin` to keep one, never `reserve`:
 * without the driver's own look-up of types (see `arrayTypes`) it waits for ever on a new connection.
 */
export function connectPostgres(url: string, settings: ConnectSettings) {
  const { app, connectionsMax = 4, statementMsMax = 0, answerMsMax, reconnectMsMin = 0, onClose = () => {} } = settings;
  const options = {
    max: connectionsMax,
    connect_timeout: connectSecondsMax,
    idle_timeout: 60,
    backoff: (attempt) => Math.max(Math.min(3 ** attempt / 100, reconnectSecondsMax), reconnectMsMin / 1_000),
    onclose: onClose,
    connection: { application_name: app, TimeZone: "UTC", statement_timeout: statementMsMax },
    onnotice: () => {},
    fetch_types: false,
    types: { bigint: postgres.BigInt, ...arrayTypes },
  } satisfies Options<{ bigint: postgres.PostgresType<bigint> }>;
  const sql = withDenseResults(postgres(url, options) as Database);
  return answerMsMax === undefined ? sql : withBoundedAnswers(sql, answerMsMax);
}

/** A pool as `connectPostgres` makes it. */
export type Database = Sql<{ bigint: bigint }>;
