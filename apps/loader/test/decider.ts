import { type Application, formatMinorUnits } from "@scoreline/contracts";
import {
  type CheckedPolicy,
  checkPolicy,
  Engine,
  Exceptions,
  eventRow,
  PartitionWindows,
  type PolicyEvent,
  type PolicyException,
  WindowPlan,
} from "@scoreline/policy";
import type { Database } from "@scoreline/stores/postgres";

/** A version as a test states it: in force from `fromMs`. */
export type Version = { version: string; yaml: string; fromMs: number };

/** A row of `credit_scores`, by column. */
export type Row = Record<string, unknown>;

/** Checks a document that is known to be right. */
export function policyOf(yaml: string): CheckedPolicy {
  const checked = checkPolicy(yaml, "a test's policy");
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.policy;
}

/** Decides events as a scorer does: windows by partition, the version in force, exceptions. Keeps its windows between calls. */
export class Decider {
  readonly #plan: WindowPlan;
  readonly #versions: { fromMs: number; engine: Engine; pick: ReturnType<WindowPlan["picker"]> }[];
  readonly #exceptions: Exceptions;
  readonly #partitions = new Map<string, PartitionWindows>();

  constructor(versions: readonly Version[], exceptions: readonly PolicyException[] = []) {
    const policies = versions.map(({ yaml }) => policyOf(yaml));
    this.#plan = new WindowPlan(policies);
    this.#versions = versions
      .map(({ version, fromMs }, index) => {
        const policy = policies[index] as CheckedPolicy;
        return { fromMs, engine: new Engine(policy, version), pick: this.#plan.picker(policy) };
      })
      .sort((a, b) => b.fromMs - a.fromMs);
    this.#exceptions = new Exceptions(exceptions);
  }

  decide({ application, topic, partition, offset, tMs }: PolicyEvent): Row {
    const key = `${topic}/${partition}`;
    const windows = this.#partitions.get(key) ?? new PartitionWindows(this.#plan);
    this.#partitions.set(key, windows);
    const values = windows.add(tMs, application);
    windows.commit();
    const inForce = this.#versions.find(({ fromMs }) => fromMs <= tMs);
    if (!inForce) throw new Error(`no version is in force at ${tMs}`);
    const { engine, pick } = inForce;
    const exception = this.#exceptions.inForce(application.application_id, application.user_id, tMs);
    const decision = engine.decide(application, pick(values), exception);
    return {
      ...eventColumns({ application, topic, partition, offset, tMs }),
      features: decision.features,
      is_fraud: decision.isFraud,
      fraud_rules: decision.fraudRules,
      fraud_reason: decision.fraudReason,
      risk_level: decision.riskLevel,
      policy_status: decision.policyStatus,
      approval_status: decision.approvalStatus,
      reasons: decision.reasons,
      reason_details: engine.explain(application, pick(values), decision),
      policy_version: decision.policyVersion,
      exception_id: decision.exceptionId,
    };
  }
}

function eventColumns(event: PolicyEvent): Row {
  const { in_scope, ...columns } = eventRow(event);
  const { applicant, score, loan_amount_minor, timestamp_ms }: Application = event.application;
  return {
    ...columns,
    loan_amount: formatMinorUnits(loan_amount_minor),
    submitted_at: new Date(timestamp_ms).toISOString(),
    applicant_name: applicant?.name,
    applicant_gender: applicant?.gender,
    score_date: score?.date,
    score_key_factors: score?.key_factors,
    scored_at: "now",
  };
}

/** Inserts rows of `credit_scores`. */
export async function insertScores(sql: Database, rows: readonly Row[]) {
  await sql`
    insert into credit_scores
    select row.* from json_populate_recordset(null::credit_scores, ${JSON.stringify(rows)}::text::json) as row`;
}
