import { isDeepStrictEqual } from "node:util";
import { type History, rowPlace } from "./history.ts";
import { judge, nameOf, placesOf } from "./model.ts";
import { projected } from "./projections.ts";

/**
 * What a history differs in from that of an undisturbed run over the same records: every column, issue, alert, decision
 * and dead letter. Which of two records on two partitions has an id is a matter of time in both runs, so the users of such
 * pairs are left out, their windows being others too; each history by itself is held to the one rule there is for them.
 */
export function undisturbedDifferences(history: History, calm: History): string[] {
  const verdicts = judge(history.records);
  const contested = new Set([...placesOf(verdicts)].filter(([, places]) => places.length > 1).map(([name]) => name));
  const userAt = new Map<string, string>();
  const users = new Set<string>();
  for (const verdict of verdicts) {
    if (verdict.kind !== "event") continue;
    const user = `${verdict.topic} ${verdict.partition} ${verdict.user}`;
    userAt.set(verdict.place, user);
    if (contested.has(nameOf(verdict))) users.add(user);
  }
  const comparable = (place: string) => !users.has(userAt.get(place) ?? "");
  const [disturbed, undisturbed] = [history, calm].map((of) => contents(of, comparable));
  if (!disturbed || !undisturbed) return [];
  return [...new Set([...disturbed.keys(), ...undisturbed.keys()])]
    .filter((name) => !isDeepStrictEqual(disturbed.get(name), undisturbed.get(name)))
    .map((name) => {
      const [here, there] = [disturbed, undisturbed].map((side) => JSON.stringify(side.get(name)) ?? "nothing");
      return `${name} is ${here}, undisturbed ${there}`;
    });
}

/** Everything of a history by name, where its place is one that both runs must agree on. */
function contents(history: History, comparable: (place: string) => boolean): Map<string, unknown> {
  const named = (what: string, rows: readonly { topic: string; partition: number; record_offset: number }[]) =>
    rows.map((row) => [what, rowPlace(row), row] as const);
  const all = [
    ...named("row", history.rows),
    ...named("transaction", history.transactions),
    ...history.issues.map((row) => [`issue ${row.issue_number}`, rowPlace(row), row] as const),
    ...named("failed record", history.failed),
    ...projected(history),
  ];
  return new Map(
    all.filter(([, place]) => comparable(place)).map(([what, place, content]) => [`${what} of ${place}`, content]),
  );
}
