import pg from "pg";
import { commitsChannel } from "./commits.ts";
import { CopyTransaction } from "./copyTransaction.ts";
import type { EventTable } from "./eventTable.ts";
import type { Settlement } from "./settlement.ts";
import { Fenced, type HeldPartition } from "./streamOffsets.ts";

/** Raised by `advance_stream_offset`. */
const fencedState = "SLF01";

/** Connection failure (PostgreSQL manual, appendix A): what the driver tells of without a code of its own. */
const connectionFailure = "08006";

const connectMsMax = 10_000;
const idleMsMax = 60_000;

/** Connections for commits alone, so that none waits behind a query. */
export type Committer = {
  /**
   * Commits what a batch of a partition comes to: the fence, the offset and all rows in one transaction and one round trip,
   * told on `commitsChannel`. Throws `Fenced`, or an error with the SQLSTATE as its `code`: a unique violation when an id
   * came in elsewhere meanwhile, 08006 when the connection was lost. Nothing of it is written then, except
   * that a commit whose answer was lost may have taken effect: ask `committedOffset`.
   */
  commit<Scored>(
    held: HeldPartition,
    settlement: Settlement<Scored>,
    copies: EventTable<Scored>["copies"],
  ): Promise<void>;
  /** Waits for the commits under way. */
  end(): Promise<void>;
};

export type CommitterSettings = {
  /** Names the connections in `pg_stat_activity`. */
  app: string;
  connectionsMax: number;
  /** Postgres ends a commit that takes longer (SQLSTATE 57014); without it there is no bound. */
  statementMsMax?: number;
};

/**
 * Makes connections to `creditdb` for commits. They are made by a driver of their own, since those of `connectPostgres`
 * never settle a COPY that the server refuses, and end the process when they are cut within a transaction.
 */
export function connectCommitter(url: string, settings: CommitterSettings): Committer {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: settings.app,
    max: settings.connectionsMax,
    connectionTimeoutMillis: connectMsMax,
    ...(settings.statementMsMax === undefined ? {} : { statement_timeout: settings.statementMsMax }),
    idleTimeoutMillis: idleMsMax,
    keepAlive: true,
  });
  // An idle connection that ended is replaced when it is next needed.
  pool.on("error", () => {});
  // What is under way is told by itself. Without a listener of its own a connection would end the process when the server
  // ends it in the same breath as it says that it is ready: the pool's listener is gone by then, and ours not there yet.
  pool.on("connect", (client) => client.on("error", () => {}));
  return {
    async commit(held, settlement, copies) {
      const transaction = new CopyTransaction(
        advanceStatement(held, settlement),
        copies(held, settlement),
        `select pg_notify('${commitsChannel}', ${pg.escapeLiteral(`${held.topic}:${held.partition}:${settlement.next}`)})`,
      );
      try {
        await run(pool, transaction);
      } catch (error) {
        throw (error as { code?: unknown }).code === fencedState ? new Fenced(held) : withSqlState(error);
      }
    },
    end: () => pool.end(),
  };
}

async function run(pool: pg.Pool, transaction: CopyTransaction): Promise<void> {
  const client = await pool.connect();
  let isSound = true;
  try {
    client.query(transaction);
    await transaction.done;
  } catch (error) {
    // A statement that fails leaves the connection as it was; anything else ends it (PostgreSQL manual, table 20.2).
    isSound = error instanceof pg.DatabaseError && error.severity === "ERROR";
    throw error;
  } finally {
    client.release(!isSound);
  }
}

function advanceStatement(
  { topic, partition, epoch, nextOffset }: HeldPartition,
  { next, maxTMs }: Pick<Settlement, "next" | "maxTMs">,
): string {
  return `select advance_stream_offset(${pg.escapeLiteral(topic)}, ${partition}, ${epoch}, ${nextOffset}, ${next}, ${maxTMs})`;
}

/** The driver's own errors have no code: each of them means that the server did not answer. */
function withSqlState(error: unknown): unknown {
  if (!(error instanceof Error) || "code" in error) return error;
  return Object.assign(new Error(error.message, { cause: error }), { code: connectionFailure });
}
