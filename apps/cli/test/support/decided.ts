import type { Application } from "@scoreline/contracts";
import { Engine, PartitionWindows, type PolicyException, WindowPlan } from "@scoreline/policy";
import { type ScoredRecord, takePartition } from "@scoreline/stores/postgres";
import type { Connections } from "../../src/connections.ts";
import { ensureFirstPolicy } from "../../src/policies/firstPolicy.ts";
import { policyOf } from "../../src/policies/policyFile.ts";
import { commitSettlement } from "./commit.ts";

/** One application of the user `u`; `tMs` is the broker's time. */
export type Sent = Partial<Application> & { tMs: number; exception?: PolicyException };

/**
 * Publishes a document as the first policy and records decisions by it as the scorer does: application `a-0`, `a-1`, … at
 * offsets 0, 1, … of one partition.
 */
export async function recordDecisions(connections: Connections, policyFile: string, sent: Sent[]): Promise<void> {
  const first = await ensureFirstPolicy(connections.db, connections.sql, policyFile);
  if (!first) throw new Error("the catalogue was not empty");
  const policy = policyOf(first);
  const engine = new Engine(policy, first.version);
  const plan = new WindowPlan([policy]);
  const windows = new PartitionWindows(plan);
  const pick = plan.picker(policy);
  const scored = sent.map(({ tMs, exception, ...over }, index): ScoredRecord => {
    const application: Application = {
      application_id: `a-${index}`,
      user_id: "u",
      credit_score: 700,
      loan_amount_minor: 1_000_000,
      timestamp_ms: Date.parse("2026-01-31T09:30:00Z"),
      ...over,
    };
    const values = pick(windows.add(tMs, application));
    const decision = engine.decide(application, values, exception);
    const reasonDetails = engine.explain(application, values, decision);
    return { offset: BigInt(index), tMs, application, decision: { ...decision, reasonDetails } };
  });
  const source = { topic: "credit_applications", partition: 3, topicId: "id", firstOffset: 0n };
  const held = await takePartition(connections.sql, source);
  const settlement = { next: BigInt(sent.length), maxTMs: sent.at(-1)?.tMs ?? 0, scored, faulty: [] };
  await commitSettlement(connections.sql, held, settlement);
}
