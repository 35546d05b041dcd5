import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checked } from "../../test/support.ts";
import { findAll, type TransactionEvent } from "../vectors/transactions.ts";
import { TransactionEngine } from "./transactionEngine.ts";

const rules = checked(readFileSync(new URL("../../policies/default.yaml", import.meta.url), "utf8")).transactions;

const minuteMs = 60_000;
const usual = {
  user_id: "u",
  amount_minor: 40_00,
  location: "Austin, TX",
  merchant: "Grocer",
  card_type: "VISA",
  device_id: "d-1",
  credit_score: 700,
} as const;

/** One user's transactions a minute apart, unless told; each is the usual one with changes. */
function stream(changes: readonly (Partial<TransactionEvent["transaction"]> & { afterMs?: number })[]) {
  let tMs = 1_700_000_000_000;
  return changes.map(({ afterMs = minuteMs, ...change }, offset): TransactionEvent => {
    tMs += afterMs;
    const transaction = { ...usual, transaction_id: `t-${offset}`, timestamp_ms: tMs, ...change };
    return { transaction, topic: "transactions", partition: 0, offset, tMs };
  });
}

const rulesHeld = (events: TransactionEvent[]) => findAll(rules, "p@1", events).map(({ fraudRules }) => fraudRules);
const times = <Item>(count: number, item: Item) => Array.from({ length: count }, () => item);

test("a user's habits raise no suspicion", () => {
  const [finding] = findAll(rules, "p@1", stream([{}]));
  expect(finding).toEqual({
    flagged: false,
    fraudRules: [],
    fraudReason: undefined,
    features: {
      transactions_10m: 1,
      spent_10m: 40,
      locations_1h: 1,
      transactions_24h: 1,
      spent_24h: 40,
      card_devices_24h: 1,
    },
    policyVersion: "p@1",
  });
  expect(rulesHeld(stream(times(20, { afterMs: 3 * minuteMs }))).flat()).toEqual([]);
});

test("many small amounts are card testing from the fourth on, a little later behind a usual one, and a large one is none", () => {
  const small = { amount_minor: 1_00 };
  expect(rulesHeld(stream(times(5, small)))).toEqual([[], [], [], ["card-testing"], ["card-testing"]]);
  expect(rulesHeld(stream([{}, ...times(5, small), { amount_minor: 90_00 }]))).toEqual([
    [],
    [],
    [],
    [],
    ["card-testing"],
    ["card-testing"],
    [],
  ]);
});

test("an amount far above the user's own average is a spike, once there are four to compare", () => {
  const hour = { afterMs: 60 * minuteMs };
  const spike = { ...hour, amount_minor: 2_000_00 };
  expect(rulesHeld(stream([hour, hour, hour, hour, spike]))).toEqual([[], [], [], [], ["amount-spike"]]);
  expect(rulesHeld(stream([hour, hour, spike]))).toEqual([[], [], []]);
});

test("more than twelve in ten minutes, a fourth location within the hour and a third device within the day are suspicious", () => {
  expect(rulesHeld(stream(times(13, { afterMs: 1_000 }))).at(-1)).toEqual(["velocity"]);
  expect(rulesHeld(stream(["A", "B", "C", "D"].map((location) => ({ location })))).at(-1)).toEqual(["many-locations"]);
  expect(rulesHeld(stream(["1", "2", "3"].map((device_id) => ({ device_id })))).at(-1)).toEqual(["many-devices"]);
});

test("every rule that holds is recorded, and the first one's words", () => {
  const burst = times(13, { afterMs: 1_000, amount_minor: 1_00 });
  expect(findAll(rules, "p@1", stream(burst)).at(-1)).toMatchObject({
    flagged: true,
    fraudRules: ["card-testing", "velocity"],
    fraudReason: "Many small amounts within minutes",
  });
});

test("windows of another policy are refused", () => {
  expect(() => new TransactionEngine(rules, "p@1").decide(usual, [1])).toThrow("p@1 has 6 features and was given 1.");
});
