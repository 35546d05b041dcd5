import { z } from "zod";
import { riskLevels } from "./transaction.ts";

export const approvalStatuses = ["Approved", "Rejected", "Under Review"] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

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
