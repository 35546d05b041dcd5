import { type DecisionEvent, deadLetterHeaders, topics } from "@scoreline/contracts";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import type { Database } from "@scoreline/stores/postgres";
import { count } from "../terminal.ts";
import { type Check, checkOf, Findings, type Place, placeOf } from "./check.ts";
import { OffsetSet } from "./offsetSet.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Broker, Position } from "./positions.ts";
import { readTopic } from "./readTopic.ts";

/** A row whose message may be gone by retention is not compared; this much lies between two machines' clocks at most. */
const clockSkewMsMax = 60_000;

/** The places of the stream that the messages of an output topic are about, and what could not be read of it. */
type Told = {
  seen: Map<string, OffsetSet>;
  repeats: number;
  strangers: Findings;
  completeSinceMs: number;
};

class Teller {
  readonly told: Told;
  constructor(positions: readonly Position[], examplesMax: number) {
    const sets = positions.map((position) => [
      placeOf(position),
      new OffsetSet({ start: position.start, end: position.next }),
    ]);
    this.told = {
      seen: new Map(sets as [string, OffsetSet][]),
      repeats: 0,
      strangers: new Findings(examplesMax),
      completeSinceMs: 0,
    };
  }

  /** Takes a message about `topic/partition/offset`. What is settled only after the offsets were read is left alone. */
  tell({ topic, partition, offset }: ConsumedRecord, about: string | undefined): void {
    const [, place = "", digits = ""] = /^(.+\/\d+)\/(\d{1,19})$/.exec(about ?? "") ?? [];
    const set = this.told.seen.get(place);
    const settled = BigInt(digits || 0);
    if (!set || settled < set.start) {
      this.told.strangers.add(`${topic}/${partition}/${offset}`, `is about ${about ?? "nothing"}, which is no record`);
    } else if (settled < set.end && !set.add(settled)) this.told.repeats += 1;
  }
}

/** Reads `credit_decisions`: the records that its messages are about. */
export async function readDecisions(broker: Broker, positions: readonly Position[], examplesMax: number) {
  const teller = new Teller(positions, examplesMax);
  const { completeSinceMs } = await readTopic(broker, topics.creditDecisions.name, (record) =>
    teller.tell(record, decisionIdOf(record)),
  );
  return { ...teller.told, completeSinceMs };
}

/** What a message says that it is about, whatever else it holds. */
function decisionIdOf({ value }: ConsumedRecord): string | undefined {
  try {
    const { decision_id: id } = JSON.parse(String(value)) as Partial<DecisionEvent>;
    return typeof id === "string" ? id : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads `dead_letters`: the records that the scorer's letters are about, and, as `skipped`, the places of those letters
 * on this very topic, which the scorer reads too.
 */
export async function readLetters(broker: Broker, positions: readonly Position[], examplesMax: number) {
  const teller = new Teller(positions, examplesMax);
  const letters = positions.filter(({ topic }) => topic === topics.deadLetters.name);
  const skipped = new Map(
    letters.map((position) => [placeOf(position), new OffsetSet({ start: position.start, end: position.next })]),
  );
  const { completeSinceMs } = await readTopic(broker, topics.deadLetters.name, (record) => {
    const stage = headerOf(record, deadLetterHeaders.stage);
    if (stage === "scorer") teller.tell(record, headerOf(record, deadLetterHeaders.id));
    if (stage === "ingest") return;
    const set = skipped.get(placeOf(record));
    if (set && record.offset >= set.start && record.offset < set.end) set.add(record.offset);
  });
  return { ...teller.told, completeSinceMs, skipped };
}

function headerOf({ headers }: ConsumedRecord, name: string): string | undefined {
  return headers.find(([key]) => key === name)?.[1].toString("utf8");
}

/** What a table owes to an output topic: a message for each of these records. */
export type Owed = {
  compared: string;
  table: "credit_scores" | "data_quality_issues";
  outcome: "scored" | "kept";
};

/**
 * Every committed row below projected_offset has its message, at least once, and no message is about a record that has
 * no such row. A row older than what the topic still holds is not compared.
 */
export async function checkMessages(
  sql: Database,
  { compared, table, outcome }: Owed,
  outcomes: Iterable<Outcomes>,
  told: Told,
  examplesMax: number,
): Promise<Check> {
  const findings = new Findings(examplesMax);
  const firsts = await firstsSince(sql, table, told.completeSinceMs);
  const counts = { owed: 0, met: 0, expired: 0 };
  for (const { position, [outcome]: rows } of outcomes) {
    const seen = told.seen.get(placeOf(position)) ?? new OffsetSet(rows);
    const owed = rows.within({ from: position.start, to: position.projected });
    const first = told.completeSinceMs === 0 ? position.start : (firsts.get(placeOf(position)) ?? position.next);
    const missing = owed.minus(seen);
    const expired = missing.within({ from: position.start, to: first });
    findings.addOffsets(position, missing.minus(expired), "has no message");
    findings.addOffsets(position, seen.minus(rows), "has a message and no row");
    counts.owed += owed.size - expired.size;
    counts.met += owed.and(seen).size + seen.minus(rows).size;
    counts.expired += expired.size;
  }
  findings.addCounted(told.strangers.examples, told.strangers.count);
  const notes: string[] = [];
  if (told.repeats > 0) notes.push(`${count(told.repeats)} messages are repeats, as delivery at least once allows`);
  if (counts.expired > 0) notes.push(`${count(counts.expired)} rows are older than what the topic holds, not compared`);
  return checkOf(
    {
      compared,
      left: counts.owed,
      right: counts.met + told.strangers.count,
      remedy:
        "For a missing message, stop the scorers, set projected_offset of the partition back to its offset, and start them: what lies above is projected again. A message without a row was written past the scorer.",
      notes,
    },
    findings,
  );
}

/** By place, the first offset that was committed after a moment. Within a partition, commits follow its offsets. */
async function firstsSince(sql: Database, table: Owed["table"], sinceMs: number): Promise<Map<string, bigint>> {
  if (sinceMs === 0) return new Map();
  const since = new Date(sinceMs + clockSkewMsMax);
  const rows = await sql<(Place & { first: bigint })[]>`
    select topic, partition, min(record_offset) as first from ${sql(table)}
    where ${sql(table === "credit_scores" ? "scored_at" : "detected_at")} > ${since} group by topic, partition`;
  return new Map(rows.map((row) => [placeOf(row), row.first]));
}
