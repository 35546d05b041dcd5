import { type Failure, formatMinorUnits, Identifier, Money, Timestamp } from "@scoreline/contracts";

/** The columns of a file of outcomes; each must be in its header, in any order. */
export const outcomeColumns = ["application_id", "booked", "bad", "exposure", "matured_at"] as const;
export type OutcomeColumn = (typeof outcomeColumns)[number];

/** What became of an application, as `raw.outcomes` holds it. `exposure` is a decimal, `matured_at` ISO 8601 in UTC. */
export type Outcome = {
  application_id: string;
  booked: boolean;
  bad: boolean | null;
  exposure: string;
  matured_at: string | null;
};

export type ReadOutcome = { ok: true; outcome: Outcome } | { ok: false; failures: Failure[] };

/** A cell's value, or the sentence that says what is wrong with it and what to send. */
type Cell<Value> = { value: Value } | { problem: string };

/** Reads one row of a file of outcomes. A moment without an offset is UTC; a date alone is its midnight. */
export function readOutcome(cells: Readonly<Record<OutcomeColumn, string>>): ReadOutcome {
  const id = identifierOf(cells.application_id.trim());
  const booked = flagOf(cells.booked.trim(), "true, false, 1 or 0");
  const bad = cells.bad.trim() === "" ? { value: null } : flagOf(cells.bad.trim(), "true, false, 1, 0 or nothing");
  const exposure = amountOf(cells.exposure.trim());
  const maturedAt = momentOf(cells.matured_at.trim());
  const failures = Object.entries({ application_id: id, booked, bad, exposure, matured_at: maturedAt }).flatMap(
    ([column, cell]) => ("problem" in cell ? [failureOf(column, cell.problem)] : []),
  );
  if ("problem" in id || "problem" in booked || "problem" in bad || "problem" in exposure || "problem" in maturedAt) {
    return { ok: false, failures };
  }
  if (bad.value && !booked.value) {
    return { ok: false, failures: [failureOf("bad", "is true on a loan that was never booked; mend booked or bad")] };
  }
  return {
    ok: true,
    outcome: {
      application_id: id.value,
      booked: booked.value,
      bad: bad.value,
      exposure: exposure.value,
      matured_at: maturedAt.value,
    },
  };
}

export function failureOf(column: string, problem: string): Failure {
  return { pointer: `/${column}`, check: `invalid_${column}`, detail: `${column} ${problem}.` };
}

function identifierOf(text: string): Cell<string> {
  if (text === "") return { problem: "is empty; send the id of the application" };
  const read = Identifier.safeParse(text);
  return read.success ? { value: read.data } : { problem: read.error.issues[0]?.message ?? "is no id" };
}

const flags = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

function flagOf(text: string, expected: string): Cell<boolean> {
  const value = flags.get(text.toLowerCase());
  return value === undefined ? { problem: `is ${shown(text)}; send ${expected}` } : { value };
}

function amountOf(text: string): Cell<string> {
  if (text === "") return { problem: "is empty; send the amount lent, 0 where there was none" };
  // The contract's money is above 0; here nothing lent is an amount too.
  if (/^0+(\.0{1,2})?$/.test(text)) return { value: "0.00" };
  const read = Money.safeParse(text);
  return read.success
    ? { value: formatMinorUnits(read.data) }
    : { problem: read.error.issues[0]?.message ?? "is no amount" };
}

function momentOf(text: string): Cell<string | null> {
  if (text === "") return { value: null };
  const read = Timestamp.safeParse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (read.success) return { value: new Date(read.data.ms).toISOString() };
  return {
    problem: `is ${shown(text)}; send a date or a moment from 1970 on, such as 2026-01-31 or 2026-01-31T09:30:00Z`,
  };
}

function shown(text: string): string {
  return text === "" ? "empty" : JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
