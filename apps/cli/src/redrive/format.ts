import { count, table } from "../terminal.ts";
import type { RedriveReport } from "./redrive.ts";

/** What was done with the selected letters. */
export type Done = "done" | "would" | "exported";

/** A report as a JSON object. `missing` are the ids of a file that are no selected dead letters. */
export function summaryOf(report: RedriveReport, done: Done, missing: readonly string[]) {
  const groups = groupsOf(report);
  return {
    dry_run: done !== "done",
    selected: selectedOf(report),
    put_back: report.putBack,
    put_back_before: report.putBackBefore,
    unreadable: report.unreadable,
    refused: report.refused,
    without_bytes: report.withoutBytes,
    unfinished: report.unfinished,
    missing,
    groups: groups.map(({ sourceTopic, reason, count }) => ({ source_topic: sourceTopic, reason, count })),
    examples: report.examples,
  };
}

/** A report for a person. */
export function describe(report: RedriveReport, done: Done, missing: readonly string[]): string {
  const { examples, putBack, putBackBefore, unreadable, refused, withoutBytes, unfinished } = report;
  const headlines = {
    done: `Put back ${letters(putBack)}.`,
    would: `Would put back ${letters(selectedOf(report))}.`,
    exported: `Wrote ${letters(selectedOf(report))}.`,
  };
  const groups = groupsOf(report).map((group): [string, string] => [
    `${group.reason} (${group.sourceTopic})`,
    count(group.count),
  ]);
  return [
    headlines[done],
    ...(groups.length > 0 ? [table(groups), `  such as ${examples.join(", ")}`] : []),
    ...(putBackBefore > 0 ? [`Put back before: ${letters(putBackBefore)}.`] : []),
    ...(unreadable > 0 ? [`Left alone, since they are not what Scoreline writes: ${count(unreadable)} records.`] : []),
    ...listed("Too large for the broker with the headers of a redrive", refused),
    ...listed("Without bytes, here and in failed_records", withoutBytes),
    ...listed("Not known whether an earlier redrive put them back, since their topic no longer tells", unfinished),
    ...listed("In the file, and not among the selected dead letters", missing),
  ].join("\n");
}

function groupsOf({ groups }: RedriveReport) {
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

function selectedOf(report: RedriveReport): number {
  return groupsOf(report).reduce((sum, group) => sum + group.count, 0);
}

function letters(number: number): string {
  return `${count(number)} dead letter${number === 1 ? "" : "s"}`;
}

const listedMax = 20;

function listed(words: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  return [`${words}: ${ids.slice(0, listedMax).join(", ")}${ids.length > listedMax ? ", …" : ""}.`];
}
