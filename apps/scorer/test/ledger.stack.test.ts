import { createLogger, createMetrics } from "@scoreline/telemetry";
import { expect, test } from "vitest";
import { createObserver } from "../src/observer.ts";
import { accountsOf } from "./accounts.ts";
import { losingAnswers } from "./faults.ts";
import { application, record } from "./records.ts";
import { newCreditdb, newWorker } from "./support.ts";
import { until } from "./until.ts";

const topic = "credit_applications";
const hand = 500;

/** Records `[from, from + count)` of a stream with one bad and one repeated record of ten. */
function stream(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const offset = from + index;
    if (offset % 10 === 3) return record(offset, Buffer.from("{"));
    return record(offset, application(offset % 10 === 7 ? offset - 1 : offset));
  });
}

test("received = settled + returned + in flight at every scrape, through holders that are dropped, fenced and finished", async () => {
  const sql = await newCreditdb();
  const metrics = createMetrics("scorer");
  const observer = createObserver(metrics, createLogger("test", "silent"));
  const scrape = async () => {
    const accounts = await accountsOf(metrics, topic);
    const { received, settled, returned, inFlight } = accounts;
    expect(received).toBe(settled + returned + inFlight);
    expect(inFlight).toBeGreaterThanOrEqual(0);
    return accounts;
  };
  const take = () => newWorker(sql, { observer, committing: losingAnswers(1) });
  const endings = ["drop", "fence", "finish", "drop", "fence", "finish"] as const;
  for (const ending of endings) {
    const { worker, accept, held, failures } = await take();
    const from = Number(held.nextOffset);
    for (let handed = 0; handed < 6; handed += 1) {
      accept(stream(from + handed * hand, hand));
      await scrape();
    }
    await until(async () => (await scrape()).inFlight < 6 * hand);
    if (ending === "fence") {
      await newWorker(sql);
      accept(stream(from + 6 * hand, hand));
      await until(() => failures.length > 0);
    }
    await (ending === "finish" ? worker.finish() : worker.drop());
    expect((await scrape()).inFlight).toBe(0);
  }
  const last = await take();
  last.accept(stream(Number(last.held.nextOffset), hand));
  const end = last.held.nextOffset + BigInt(hand);
  await until(() => last.held.projectedOffset === end);
  const { settled, returned, inFlight } = await scrape();
  // What was returned by one holder was received by the next; the table and the metrics count the same records.
  expect([settled, inFlight]).toEqual([Number(end), 0]);
  expect(returned).toBeGreaterThan(0);
});
