import { isDeepStrictEqual } from "node:util";
import type { Application, ReasonDetail } from "@scoreline/contracts";
import { Engine, Exceptions, PartitionWindows, versionInForce, WindowPlan } from "@scoreline/policy";
import { type Db, readPolicies } from "@scoreline/stores/mongo";
import type { Database } from "@scoreline/stores/postgres";
import { policyOf } from "../../src/policies/policyFile.ts";

type Row = {
  place: string;
  partition: number;
  t_ms: number;
  application_id: string;
  user_id: string;
  credit_score: number;
  loan_amount_minor: number;
  device_id: string | null;
  decision: Record<string, unknown> & { policyVersion: string; reasonDetails: ReasonDetail[] };
};

/** What was recorded and what should have been. */
export type Difference = { place: string; recorded: unknown; expected: unknown };

/**
 * Decides all recorded applications once more, in the order of the stream and without any disturbance, by the versions
 * and exceptions in force at their times. Gives the decisions that differ, each in full, and how many there are in all.
 */
export async function compareUndisturbed(sql: Database, db: Db) {
  const { versions, exceptions } = await readPolicies(db);
  const engines = new Map(versions.map((version) => [version, new Engine(policyOf(version), version.version)]));
  const plan = new WindowPlan([...engines.values()].map(({ policy }) => policy));
  const granted = new Exceptions(exceptions);
  const partitions = new Map<number, PartitionWindows>();
  const counts = new Map<string, number>();
  const differences: Difference[] = [];
  for (const { place, partition, t_ms, decision, device_id, ...facts } of await readRows(sql)) {
    const windows = partitions.get(partition) ?? new PartitionWindows(plan);
    partitions.set(partition, windows);
    const version = versionInForce(versions, t_ms);
    const engine = version && engines.get(version);
    if (!engine) throw new Error(`No version was in force at ${t_ms}.`);
    const application: Application = { ...facts, timestamp_ms: 0, ...(device_id === null ? {} : { device_id }) };
    const values = plan.picker(engine.policy)(windows.add(t_ms, application));
    windows.commit();
    const exception = granted.inForce(facts.application_id, facts.user_id, t_ms);
    const decided = engine.decide(application, values, exception);
    const { reasonLiterals, fraudReason = null, exceptionId = null, ...rest } = decided;
    const reasonDetails = engine.explain(application, values, decided);
    const expected = { ...rest, fraudReason, exceptionId, reasonDetails };
    counts.set(engine.version, (counts.get(engine.version) ?? 0) + 1);
    const literals = decision.reasonDetails.map(({ literal }) => literal);
    if (!isDeepStrictEqual({ ...decision, literals }, { ...expected, literals: reasonLiterals })) {
      differences.push({ place, recorded: decision, expected });
    }
  }
  return { differences, decisions: Object.fromEntries(counts) };
}

async function readRows(sql: Database): Promise<Row[]> {
  return sql<Row[]>`
    select concat_ws('/', topic, partition, record_offset) as place, partition, t_ms::float8, application_id, user_id,
      credit_score, (loan_amount * 100)::float8 as loan_amount_minor, device_id,
      json_build_object('isFraud', is_fraud, 'fraudRules', fraud_rules, 'fraudReason', fraud_reason, 'riskLevel', risk_level,
        'policyStatus', policy_status, 'approvalStatus', approval_status, 'reasons', reasons,
        'reasonDetails', reason_details, 'features', features, 'policyVersion', policy_version,
        'exceptionId', exception_id) as decision
    from credit_scores order by partition, record_offset`;
}
