import { createMetrics } from "@scoreline/telemetry";
import { expect, test } from "vitest";
import { accountsOf } from "../test/accounts.ts";
import { createLedger, outcomes, type Settled } from "./ledger.ts";

/** A small generator of whole numbers in [0, below), the same on every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const topics = ["credit_applications", "dead_letters"];

test.each([1, 2, 3, 4, 5])(
  "every record is in one place, whatever happens in whichever order (seed %i)",
  async (seed) => {
    const random = seeded(seed);
    const metrics = createMetrics("scorer");
    const ledger = createLedger(metrics, topics);
    const model = new Map(topics.map((topic) => [topic, { received: 0, settled: 0, returned: 0, inFlight: 0 }]));
    const step = () => {
      const topic = topics[random(topics.length)] ?? "";
      const accounts = model.get(topic);
      if (!accounts) return;
      const some = random(accounts.inFlight + 1);
      const event = random(3);
      if (event === 0) {
        const count = random(2_000);
        ledger.received(topic, count);
        accounts.received += count;
        accounts.inFlight += count;
      } else if (event === 1) {
        const records: Settled = { scored: 0, duplicate: 0, failed: 0, skipped: 0 };
        for (let left = some; left > 0; left -= 1) records[outcomes[random(outcomes.length)] ?? "scored"] += 1;
        ledger.settled(topic, records);
        accounts.settled += some;
        accounts.inFlight -= some;
      } else {
        ledger.returned(topic, some);
        accounts.returned += some;
        accounts.inFlight -= some;
      }
    };
    for (let event = 0; event < 200; event += 1) {
      step();
      const before = structuredClone(model);
      // A scrape under way sees nothing of what happens in the turns after it began.
      const scrapes = topics.map((topic) => accountsOf(metrics, topic));
      setImmediate(step);
      const scraped = await Promise.all(scrapes);
      for (const [index, topic] of topics.entries()) {
        const accounts = scraped[index];
        expect(accounts).toEqual(before.get(topic));
        expect(accounts?.received).toBe(
          (accounts?.settled ?? 0) + (accounts?.returned ?? 0) + (accounts?.inFlight ?? 0),
        );
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
);

test("every term of the equation is there before the first record", async () => {
  const metrics = createMetrics("scorer");
  createLedger(metrics, topics);
  const { body } = await metrics.expose();
  const series = (term: string) => `scoreline_scorer_records_${term},app="scorer"}`;
  for (const outcome of outcomes)
    expect(body).toContain(`${series(`settled_total{topic="credit_applications",outcome="${outcome}"`)} 0`);
  for (const term of ["received_total", "returned_total", "in_flight"]) {
    expect(body).toContain(`${series(`${term}{topic="credit_applications"`)} 0`);
  }
});
