import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTransaction, type Transaction, topics } from "@scoreline/contracts";
import { partitionForKey } from "@scoreline/kafka";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import { readEnv, type StackEnv, tools } from "@scoreline/stack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonOf, scoreline } from "./support/cli.ts";
import { temporaryHome } from "./support/homes.ts";
import { readTopic } from "./support/topic.ts";

const rowCount = 300;

// The classic producer of card transactions: a CSV with times without an offset, whose rows go to the topic without a key.
// They go as csv.DictReader gives them, all texts; and as a data frame does, its numbers as numbers and its flags as 0 and 1.
const producer = `
import csv, json, random, sys, uuid
from datetime import datetime, timedelta
from kafka import KafkaProducer
random.seed(20)
columns = ["transaction_id", "user_id", "amount", "timestamp", "location", "merchant", "card_type", "device_id",
           "credit_score", "risk_level", "is_fraud"]
with open(sys.argv[2], "w", newline="") as file:
    writer = csv.DictWriter(file, columns)
    writer.writeheader()
    for number in range(${rowCount}):
        moment = datetime(2024, 1, 1) + timedelta(seconds=number, microseconds=random.choice([0, 123456]))
        writer.writerow({
            "transaction_id": str(uuid.UUID(int=random.getrandbits(128), version=4)),
            "user_id": random.randint(1, 50),
            "amount": round(random.uniform(1, 2000), 2),
            "timestamp": moment.isoformat(),
            "location": random.choice(["New York, NY", "Port Ann"]),
            "merchant": random.choice(["Smith, Jones and Co", "Lee LLC"]),
            "card_type": random.choice(["VISA", "MASTERCARD", "AMEX"]),
            "device_id": str(uuid.UUID(int=random.getrandbits(128), version=4)),
            "credit_score": random.randint(300, 850),
            "risk_level": random.choice(["Low", "Medium", "High"]),
            "is_fraud": random.random() < 0.1,
        })
producer = KafkaProducer(bootstrap_servers=sys.argv[1], value_serializer=lambda v: json.dumps(v).encode("utf-8"))
with open(sys.argv[2], newline="") as file:
    rows = list(csv.DictReader(file))
for row in rows:
    producer.send("transactions", value=row)
for row in rows:
    typed = {"user_id": int(row["user_id"]), "amount": float(row["amount"]), "credit_score": int(row["credit_score"]),
             "is_fraud": int(row["is_fraud"] == "True")}
    producer.send("transactions", value={**row, **typed})
producer.flush()
`;

const byId = (one: Transaction, other: Transaction) => (one.transaction_id < other.transaction_id ? -1 : 1);

describe("transactions at the door", () => {
  const home = temporaryHome("classic-transactions");
  const folder = mkdtempSync(join(tmpdir(), "scoreline-classic-"));
  const csv = join(folder, "transactions.csv");
  let env: StackEnv;

  beforeAll(async () => {
    expect((await scoreline(home, "up", "--detach")).code).toBe(0);
    env = readEnv(home);
  });

  afterAll(async () => {
    await scoreline(home, "down");
    rmSync(home.dir, { recursive: true, force: true });
    rmSync(folder, { recursive: true });
  });

  /** The records of the topic that are meant, read by their contract. */
  async function transactions(isOurs: (record: ConsumedRecord) => boolean) {
    const records = (await readTopic(env.KAFKA_BROKERS, topics.transactions.name)).filter(isOurs);
    return records.map((record) => {
      const parsed = parseTransaction(JSON.parse(String(record.value)), "topic", record.timestampMs);
      if (!parsed.ok) throw new Error(`${record.value}: ${JSON.stringify(parsed.failures)}`);
      return { record, ...parsed };
    });
  }

  const isUnkeyed = ({ key }: ConsumedRecord) => key === null;

  test("every record of the classic producer is read, and its texts and its times are told as forgiven", async () => {
    execFileSync(tools().python, ["-c", producer, env.KAFKA_BROKERS, csv]);
    const read = await transactions(isUnkeyed);
    expect(read).toHaveLength(2 * rowCount);
    const told = new Map<string, number>();
    for (const { forgiven } of read) {
      expect(forgiven).toMatchObject({ unknownFields: [], naiveTimestamp: true });
      const names = forgiven.textValues.join();
      told.set(names, (told.get(names) ?? 0) + 1);
    }
    expect([...told].sort()).toEqual([
      ["credit_score,is_fraud", rowCount],
      ["is_fraud", rowCount],
    ]);
  });

  test("its CSV replayed is the same transactions, keyed by their users and in canonical form", async () => {
    const summary = jsonOf<object>(await scoreline(home, "replay", csv, "--map", "transactions", "--json"));
    expect(summary).toMatchObject({ read: rowCount, accepted: rowCount, refused: 0, naive_timestamps: rowCount });
    const replayed = await transactions((record) => !isUnkeyed(record));
    for (const { record, value, forgiven } of replayed) {
      expect(String(record.key)).toBe(value.user_id);
      expect(record.partition).toBe(partitionForKey(value.user_id, topics.transactions.partitions));
      expect(forgiven).toEqual({ unknownFields: [], naiveTimestamp: false, textValues: [] });
    }
    const produced = new Map((await transactions(isUnkeyed)).map(({ value }) => [value.transaction_id, value]));
    expect(replayed.map(({ value }) => value).sort(byId)).toEqual([...produced.values()].sort(byId));
  });

  test("simulated transactions lie on the topic in the order of time, user by user", async () => {
    const line = ["simulate", "--transactions", "--count", "1000", "--seed", "7", "--duplicate-share", "0", "--json"];
    const { generated } = jsonOf<{ generated: { valid: number } }>(await scoreline(home, ...line));
    const simulated = await transactions(({ key }) => /^u7-/.test(String(key)));
    expect(simulated).toHaveLength(generated.valid);
    const lastMs = new Map<string, number>();
    for (const { value } of simulated.sort((one, other) => Number(one.record.offset - other.record.offset))) {
      expect(value.timestamp_ms).toBeGreaterThanOrEqual(lastMs.get(value.user_id) ?? 0);
      lastMs.set(value.user_id, value.timestamp_ms);
    }
  });
});
