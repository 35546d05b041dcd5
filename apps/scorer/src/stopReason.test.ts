import { expect, test } from "vitest";
import { stopReason } from "./stopReason.ts";

const postgres = (code: string, message: string) => Object.assign(new Error(message), { code });

test.each([
  [new Error("the topic is gone"), "the topic is gone"],
  ["thrown", "thrown"],
  [
    postgres("42P01", 'relation "credit_scores" does not exist'),
    "relation \"credit_scores\" does not exist (SQLSTATE 42P01): creditdb's schema is not this version's; `scoreline init` migrates it",
  ],
  [
    postgres("42501", "permission denied for table credit_scores"),
    "permission denied for table credit_scores (SQLSTATE 42501): grant the scorer's role what it needs",
  ],
  [postgres("0A000", "not supported"), "not supported (SQLSTATE 0A000)"],
  [
    Object.assign(postgres("23505", "Key (application_id)=(A-1)"), { constraint: "other_pkey" }),
    "Error 23505 (constraint other_pkey) (SQLSTATE 23505): creditdb refuses what no record is to blame for; see to its constraints",
  ],
])("why a partition stopped is told with what mends it: %s", (error, words) => {
  expect(stopReason(error)).toBe(words);
});
