import { Identifier, parseApplication, parseTransaction, topics, transactionFields } from "@scoreline/contracts";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";

/** What one record must come to, as far as the record alone says. `tMs` is the broker's time, never falling in a partition. */
export type Verdict = {
  place: string;
  topic: string;
  partition: number;
  tMs: number;
  raw: ConsumedRecord;
} & (
  | { kind: "event"; id: string; user: string; columns: Record<string, unknown> }
  | { kind: "failed"; recordId: string; failures: { check: string; pointer: string }[] }
);

/** What a record is as an event: `columns` are those of its row that the record alone says. */
type Event = Pick<Extract<Verdict, { kind: "event" }>, "id" | "user" | "columns">;

/** `topic/partition/offset`. */
export function placeOf({ topic, partition, offset }: { topic: string; partition: number; offset: bigint }): string {
  return `${topic}/${partition}/${offset}`;
}

/**
 * Reads the records of both topics as the contracts say, in the order of each partition. Written apart from the scorer, so
 * that the two can disagree.
 */
export function judge(records: readonly ConsumedRecord[]): Verdict[] {
  const ordered = [...records].sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
  const times = new Map<string, number>();
  return ordered.map((raw) => {
    const { topic, partition } = raw;
    const tMs = Math.max(times.get(`${topic}/${partition}`) ?? 0, raw.timestampMs);
    times.set(`${topic}/${partition}`, tMs);
    return { place: placeOf(raw), topic, partition, tMs, raw, ...read(raw, tMs) };
  });
}

function read(raw: ConsumedRecord, tMs: number) {
  const place = placeOf(raw);
  const wrong = (check: string) => ({ kind: "failed" as const, recordId: place, failures: [{ check, pointer: "" }] });
  if (raw.value === null || raw.value.length === 0) return wrong("empty_record");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw.value));
  } catch {
    return wrong("invalid_json");
  }
  const { event, id, failures } =
    raw.topic === topics.transactions.name ? transaction(value, tMs) : application(value, tMs);
  if (event) return { kind: "event" as const, ...event };
  return {
    kind: "failed" as const,
    recordId: id ?? place,
    failures: failures.map(({ check, pointer }) => ({ check, pointer })),
  };
}

type Read = { event?: Event; id: string | undefined; failures: readonly { check: string; pointer: string }[] };

function application(value: unknown, tMs: number): Read {
  const parsed = parseApplication(value, "topic", tMs);
  const { data: id } = Identifier.safeParse((value as { application_id?: unknown } | null)?.application_id);
  if (!parsed.ok) return { id, failures: parsed.failures };
  const { application_id, user_id, credit_score, loan_amount_minor, device_id = null } = parsed.value;
  const columns = { application_id, user_id, credit_score, loan_amount: loan_amount_minor / 100, device_id };
  return { event: { id: application_id, user: user_id, columns }, id, failures: [] };
}

function transaction(value: unknown, tMs: number): Read {
  const parsed = parseTransaction(value, "topic", tMs);
  const said = (value as { transaction_id?: unknown } | null)?.transaction_id;
  const { data: id } = transactionFields.transaction_id.safeParse(said);
  if (!parsed.ok) return { id, failures: parsed.failures };
  const { amount_minor, timestamp_ms: _, risk_level = null, is_fraud = null, ...fields } = parsed.value;
  const columns = { ...fields, amount: amount_minor / 100, risk_level, is_fraud };
  return { event: { id: fields.transaction_id, user: fields.user_id, columns }, id, failures: [] };
}

/** An event's id on its topic, which is a name of its own on each. */
export function nameOf({ topic, id }: { topic: string; id: string }): string {
  return `${topic} ${id}`;
}

/**
 * Where each id may be recorded: at its first event on each partition. On one partition that is one place; where an id
 * came in on several, whichever was committed first has it.
 */
export function placesOf(verdicts: readonly Verdict[]): Map<string, string[]> {
  const firsts = new Map<string, Map<number, string>>();
  for (const verdict of verdicts) {
    if (verdict.kind !== "event") continue;
    const name = nameOf(verdict);
    const places = firsts.get(name) ?? new Map<number, string>();
    firsts.set(name, places);
    if (!places.has(verdict.partition)) places.set(verdict.partition, verdict.place);
  }
  return new Map([...firsts].map(([name, places]) => [name, [...places.values()]]));
}
