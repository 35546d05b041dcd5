import { connectPostgres } from "@scoreline/stores/postgres";
import { createMetrics, type Logger, type Metrics, watchDependencies } from "@scoreline/telemetry";
import type { Db } from "mongodb";
import type { Config } from "../config.ts";
import { describeError } from "../jobs.ts";
import { certificatesReading } from "./certificates.ts";
import { connectionsReading } from "./connections.ts";
import { jobsReading } from "./jobs.ts";
import { parityReading } from "./parity.ts";
import { qualityReading } from "./quality.ts";
import { withReadings } from "./readings.ts";
import { waitingReading } from "./waiting.ts";

/** What is read of creditdb at each exposition goes by indexes; longer than this and it is given up, in milliseconds. */
const creditdbMsMax = 5_000;

/** Whether a store answers is asked every few seconds: an answer that is still owed must not stand in the way for longer. */
const askMsMax = 3_000;

/** Counting the warehouse over goes on behind the expositions, so that it may take this long, in milliseconds. */
const warehouseMsMax = 60_000;

/**
 * The loader's metrics: each exposition reads both databases, on connections of its own, so that neither a run in hand nor a
 * store that is away holds it up. `close` lets go of them.
 */
export function openMetrics(
  config: Config,
  { mongo, log }: { mongo: Db; log: Logger },
): { metrics: Metrics; close: () => Promise<unknown> } {
  const pool = (url: string, connectionsMax: number, msMax: number) =>
    connectPostgres(url, { app: "scoreline-loader", connectionsMax, statementMsMax: msMax, answerMsMax: msMax });
  const jobs = pool(config.CREDITDB_URL, 2, creditdbMsMax);
  // One for each reading of it, so that a long one holds up no other.
  const warehouse = pool(config.DW_FINANCE_URL, 3, warehouseMsMax);
  const asked = {
    postgres: pool(config.CREDITDB_URL, 1, askMsMax),
    warehouse: pool(config.DW_FINANCE_URL, 1, askMsMax),
  };
  const own = createMetrics("loader", { runtime: true });
  const watch = watchDependencies(own, {
    postgres: () => asked.postgres`select 1`,
    mongodb: () => mongo.command({ ping: 1 }),
    warehouse: () => asked.warehouse`select 1`,
  });
  const metrics = withReadings(
    own,
    [
      jobsReading(own, jobs),
      waitingReading(own, { jobs, warehouse }),
      parityReading(own, { jobs, warehouse }),
      qualityReading(own, { jobs, warehouse }),
      connectionsReading(own, jobs),
      certificatesReading(own, config.CERTIFICATE_FILES, {
        onProblem: (problem) => log.warn(`a watched certificate is gone: ${problem}`),
      }),
    ],
    (reading, error) => {
      if (error === null) log.info({ reading }, "metrics are read again");
      else log.warn({ reading, error: describeError(error) }, "metrics cannot be read; the last ones stand");
    },
  );
  const close = () => {
    watch.stop();
    const pools = [jobs, warehouse, asked.postgres, asked.warehouse];
    return Promise.allSettled(pools.map((sql) => sql.end({ timeout: 1 })));
  };
  return { metrics, close };
}
