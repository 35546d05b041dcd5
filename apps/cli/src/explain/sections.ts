import type { PlainValue } from "@scoreline/contracts";
import { table } from "../terminal.ts";
import type { ExplainedInput } from "./shown.ts";
import type { Verdict } from "./verdict.ts";

/** A line of an explanation. */
export type Row = [label: string, value: string];

/** Rows under a title; nothing where there are none. */
export function section(title: string, rows: Row[]): string[] {
  return rows.length === 0 ? [] : [title, table(rows)];
}

export function inputRow({ name, value, unfit }: ExplainedInput): Row {
  if (unfit === undefined) return [name, value ?? "missing"];
  return [name, `${value ?? "missing"}: ${unfit}`];
}

export function plain(value: PlainValue): string {
  return value === null ? "missing" : String(value);
}

const verdicts = {
  same: "Evaluated again: the same, by the stream's engine and by SQL over the recorded events.",
  "policy changed": "Evaluated again: the policy changed.",
  "data changed": "Evaluated again: the data changed.",
} as const;

export function verdictLines({ verdict, findings }: Verdict): string[] {
  return [verdicts[verdict], ...findings.map((finding) => `  ${finding}`)];
}
