import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { readEnv, type StackEnv, tools } from "@scoreline/stack";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCounts, settledCounts } from "../src/counts.ts";
import { scoreline } from "./support/cli.ts";
import { temporaryHome } from "./support/homes.ts";

// The reference producer of many tutorials, as it is: kafka-python, no key, integer ids, a float epoch. What it sent is
// printed, a line a record, for the comparison.
const producer = `
import json, random, sys, time
from kafka import KafkaProducer
random.seed(20)
producer = KafkaProducer(bootstrap_servers=sys.argv[1], value_serializer=lambda v: json.dumps(v).encode("utf-8"))
for _ in range(5000):
    application = {
        "application_id": random.randint(1000, 9999),
        "user_id": random.randint(1, 100),
        "credit_score": random.randint(300, 850),
        "loan_amount": round(random.uniform(1000, 20000), 2),
        "timestamp": time.time(),
    }
    producer.send("credit_applications", value=application)
    print(json.dumps(application))
producer.flush()
`;

describe("a producer that is none of ours", () => {
  const home = temporaryHome("foreign");
  let env: StackEnv;
  let sql: Database;
  let sent: { application_id: number; credit_score: number; loan_amount: number; user_id: number }[];

  beforeAll(async () => {
    expect((await scoreline(home, "up", "--detach")).code).toBe(0);
    env = readEnv(home);
    sql = connectPostgres(env.CREDITDB_URL, { app: "test" });
    const output = execFileSync(tools().python, ["-c", producer, env.KAFKA_BROKERS], {
      encoding: "utf8",
      maxBuffer: 1 << 24,
    });
    sent = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    await settledCounts(env, 30_000);
  });

  afterAll(async () => {
    await sql?.end();
    await scoreline(home, "down");
    rmSync(home.dir, { recursive: true, force: true });
  });

  test("has each distinct id scored once, each repeat counted as one issue, and nothing else", async () => {
    const distinct = new Set(sent.map((application) => application.application_id));
    expect(sent).toHaveLength(5_000);
    expect(await readCounts(env)).toMatchObject({
      records: 5_000,
      scored: distinct.size,
      duplicates: 5_000 - distinct.size,
      failedRecords: 0,
      failedChecks: {},
    });
    const issues = await sql`select distinct check_type, stage from data_quality_issues`;
    expect([...issues]).toEqual([{ check_type: "duplicate_application_id", stage: "scorer" }]);
  });

  test("has what it sent on record to the cent", async () => {
    const rows = await sql<{ record: string }[]>`
      select concat_ws('|', application_id, user_id, credit_score, loan_amount::text) as record from credit_scores`;
    const known = new Set(
      sent.map((one) => [one.application_id, one.user_id, one.credit_score, one.loan_amount.toFixed(2)].join("|")),
    );
    expect(rows.filter((row) => !known.has(row.record))).toEqual([]);
  });
});
