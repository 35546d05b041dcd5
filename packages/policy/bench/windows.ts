/*
 * What windows cost: memory for each user and time for each event, under the windows of `policies/velocity.yaml`.
 *   node --expose-gc --import tsx packages/policy/bench/windows.ts [events of each user]
 */
import { PartitionWindows } from "../src/windows/partitionWindows.ts";
import { WindowPlan } from "../src/windows/plan.ts";
import { feature, policyOf } from "../test/windows.ts";

const hourMs = 3_600_000;
const velocity = policyOf([
  feature("count", hourMs),
  feature("sum", 24 * hourMs, "loan_amount", 1_000_000_000),
  feature("max", 168 * hourMs, "loan_amount"),
  feature("distinct", 24 * hourMs, "device_id"),
]);
const users = 100_000;
const eventsEach = Number(process.argv[2] ?? 20);
const batch = 2_000;

/** What is reachable, in bytes. Memory outside the heap is freed by a task that follows the collection. */
async function heapBytes(): Promise<number> {
  for (let pass = 0; pass < 3; pass += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const before = await heapBytes();
const windows = new PartitionWindows(new WindowPlan([velocity]));
const startedMs = performance.now();
for (let i = 0; i < users * eventsEach; i += 1) {
  const user = i % users;
  const facts = { credit_score: 700, loan_amount_minor: 1 + ((i * 7_919) % 1_000_000) };
  windows.add(i, { ...facts, user_id: `user-${user}`, device_id: `device-${user}-${i % 2}` });
  if (i % batch === batch - 1) windows.commit();
}
windows.commit();
const seconds = (performance.now() - startedMs) / 1_000;
const grown = (await heapBytes()) - before;
const { bytes, events } = windows.size;
console.log(
  `${users} users with ${events / users} events: ${Math.round(grown / users)} bytes a user measured, ` +
    `${Math.round(bytes / users)} by size, ${Math.round(events / seconds)} events/s`,
);
