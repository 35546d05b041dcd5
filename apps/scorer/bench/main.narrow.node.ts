/*
 * The scorer with another sink, to be set beside engines that write six columns and nothing else: the same consumer,
 * policy, windows, fence and durable offsets; decisions go to `narrow_scores`, and are projected nowhere.
 */
import { serve } from "@hono/node-server";
import { readEnvironment, topics } from "@scoreline/contracts";
import { partitionForKey } from "@scoreline/kafka";
import { createConsumer, describeTopics } from "@scoreline/kafka/librdkafka";
import { connectMongo, readPolicies } from "@scoreline/stores/mongo";
import {
  applicationEvents,
  type Copy,
  CopyWriter,
  connectCommitter,
  connectPostgres,
  type Settlement,
} from "@scoreline/stores/postgres";
import { createLogger, createMetrics, healthRoutes } from "@scoreline/telemetry";
import { applications } from "../src/applications.ts";
import { Config } from "../src/config.ts";
import { createObserver } from "../src/observer.ts";
import { Policies } from "../src/policies.ts";
import { applicationReader } from "../src/read.ts";
import { Scorer } from "../src/scorer.ts";
import { SeenIds } from "../src/seenIds.ts";
import { StallDetector } from "../src/stall.ts";

/** Bad records and repeats have no place here: the records of the bench hold none. */
function narrowCopies(_: object, { scored, faulty }: Settlement): Copy[] {
  if (faulty.length > 0) throw new Error("The narrow table takes good records alone.");
  if (scored.length === 0) return [];
  const out = new CopyWriter(scored.length);
  for (const { application, decision } of scored) {
    out
      .raw(application.application_id)
      .raw(application.user_id)
      .integer(application.credit_score)
      .minorUnits(application.loan_amount_minor)
      .raw(decision.riskLevel)
      .time(application.timestamp_ms)
      .endRow();
  }
  return [{ statement: "copy narrow_scores from stdin", rows: out.bytes }];
}

const config = readEnvironment("scorer", Config, process.env);
const log = createLogger("scorer", config.LOG_LEVEL);
const metrics = createMetrics("scorer", { runtime: true });
const kafka = { brokers: config.KAFKA_BROKERS, clientId: "scoreline-scorer" };
const sql = connectPostgres(config.CREDITDB_URL, { app: "scoreline-scorer", connectionsMax: 8 });
const committer = connectCommitter(config.CREDITDB_URL, {
  app: "scoreline-scorer",
  connectionsMax: 4,
});
const { client: mongo, db } = connectMongo(config.MONGO_URL, { app: "scoreline-scorer" });
const observer = createObserver(metrics, log);
const policies = new Policies({ read: () => readPolicies(db), observer });
const scorer = new Scorer({
  consumer: createConsumer({ ...kafka, groupId: config.SCORER_GROUP_ID }),
  describe: (names) => describeTopics(kafka, names),
  sql,
  commit: committer.commit,
  seen: new SeenIds(),
  policies,
  subject: { ...applications, table: { ...applicationEvents, copies: narrowCopies } },
  scores: true,
  project: async () => {},
  source: topics.creditApplications,
  read: applicationReader((userId) => partitionForKey(userId, topics.creditApplications.partitions), "bench"),
  observer,
  stalls: new StallDetector(),
  version: "bench",
  metrics,
  log,
});

const unready = async () => (scorer.joined ? [] : ["consumer group"]);
const server = serve({
  fetch: healthRoutes({ unready, metrics }).fetch,
  hostname: config.SCORER_METRICS_HOST,
  port: config.SCORER_METRICS_PORT,
});
process.once("SIGTERM", () => scorer.stop());
policies.start();
await scorer.run();
server.close();
policies.stop();
await Promise.allSettled([sql.end({ timeout: 5 }), committer.end(), mongo.close()]);
