import { type Application, Identifier, parseApplication } from "@scoreline/contracts";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";

/** What one record must come to, as far as the record alone says. `tMs` is the broker's time, never falling in a partition. */
export type Verdict = {
  place: string;
  partition: number;
  tMs: number;
  raw: ConsumedRecord;
} & (
  | { kind: "application"; application: Application }
  | { kind: "failed"; recordId: string; failures: { check: string; pointer: string }[] }
);

/** `topic/partition/offset`. */
export function placeOf({ topic, partition, offset }: { topic: string; partition: number; offset: bigint }): string {
  return `${topic}/${partition}/${offset}`;
}

/**
 * Reads the records of a topic as the contract says, in the order of each partition. Written apart from the scorer, so
 * that the two can disagree.
 */
export function judge(records: readonly ConsumedRecord[]): Verdict[] {
  const ordered = [...records].sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
  const times = new Map<number, number>();
  return ordered.map((raw) => {
    const tMs = Math.max(times.get(raw.partition) ?? 0, raw.timestampMs);
    times.set(raw.partition, tMs);
    return { place: placeOf(raw), partition: raw.partition, tMs, raw, ...read(raw, tMs) };
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
  const parsed = parseApplication(value, "topic", tMs);
  if (parsed.ok) return { kind: "application" as const, application: parsed.value };
  const id = Identifier.safeParse((value as { application_id?: unknown } | null)?.application_id);
  const failures = parsed.failures.map(({ check, pointer }) => ({ check, pointer }));
  return { kind: "failed" as const, recordId: id.success ? id.data : place, failures };
}

/**
 * Where each id may be recorded: at its first application on each partition. On one partition that is one place; where an
 * id came in on several, whichever was committed first has it.
 */
export function placesOf(verdicts: readonly Verdict[]): Map<string, string[]> {
  const firsts = new Map<string, Map<number, string>>();
  for (const verdict of verdicts) {
    if (verdict.kind !== "application") continue;
    const id = verdict.application.application_id;
    const places = firsts.get(id) ?? new Map<number, string>();
    firsts.set(id, places);
    if (!places.has(verdict.partition)) places.set(verdict.partition, verdict.place);
  }
  return new Map([...firsts].map(([id, places]) => [id, [...places.values()]]));
}
