import { z } from "zod";
import type { ReasonCode } from "./reasons.ts";
import { riskLevels } from "./transaction.ts";

export const approvalStatuses = ["Approved", "Rejected", "Under Review"] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/** A value as people write it: a number in major units, a string, true or false; null where it was missing. */
export type PlainValue = number | string | boolean | null;

/** What to change one input to, on its own grid. */
export type Change = { input: string; from: PlainValue; to: PlainValue };

/**
 * The least change after which the clause that a reason is of comes out the other way, all else but windows recomputed,
 * without a worse status and without suspicion of fraud: of the reason's own input (`single`), or, where that does not do
 * it, a minimal set of changes that has its own among them (`set`).
 */
export type Counterfactual = { kind: "single" | "set"; changes: Change[] };

/** One reason of a decision, as recorded. Reasons stand in rank order, the most important first. */
export type ReasonDetail = {
  code: ReasonCode;
  /** `<clause id>/<number>`, for a scorecard's characteristic `<clause id>/<number>/<characteristic>`. */
  literal: string;
  /** The clause whose outcome the reason explains. */
  clause: string;
  /** The test that decided, in the policy's language: `credit_score < 600`. */
  test: string;
  /** What the test read, by name, in major units. */
  values: Record<string, PlainValue>;
  /** The constant that one input was compared with; null where there is no such one. */
  threshold: PlainValue;
  /** Of a scorecard's characteristic: the most points it can give less those it gave. */
  pointsLost?: number;
  /** None for texts, booleans, lists, fraud and windows. */
  counterfactual?: Counterfactual;
  /** What lowered the credit score, as the bureau words it, where the score itself was the reason. */
  keyFactors?: string[];
};

/** One record of the topic `credit_decisions`: the decision of record on an application, for the lender's own systems. */
export const DecisionEvent = z.object({
  decision_id: z.string().meta({ description: "topic/partition/offset of the application; the same on a repeat." }),
  application_id: z.string(),
  user_id: z.string(),
  approval_status: z.enum(approvalStatuses),
  risk_level: z.enum(riskLevels),
  is_fraud: z.boolean(),
  reasons: z.array(z.string()).meta({ description: "Reason codes, most important first." }),
  policy_version: z.string(),
  received_at: z.iso.datetime().meta({ description: "The broker's time of the application." }),
});
export type DecisionEvent = z.infer<typeof DecisionEvent>;
