import {
  type Application,
  type Failure,
  type Forgiven,
  Identifier,
  type Parsed,
  parseApplication,
  parseTransaction,
  type Transaction,
  transactionFields,
} from "@scoreline/contracts";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import type { FaultyRecord } from "@scoreline/stores/postgres";
import { keep } from "./deadLetters.ts";

/** Why a good record needed forbearance; see the metric `scoreline_scorer_forgiven_total`. */
export const flaws = ["unknown_field", "naive_timestamp", "text_value", "misrouted_key"] as const;
export type Flaw = (typeof flaws)[number];

/** A record as it was read, before it is known whether its id is new. `tMs` never falls within a partition. */
export type Draft<Event = Application> =
  | {
      kind: "candidate";
      offset: bigint;
      tMs: number;
      id: string;
      event: Event;
      flaws: readonly Flaw[];
      raw: ConsumedRecord;
    }
  | { kind: "faulty"; offset: bigint; tMs: number; record: FaultyRecord }
  | { kind: "skipped"; offset: bigint; tMs: number };

/** Reads one record of a topic at the broker's time `tMs`. */
export type Reader<Event = Application> = (raw: ConsumedRecord, tMs: number) => Draft<Event>;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The largest value that is read. A broker takes 1 MiB, but that is of a compressed batch, which may hold a thousand times
 * as much; what is stored of a bad record is twice its size as text, and a text has a bound in Node and in Postgres.
 */
export const valueBytesMax = 16_000_000;

/** What a topic's good records are read by. `idOf` names an event; `idIn` finds the id of a record that breaks other rules. */
type Contract<Event> = {
  parse: (input: unknown, door: "topic", nowMs: number) => Parsed<Event>;
  idOf: (event: Event) => string;
  idIn: (value: unknown) => string | undefined;
};

type PartitionOf = (userId: string) => number;

/** Reads loan applications. `partitionOf` gives the partition that a user's records belong on. */
export function applicationReader(partitionOf: PartitionOf, scorerVersion: string): Reader {
  const contract = {
    parse: parseApplication,
    idOf: ({ application_id }: Application) => application_id,
    idIn: applicationIdIn,
  };
  return readerOf<Application>(contract, partitionOf, scorerVersion);
}

/** Reads card transactions, as `applicationReader` reads applications. */
export function transactionReader(partitionOf: PartitionOf, scorerVersion: string): Reader<Transaction> {
  const contract = {
    parse: parseTransaction,
    idOf: ({ transaction_id }: Transaction) => transaction_id,
    idIn: transactionIdIn,
  };
  return readerOf<Transaction>(contract, partitionOf, scorerVersion);
}

function readerOf<Event extends { user_id: string }>(
  { parse, idOf, idIn }: Contract<Event>,
  partitionOf: PartitionOf,
  scorerVersion: string,
): Reader<Event> {
  return (raw, tMs) => {
    if ((raw.value?.length ?? 0) > valueBytesMax) return tooLarge(raw, tMs, scorerVersion);
    const read = readJson(raw.value);
    if (!read.ok) return faulty(raw, tMs, undefined, [read.failure], scorerVersion);
    const parsed = parse(read.value, "topic", tMs);
    if (!parsed.ok) return faulty(raw, tMs, idIn(read.value), parsed.failures, scorerVersion);
    const event = parsed.value;
    const flaws = flawsOf(parsed.forgiven, partitionOf(event.user_id) !== raw.partition);
    return { kind: "candidate", offset: raw.offset, tMs, id: idOf(event), event, flaws, raw };
  };
}

const noFlaws: readonly Flaw[] = [];

function flawsOf({ unknownFields, naiveTimestamp, textValues }: Forgiven, isMisrouted: boolean): readonly Flaw[] {
  if (unknownFields.length + textValues.length === 0 && !naiveTimestamp && !isMisrouted) return noFlaws;
  const flaws: Flaw[] = [];
  if (unknownFields.length > 0) flaws.push("unknown_field");
  if (naiveTimestamp) flaws.push("naive_timestamp");
  if (textValues.length > 0) flaws.push("text_value");
  if (isMisrouted) flaws.push("misrouted_key");
  return flaws;
}

/** A record that is too large to be kept: its key alone is. */
function tooLarge(raw: ConsumedRecord, tMs: number, scorerVersion: string): FaultyDraft {
  const bytes = raw.value?.length ?? 0;
  const detail = `The record's value has ${bytes} bytes, and at most ${valueBytesMax} are read; only its key was kept.`;
  const failures = [{ pointer: "", check: "record_too_large", detail }];
  return faulty({ ...raw, value: null }, tMs, undefined, failures, scorerVersion);
}

type FaultyDraft = Extract<Draft, { kind: "faulty" }>;

/** A record that failed these checks and whose bytes are kept for the dead letters. */
export function faulty(
  raw: ConsumedRecord,
  tMs: number,
  recordId: string | undefined,
  failures: Failure[],
  scorerVersion: string,
): FaultyDraft {
  const { offset } = raw;
  const record: FaultyRecord = {
    offset,
    tMs,
    recordId: recordId ?? coordinatesOf(raw),
    stage: "scorer",
    failures,
    kept: keep(raw, tMs, scorerVersion),
  };
  return { kind: "faulty", offset, tMs, record };
}

/** `topic/partition/offset`: a record's name where it has no other. */
export function coordinatesOf({
  topic,
  partition,
  offset,
}: {
  topic: string;
  partition: number;
  offset: bigint;
}): string {
  return `${topic}/${partition}/${offset}`;
}

/** The application_id of a record that breaks other rules, where it is well-formed. */
export function applicationIdIn(value: unknown): string | undefined {
  const id = Identifier.safeParse((value as { application_id?: unknown } | null)?.application_id);
  return id.success ? id.data : undefined;
}

/** The transaction_id of a record that breaks other rules, where it is well-formed. */
export function transactionIdIn(value: unknown): string | undefined {
  const id = transactionFields.transaction_id.safeParse((value as { transaction_id?: unknown } | null)?.transaction_id);
  return id.success ? id.data : undefined;
}

/** A record's value as JSON, or the failure that says why it is none. */
export function readJson(value: Buffer | null): { ok: true; value: unknown } | { ok: false; failure: Failure } {
  if (value === null || value.length === 0) {
    return {
      ok: false,
      failure: { pointer: "", check: "empty_record", detail: "The record has no value; send a JSON object." },
    };
  }
  try {
    return { ok: true, value: JSON.parse(utf8.decode(value)) };
  } catch (error) {
    const problem = error instanceof SyntaxError ? "not JSON" : "not UTF-8";
    return {
      ok: false,
      failure: { pointer: "", check: "invalid_json", detail: `The record is ${problem}; send a JSON object in UTF-8.` },
    };
  }
}

/** Whether a record failed for nothing but that its id was decided before. */
export function isRepeat({ failures }: Pick<FaultyRecord, "failures">): boolean {
  return failures[0]?.check.startsWith("duplicate_") ?? false;
}
