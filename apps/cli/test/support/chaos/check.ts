import { isDeepStrictEqual } from "node:util";
import { topics } from "@scoreline/contracts";
import { type History, type IssueRow, issuesByPlace, rowPlace, type ScoreRow, type TransactionRow } from "./history.ts";
import { judge, nameOf, placesOf, type Verdict } from "./model.ts";
import { projectionDifferences } from "./projections.ts";

/**
 * What is wrong with a history, a sentence for each: every record of both topics must be exactly one of scored, duplicate
 * and failed, as the contract and its place say; every partition at its end; every projection what the rows say. Decisions and
 * windows are compared elsewhere.
 */
export function historyDifferences(history: History): string[] {
  const verdicts = judge(history.records);
  return [...progressDifferences(history), ...outcomeDifferences(history, verdicts), ...projectionDifferences(history)];
}

function progressDifferences({ progress }: History): string[] {
  return progress.flatMap(({ topic, partition, next, projected, high }) =>
    next === high && projected === high
      ? []
      : [`${topic}/${partition} ends at ${high}, is decided up to ${next} and projected up to ${projected}`],
  );
}

type EventRow = ScoreRow | TransactionRow;

/** The id of a row as `nameOf` has it. */
function rowName(row: EventRow): string {
  return nameOf({ topic: row.topic, id: String(row.application_id ?? row.transaction_id) });
}

function repeatCheck(topic: string): string {
  return topic === topics.transactions.name ? "duplicate_transaction_id" : "duplicate_application_id";
}

function outcomeDifferences({ rows, transactions, issues, failed }: History, verdicts: readonly Verdict[]): string[] {
  const events: EventRow[] = [...rows, ...transactions];
  const rowAt = new Map(events.map((row) => [rowPlace(row), row]));
  const failedAt = new Map(failed.map((row) => [rowPlace(row), row]));
  const issuesAt = issuesByPlace(issues);
  const places = placesOf(verdicts);
  const recorded = new Set(events.map(rowName));
  const known = new Set(verdicts.map(({ place }) => place));
  const foreign = [...rowAt.keys(), ...issuesAt.keys(), ...failedAt.keys()].filter((place) => !known.has(place));
  const found = foreign.map((place) => `${place} is in the store and not on the topic`);
  for (const verdict of verdicts) {
    const { place, tMs } = verdict;
    const [row, bad, own] = [rowAt.get(place), failedAt.get(place), issuesAt.get(place) ?? []];
    const wrong = (what: string) => found.push(`${place} ${what}`);
    for (const kept of [row, bad, ...own]) {
      if (kept && kept.t_ms !== tMs) wrong(`was recorded at ${kept.t_ms}, its broker's time is ${tMs}`);
    }
    if (verdict.kind === "failed") {
      if (row) wrong("is bad and was scored");
      for (const what of failureDifferences(verdict, own, bad)) wrong(what);
      continue;
    }
    const { id } = verdict;
    if (bad) wrong("is good and its bytes are among the failed");
    if (row) {
      if (own.length > 0) wrong(`is scored and has issues: ${own.map(({ check_type }) => check_type)}`);
      if (!places.get(nameOf(verdict))?.includes(place))
        wrong(`is scored and is not the first of ${id} on its partition`);
      for (const what of eventDifferences(verdict, row)) wrong(what);
    } else if (own.length !== 1 || own[0]?.check_type !== repeatCheck(verdict.topic)) {
      const checks = own.map(({ check_type }) => check_type).join(", ");
      wrong(`is neither scored nor one duplicate: ${checks || "nothing of it is there"}`);
    } else if (own[0].failed_record_id !== id || !recorded.has(nameOf(verdict))) {
      wrong(`is a duplicate of ${own[0].failed_record_id}, which was never recorded`);
    }
  }
  return found;
}

function failureDifferences(
  verdict: Verdict & { kind: "failed" },
  own: readonly IssueRow[],
  bad: History["failed"][number] | undefined,
): string[] {
  const { raw, recordId, failures } = verdict;
  const found: string[] = [];
  const checks = own.map(({ check_type, field }) => ({ check: check_type, pointer: field }));
  if (!isDeepStrictEqual(checks, failures)) {
    found.push(`fails ${JSON.stringify(failures)}, recorded are ${JSON.stringify(checks)}`);
  }
  if (own.some((issue) => issue.failed_record_id !== recordId)) found.push(`is not recorded as ${recordId}`);
  if (!bad) found.push("failed, and its bytes are not kept");
  else if (bad.record_key !== hex(raw.key) || bad.record_value !== hex(raw.value))
    found.push("was not kept byte for byte");
  return found;
}

function hex(bytes: Buffer | null): string | null {
  return bytes && `\\x${bytes.toString("hex")}`;
}

function eventDifferences({ columns }: Verdict & { kind: "event" }, row: EventRow): string[] {
  const recorded = Object.fromEntries(Object.keys(columns).map((column) => [column, row[column]]));
  return isDeepStrictEqual(columns, recorded)
    ? []
    : [`is ${JSON.stringify(columns)}, recorded as ${JSON.stringify(recorded)}`];
}
