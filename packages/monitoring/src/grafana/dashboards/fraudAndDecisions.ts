import type { Context } from "../context.ts";
import type { Dashboard } from "../dashboard.ts";
import { regionsSql } from "../sql.ts";
import { decisionSections } from "./decisionsOnRecord.ts";
import { fraudSections } from "./fraudStream.ts";

/** What is decided and what is suspected, now and on record. */
export function fraudAndDecisions(context: Context): Dashboard {
  return {
    uid: "scoreline-fraud-decisions",
    title: "Fraud and Decisions",
    description:
      "Fraud alerts against their threshold and their own past, decisions as they are made, and why they are as they are.",
    tags: ["risk"],
    from: "now-24h",
    refresh: "10s",
    variables: [{ datasource: "warehouse", name: "region", label: "Region", sql: regionsSql }],
    sections: [...fraudSections(context), ...decisionSections(context)],
  };
}
