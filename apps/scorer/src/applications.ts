import type { Application, ReasonDetail } from "@scoreline/contracts";
import type { Decision, Engine, WindowPlan } from "@scoreline/policy";
import {
  applicationEvents,
  type CommittedScore,
  type DecisionColumns,
  type ScoredRecord,
} from "@scoreline/stores/postgres";
import type { Subject } from "./subject.ts";

export type ApplicationKind = { event: Application; scored: ScoredRecord; committed: CommittedScore };

/** Loan applications: each gets a decision, by the policy or by an exception from it. */
export const applications: Subject<ApplicationKind> = {
  block: "applications",
  idField: "application_id",
  idOf: ({ application }) => application.application_id,
  outcomeOf: ({ decision }) => decision,
  table: applicationEvents,
  scoreBy: (snapshot, { plan, windows }) => {
    const pickers = new Map<Engine, ReturnType<WindowPlan["picker"]>>();
    return (application, offset, tMs) => {
      const { engine } = snapshot.enginesAt(tMs);
      const pick = pickers.get(engine) ?? plan.picker(engine.policy);
      pickers.set(engine, pick);
      const values = pick(windows.add(tMs, application));
      const exception = snapshot.exceptions.inForce(application.application_id, application.user_id, tMs);
      const decision = engine.decide(application, values, exception);
      const columns = columnsOf(decision, engine.explain(application, values, decision));
      return { offset, tMs, application, decision: columns };
    };
  },
};

/** Field by field: a rest of an object takes ten times as long. */
function columnsOf(decision: Decision, reasonDetails: ReasonDetail[]): DecisionColumns {
  return {
    isFraud: decision.isFraud,
    fraudRules: decision.fraudRules,
    fraudReason: decision.fraudReason,
    riskLevel: decision.riskLevel,
    policyStatus: decision.policyStatus,
    approvalStatus: decision.approvalStatus,
    reasons: decision.reasons,
    reasonDetails,
    features: decision.features,
    policyVersion: decision.policyVersion,
    exceptionId: decision.exceptionId,
  };
}
