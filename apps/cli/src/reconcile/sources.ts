import { topics } from "@scoreline/contracts";

/** What the events of a topic are scored to, and what a check has to know of it. */
export type Source = {
  readonly topic: string;
  readonly table: "credit_scores" | "processed_transactions";
  /** The column that names an event; a repeat fails the check `duplicate_<id>`. */
  readonly id: "application_id" | "transaction_id";
  /** The column that says whether a fraud rule held. */
  readonly suspected: "is_fraud" | "flagged";
  /** What the `_id` of an alert has before the event's id. */
  readonly alertPrefix: string;
};

export const applications: Source = {
  topic: topics.creditApplications.name,
  table: "credit_scores",
  id: "application_id",
  suspected: "is_fraud",
  alertPrefix: "",
};

export const transactions: Source = {
  topic: topics.transactions.name,
  table: "processed_transactions",
  id: "transaction_id",
  suspected: "flagged",
  alertPrefix: "transaction/",
};

export const sources: readonly Source[] = [applications, transactions];

/** The topics whose records the scorer settles; of the dead letters it scores none. */
export const settledTopics: readonly string[] = [...sources.map(({ topic }) => topic), topics.deadLetters.name];

/** The check that a repeat of an event fails. */
export function repeatCheck({ id }: Source): string {
  return `duplicate_${id}`;
}
