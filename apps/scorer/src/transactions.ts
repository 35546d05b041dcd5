import type { Transaction } from "@scoreline/contracts";
import type { TransactionEngine, WindowPlan } from "@scoreline/policy";
import { type CommittedTransaction, type ScoredTransaction, transactionEvents } from "@scoreline/stores/postgres";
import type { Subject } from "./subject.ts";

export type TransactionKind = { event: Transaction; scored: ScoredTransaction; committed: CommittedTransaction };

/** Card transactions: each is flagged or not, by the fraud clauses of the policy's transactions block. */
export const transactions: Subject<TransactionKind> = {
  block: "transactions",
  idField: "transaction_id",
  idOf: ({ transaction }) => transaction.transaction_id,
  outcomeOf: ({ finding }) => finding,
  table: transactionEvents,
  scoreBy: (snapshot, { plan, windows }) => {
    const pickers = new Map<TransactionEngine, ReturnType<WindowPlan["picker"]>>();
    return (transaction, offset, tMs) => {
      const engine = snapshot.enginesAt(tMs).transactions;
      const pick = pickers.get(engine) ?? plan.picker(engine.rules);
      pickers.set(engine, pick);
      const finding = engine.decide(transaction, pick(windows.add(tMs, transaction)));
      return { offset, tMs, transaction, finding };
    };
  },
};
