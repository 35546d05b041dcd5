import { columns, measures } from "../report/field.ts";
import { palette } from "../report/palette.ts";

/** The fields that the pages show, by their table, with the names that readers see. */
export const day = columns("dim_time", { date: "Date", year_month: "Month" });
export const region = columns("dim_region", { region: "Region", latitude: "Latitude", longitude: "Longitude" });
export const regionMeasure = measures("dim_region", "Region names");
export const risk = columns("dim_risk", { risk_level: "Risk level" });
export const status = columns("dim_status", { status_code: "Status" });
export const reason = columns("dim_reason", { reason_code: "Reason" });

export const policy = columns("dim_policy", {
  policy_version: "Version",
  effective_from: "In force from",
  effective_until: "In force until",
  published_by: "Published by",
  is_current: "In force",
  note: "Note",
});
export const policyMeasure = measures("dim_policy", "Policy versions");
export const threshold = columns("dim_policy_threshold", { stream: "Stream", clause: "Clause" });
export const thresholdMeasure = measures("dim_policy_threshold", "Tests as written");

export const application = columns("fact_loan_application", { alert_reason: "Alert" });
export const applicationMeasure = measures(
  "fact_loan_application",
  "Applications",
  "Applications month to date",
  "Applications change on previous month",
  "Average credit score",
  "Loan amount",
  "Approved loan amount",
  "Approval rate",
  "Rejection rate",
  "Review rate",
  "High risk share",
  "Fraud alerts",
  "Fraud alert rate",
);

export const transaction = columns("fact_transaction", {
  transaction_id: "Transaction",
  user_id: "User",
  occurred_at: "At (UTC)",
  amount: "Amount",
  location: "Location",
  merchant: "Merchant",
  card_type: "Card",
  device_id: "Device",
  credit_score: "Score",
  risk_level: "Risk (sender)",
  is_fraud: "Fraud (sender)",
  flagged: "Flagged",
  primary_rule: "Rule",
});
export const transactionMeasure = measures(
  "fact_transaction",
  "Transactions",
  "Transaction amount",
  "Labelled fraud",
  "Labelled fraud amount",
  "Flagged transactions",
  "Flagged rate",
  "Precision",
  "Recall",
  "False positive rate",
  "Average credit score of card holders",
  "Leading merchants",
  "Leading devices",
  "Fraud colour",
);

export const reasonMeasure = measures("fact_decision_reason", "Main reasons given");

export const issue = columns("fact_data_quality_issue", {
  detected_at: "Found (UTC)",
  topic: "Topic",
  stage: "Stage",
  check_type: "Check",
  failed_record_id: "Record",
  field: "Field",
  reason: "What was wrong",
});
export const issueMeasure = measures(
  "fact_data_quality_issue",
  "Data quality issues",
  "Failed records",
  "Failed record rate",
  "Issues per failed record",
);

export const exception = columns("fact_exception", {
  exception_id: "Exception",
  scope: "For",
  application_id: "Application",
  user_id: "User",
  status: "Status",
  effective_from: "From",
  ends_at: "Until",
  approved_by: "Granted by",
  reason: "Why",
});
export const exceptionMeasure = measures(
  "fact_exception",
  "Exception state",
  "Exceptions",
  "Exceptions in force",
  "Decisions by exceptions",
);

export const statusColours = { Approved: palette.good, "Under Review": palette.open, Rejected: palette.bad };
export const riskColours = { Low: palette.good, Medium: palette.open, High: palette.bad };
