import type { Application, ReasonDetail } from "@scoreline/contracts";
import type { Database, DecisionColumns } from "@scoreline/stores/postgres";
import type { CatalogueRead } from "../src/snapshot.ts";
import { decideBy } from "./policies.ts";

type Row = {
  partition: number;
  tMs: number;
  application_id: string;
  user_id: string;
  credit_score: number;
  loan_amount_minor: number;
  device_id: string | null;
  decision: Omit<DecisionColumns, "fraudReason" | "exceptionId"> & {
    fraudReason: string | null;
    exceptionId: string | null;
    reasonDetails: ReasonDetail[];
  };
};

/**
 * Every decision on record beside what an undisturbed decider makes of the recorded events, in the order of the stream:
 * `[recorded, recomputed]`, each by `partition/application_id`.
 */
export async function recompute(sql: Database, catalogue: CatalogueRead) {
  const rows = await sql<Row[]>`
    select partition, t_ms::float8 as "tMs", application_id, user_id, credit_score, device_id,
      (loan_amount * 100)::float8 as loan_amount_minor,
      json_build_object('isFraud', is_fraud, 'fraudRules', fraud_rules, 'fraudReason', fraud_reason, 'riskLevel', risk_level,
        'policyStatus', policy_status, 'approvalStatus', approval_status, 'reasons', reasons,
        'reasonDetails', reason_details, 'features', features, 'policyVersion', policy_version,
        'exceptionId', exception_id) as decision
    from credit_scores order by partition, record_offset`;
  const deciders = new Map<number, ReturnType<typeof decideBy>>();
  return rows.map(({ partition, tMs, device_id, decision, ...facts }) => {
    const decide = deciders.get(partition) ?? decideBy(catalogue);
    deciders.set(partition, decide);
    const application: Application = { ...facts, timestamp_ms: 0, ...(device_id === null ? {} : { device_id }) };
    const { fraudReason = null, exceptionId = null, ...rest } = decide(application, tMs);
    const place = `${partition}/${facts.application_id}`;
    return { recorded: { place, ...decision }, recomputed: { place, ...rest, fraudReason, exceptionId } };
  });
}
