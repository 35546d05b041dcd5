import type { Context } from "../context.ts";
import type { Dashboard } from "../dashboard.ts";
import { regionsSql } from "../sql.ts";
import { lendingSections } from "./lending.ts";
import { policySections } from "./policies.ts";
import { transactionSections } from "./transactions.ts";

/** The questions of the Power BI report, asked of the same marts. */
export function lendingAndRisk(_context: Context): Dashboard {
  return {
    uid: "scoreline-lending-risk",
    title: "Lending and Risk",
    description:
      "Whom we lend to, at what risk and with what outcome, what is paid by card, and what the policy demands.",
    tags: ["risk"],
    from: "now-90d",
    // The marts change with a build, minutes apart; each look at them costs the warehouse a scan.
    refresh: "1m",
    variables: [{ datasource: "warehouse", name: "region", label: "Region", sql: regionsSql }],
    sections: [...lendingSections(), ...transactionSections(), ...policySections()],
  };
}
