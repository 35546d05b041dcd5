import { topics } from "@scoreline/contracts";
import type { StackEnv } from "@scoreline/stack";
import type { Database } from "@scoreline/stores/postgres";
import { expect, test } from "vitest";
import { produceApplications, shares } from "./support/applications.ts";
import { type Accounts, scrapeAccounts } from "./support/ledger.ts";
import { ownStack } from "./support/ownStack.ts";
import { freePort } from "./support/ports.ts";
import { endScorer, progressOf, startScorer } from "./support/scorer.ts";

const portion = 20_000;
const sourceTopics = [topics.creditApplications.name, topics.deadLetters.name];
let env: StackEnv;
let sql: Database;
ownStack("conservation", (started) => {
  ({ env, sql } = started);
});

/** Scrapes a scorer over and over; each scrape must add up. Gives all of them once it is stopped. */
function watch(port: number) {
  const scrapes = new Map<string, Accounts[]>(sourceTopics.map((topic) => [topic, []]));
  let ended = false;
  const watching = (async () => {
    while (!ended) {
      for (const topic of sourceTopics) {
        const accounts = await scrapeAccounts(port, topic);
        if (accounts) scrapes.get(topic)?.push(accounts);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    stop: async () => {
      ended = true;
      await watching;
      return scrapes;
    },
    /** The newest scrape of the applications' topic. */
    last: () => scrapes.get(topics.creditApplications.name)?.at(-1),
  };
}

const settledOf = ({ scored, duplicate, failed, skipped }: Accounts) => scored + duplicate + failed + skipped;

function expectBalance(scrapes: Map<string, Accounts[]>): void {
  for (const accounts of [...scrapes.values()].flat()) {
    expect(accounts).toMatchObject({ received: settledOf(accounts) + accounts.returned + accounts.inFlight });
    expect(accounts.inFlight).toBeGreaterThanOrEqual(0);
  }
}

test("received = scored + duplicates + failed + skipped + returned + in flight at every scrape, through a rebalance and a kill", {
  timeout: 240_000,
}, async () => {
  const topic = topics.creditApplications.name;
  const ports = await Promise.all([freePort(), freePort()]);
  let records = 0;
  const produce = async () => {
    records += portion;
    await produceApplications(env.KAFKA_BROKERS, records - portion, records);
  };
  await produce();
  const first = startScorer(env, { metricsPort: ports[0] });
  const watches = ports.map(watch);
  await expect.poll(() => progressOf(sql, "next_offset"), { timeout: 60_000, interval: 10 }).toBeGreaterThan(0);
  const second = startScorer(env, { metricsPort: ports[1] });
  // Under load all the while, until the second one has its share.
  while (!watches[1]?.last()?.scored) await produce();
  await expect.poll(() => progressOf(sql, "projected_offset"), { timeout: 60_000 }).toBe(records);
  // The scorer's own dead letters are read last of all.
  const letters = (records * shares.bad) / shares.of;
  const skipped = async () => {
    const accounts = await Promise.all(ports.map((port) => scrapeAccounts(port, topics.deadLetters.name)));
    return accounts.reduce((sum, account) => sum + (account?.skipped ?? 0), 0);
  };
  await expect.poll(skipped, { timeout: 60_000 }).toBe(letters);
  const calm = await Promise.all(ports.map((port) => scrapeAccounts(port, topic)));

  // At rest and before anything was killed, both processes together have settled what the tables hold.
  const sum = (of: (accounts: Accounts) => number) =>
    calm.reduce((total, accounts) => total + (accounts ? of(accounts) : 0), 0);
  const repeated = (records * shares.repeated) / shares.of;
  expect({
    scored: sum(({ scored }) => scored),
    duplicate: sum(({ duplicate }) => duplicate),
    failed: sum(({ failed }) => failed),
    inFlight: sum(({ inFlight }) => inFlight),
    received: sum(({ received, returned }) => received - returned),
  }).toEqual({
    scored: records - repeated - letters,
    duplicate: repeated,
    failed: letters,
    inFlight: 0,
    received: records,
  });

  await produce();
  await endScorer(first, "SIGKILL");
  await expect.poll(() => progressOf(sql, "projected_offset"), { timeout: 60_000 }).toBe(records);
  for (const watched of watches) {
    const scrapes = await watched.stop();
    expectBalance(scrapes);
    const seen = scrapes.get(topic) ?? [];
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.some(({ inFlight }) => inFlight > 0)).toBe(true);
  }
  expect(await endScorer(second, "SIGTERM")).toBe(0);
});
