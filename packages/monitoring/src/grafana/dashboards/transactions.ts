import type { Section } from "../dashboard.ts";
import { bars } from "../panels/bars.ts";
import { figure } from "../panels/figure.ts";
import { lines } from "../panels/lines.ts";
import { table } from "../panels/table.ts";
import { rows, rowsOverTime } from "../query.ts";
import { joinDay, rate } from "../sql.ts";
import { units } from "../units.ts";

const from = "from marts.fact_transaction as transaction";
const inTime = "$__timeFilter(transaction.received_at)";
const isFraud = "transaction.is_fraud";
const flagged = "transaction.flagged";

/** Precision, recall and false positives of our findings, by the senders' labels. */
const findings = `count(*) filter (where ${flagged}) as "Flagged",
  count(*) filter (where ${isFraud}) as "Labelled fraud",
  ${rate(`${flagged} and ${isFraud}`, `count(*) filter (where ${flagged} and ${isFraud} is not null)`)} as "Precision",
  ${rate(`${flagged} and ${isFraud}`, `count(*) filter (where ${isFraud})`)} as "Recall",
  ${rate(`${flagged} and not ${isFraud}`, `count(*) filter (where not ${isFraud})`)} as "False positives"`;
const shares = { Precision: units.share, Recall: units.share, "False positives": units.share };

/** Card transactions: what is paid, where and with what, and how well fraud is found. */
export function transactionSections(): Section[] {
  return [
    {
      title: "Card transactions",
      panels: [
        figure({
          title: "Card transactions",
          description:
            "Of the chosen time. Precision: of what we flag, the share labelled fraud. Recall: of labelled fraud, the share we flag.",
          unit: units.count,
          width: 24,
          unitsByField: { Amount: units.money, ...shares },
          queries: [
            rows(`
select count(*) as "Transactions", coalesce(sum(transaction.amount), 0) as "Amount",
  ${findings}
${from}
where ${inTime}`),
          ],
        }),
        lines({
          title: "Amount by day",
          description: "Paid by card on a reporting day, and of it what senders call fraud and what we flagged.",
          unit: units.money,
          width: 12,
          draws: "bars",
          queries: [
            rowsOverTime(`
select day.date as time, sum(transaction.amount) as "all",
  coalesce(sum(transaction.amount) filter (where ${isFraud}), 0) as "labelled fraud",
  coalesce(sum(transaction.amount) filter (where ${flagged}), 0) as flagged
${from}
${joinDay("transaction")}
where ${inTime}
group by day.date
order by day.date`),
          ],
        }),
        bars({
          title: "Amount by location",
          description: "Where most is paid, with the amount labelled fraud beside it.",
          unit: units.money,
          width: 12,
          height: 8,
          by: "location",
          queries: [
            rows(`
select transaction.location, sum(transaction.amount) as "all",
  coalesce(sum(transaction.amount) filter (where ${isFraud}), 0) as "labelled fraud"
${from}
where ${inTime}
group by transaction.location
order by 2 desc
limit 15`),
          ],
        }),
        table({
          title: "Findings by card type",
          description:
            "How well our findings and the senders' labels agree on each card. Low recall: fraud that no rule sees.",
          unit: units.count,
          width: 12,
          height: 7,
          unitsByField: { amount: units.money, ...shares },
          queries: [
            rows(`
select transaction.card_type as card, count(*) as transactions, sum(transaction.amount) as amount,
  ${findings}
${from}
where ${inTime}
group by transaction.card_type
order by transactions desc`),
          ],
        }),
        table({
          title: "Rules on card transactions",
          description:
            "What each fraud clause flags, how much of it alone, and how much of it is labelled fraud. Alone and imprecise: a candidate to change.",
          unit: units.count,
          width: 12,
          height: 7,
          unitsByField: { amount: units.money, precision: units.share },
          queries: [
            rows(`
select policy_version, rule, transactions, amount, by_this_rule_alone as alone, labelled_fraud as "labelled fraud",
  precision_rate as precision
from marts.mart_fraud_rules
order by policy_version desc, transactions desc`),
          ],
        }),
        table({
          title: "Newest flagged transactions",
          description: "What a fraud clause held for, the newest first.",
          unit: units.count,
          width: 24,
          unitsByField: { amount: units.money },
          queries: [
            rows(`
select transaction.occurred_at as time, transaction.transaction_id as transaction, transaction.user_id as "user",
  transaction.amount, transaction.location, transaction.merchant, transaction.card_type as card,
  array_to_string(transaction.rules, ', ') as rules, ${isFraud} as "labelled fraud"
${from}
where ${inTime} and ${flagged}
order by transaction.occurred_at desc
limit 100`),
          ],
        }),
      ],
    },
  ];
}
