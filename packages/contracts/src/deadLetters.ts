import { z } from "zod";
import { checkTypes, type Failure } from "./checks.ts";
import { isUnstorable } from "./text.ts";

/**
 * Headers of a dead letter. Its value and key are the bad record's raw bytes, and the sender's own headers come first. A
 * record that was put back carries `id`, `attempt` and `firstFailedAt`, which say what it was before.
 */
export const deadLetterHeaders = {
  /** Deterministic for a scorer's letter (`topic/partition/offset`), so that a repeat is known as one; a UUID for ingest's. */
  id: "dead-letter-id",
  /** Which time this is that the record failed, from 1: a redrive puts it back as the next one. */
  attempt: "dead-letter-attempt",
  /** ISO 8601, kept over all attempts: the broker's time of the record that failed first, or ingest's clock. */
  firstFailedAt: "first-failed-at",
  /** `ingest` (refused over HTTP) or `scorer` (a bad record on a topic). */
  stage: "error-stage",
  /** The check of the first failure: a stable code, see `checkTypes`. */
  reason: "error-reason",
  /** Every check that the record fails, comma separated. */
  checks: "error-checks",
  /** JSON array of `{pointer, check, detail}`: every rule the record breaks. */
  failures: "error-failures",
  sourceTopic: "source-topic",
  sourcePartition: "source-partition",
  sourceOffset: "source-offset",
  /** The scorer that found it bad. */
  scorerVersion: "scorer-version",
  /** `true` where the bad record does not fit into a letter: key, value and the sender's headers are in `failed_records`. */
  bytesOmitted: "bytes-omitted",
} as const;

export type DeadLetterStage = "ingest" | "scorer";

/** A record's place on a topic. */
export type RecordPlace = { partition: number; offset: bigint };

/** What a dead letter tells of the record in it. */
export type DeadLetter = {
  id: string;
  stage: DeadLetterStage;
  /** At least one. */
  failures: Failure[];
  sourceTopic: string;
  /** Undefined where the record never was on a topic. */
  source: RecordPlace | undefined;
  attempt: number;
  firstFailedAtMs: number;
  scorerVersion: string | undefined;
  bytesOmitted: boolean;
};

/** Headers of a record, in order; a name may come more than once. */
export type RecordHeaders = readonly (readonly [name: string, value: Uint8Array])[];

/** The headers that a dead letter has besides its sender's. */
export function writeDeadLetter(letter: DeadLetter): Record<string, string> {
  const checks = checksOf(letter.failures);
  return {
    [deadLetterHeaders.id]: letter.id,
    ...pastHeaders(letter),
    [deadLetterHeaders.stage]: letter.stage,
    [deadLetterHeaders.reason]: reasonOf(letter.failures),
    [deadLetterHeaders.checks]: checks.join(","),
    [deadLetterHeaders.failures]: JSON.stringify(letter.failures),
    [deadLetterHeaders.sourceTopic]: letter.sourceTopic,
    ...(letter.source && {
      [deadLetterHeaders.sourcePartition]: String(letter.source.partition),
      [deadLetterHeaders.sourceOffset]: String(letter.source.offset),
    }),
    ...(letter.scorerVersion !== undefined && { [deadLetterHeaders.scorerVersion]: letter.scorerVersion }),
    ...(letter.bytesOmitted && { [deadLetterHeaders.bytesOmitted]: "true" }),
  };
}

/** The headers that a record has besides its sender's when it is put back. */
export function writeRedriven(letter: DeadLetter): Record<string, string> {
  const { id, firstFailedAtMs } = letter;
  return { [deadLetterHeaders.id]: id, ...pastHeaders({ attempt: nextAttempt(letter), firstFailedAtMs }) };
}

/** The attempt that a dead letter's record is put back as. */
export function nextAttempt({ attempt }: Pick<DeadLetter, "attempt">): number {
  return Math.min(attempt + 1, attemptMax);
}

function pastHeaders({ attempt, firstFailedAtMs }: Pick<DeadLetter, "attempt" | "firstFailedAtMs">) {
  return {
    [deadLetterHeaders.attempt]: String(attempt),
    [deadLetterHeaders.firstFailedAt]: new Date(firstFailedAtMs).toISOString(),
  };
}

/** The check that stands for all: the first one's. */
export function reasonOf(failures: readonly Failure[]): string {
  return failures[0]?.check ?? unreadable.check;
}

/** Every check once, in the order in which they failed. */
export function checksOf(failures: readonly Failure[]): string[] {
  return [...new Set(failures.map(({ check }) => check))];
}

const ours: ReadonlySet<string> = new Set(Object.values(deadLetterHeaders));

/** A record's headers without those that a dead letter or a redrive gave it. */
export function sendersHeaders<Header extends readonly [name: string, value: unknown]>(headers: readonly Header[]) {
  return headers.filter(([name]) => !ours.has(name));
}

/** Attempts are told up to this many. */
const attemptMax = 9_999;
/** The longest id: a topic's name (249 characters), a partition and an offset. */
const idLengthMax = 300;

/**
 * What the headers of a record say of its past, where they say anything credible: anyone who can write to the topic can
 * write them. `tMs` is the record's own time, which nothing before it exceeds.
 */
export function readPast(headers: RecordHeaders, tMs: number): Pick<DeadLetter, "attempt" | "firstFailedAtMs"> {
  const attempt = textOf(headers, deadLetterHeaders.attempt);
  const firstFailedAt = textOf(headers, deadLetterHeaders.firstFailedAt) ?? "";
  const firstMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(firstFailedAt)
    ? Date.parse(firstFailedAt)
    : Number.NaN;
  return {
    attempt: attempt !== undefined && /^[1-9]\d{0,3}$/.test(attempt) ? Number(attempt) : 1,
    firstFailedAtMs: firstMs >= 0 && firstMs <= tMs ? firstMs : tMs,
  };
}

const unreadable: Failure = {
  pointer: "",
  check: "unclassified",
  detail: "The dead letter's failures header cannot be read.",
};

/** What a dead letter says, by its headers; undefined when they are not what we write. `tMs` is the letter's own time. */
export function readDeadLetter(headers: RecordHeaders, tMs: number): DeadLetter | undefined {
  const [id, stage, sourceTopic] = [deadLetterHeaders.id, deadLetterHeaders.stage, deadLetterHeaders.sourceTopic].map(
    (name) => textOf(headers, name),
  );
  if (id === undefined || sourceTopic === undefined || (stage !== "ingest" && stage !== "scorer")) return undefined;
  const source = placeOf(headers);
  // Each letter's id is what we would give it, so that none can pass for another one.
  if (stage === "ingest" ? !/^[\w-]{1,64}$/.test(id) : id !== (source && deadLetterId(sourceTopic, source)))
    return undefined;
  return {
    id,
    stage,
    failures: readFailures(textOf(headers, deadLetterHeaders.failures, failuresLengthMax)) ?? [unreadable],
    sourceTopic,
    source: stage === "scorer" ? source : undefined,
    ...readPast(headers, tMs),
    scorerVersion: textOf(headers, deadLetterHeaders.scorerVersion),
    bytesOmitted: textOf(headers, deadLetterHeaders.bytesOmitted) === "true",
  };
}

/** The id of the letter for a bad record on a topic. */
export function deadLetterId(topic: string, { partition, offset }: RecordPlace): string {
  return `${topic}/${partition}/${offset}`;
}

function placeOf(headers: RecordHeaders): RecordPlace | undefined {
  const [partition, offset] = [deadLetterHeaders.sourcePartition, deadLetterHeaders.sourceOffset].map((name) =>
    textOf(headers, name),
  );
  if (!/^\d{1,9}$/.test(partition ?? "") || !/^\d{1,18}$/.test(offset ?? "")) return undefined;
  return { partition: Number(partition), offset: BigInt(offset ?? "") };
}

/** A header's text that every store can hold; undefined when it is absent, longer than `lengthMax` bytes, or none. */
function textOf(headers: RecordHeaders, name: string, lengthMax = idLengthMax): string | undefined {
  const value = headers.find(([header]) => header === name)?.[1];
  if (value === undefined || value.length > lengthMax) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(value);
    return isUnstorable(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const known = new Set(checkTypes);
const storable = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax)
    .refine((value) => !isUnstorable(value));
// Anyone with access to the topic can write this header, and a check becomes a metric's label.
const check = z.string().transform((name) => (known.has(name) ? name : "unclassified"));

/** Bytes of a failures header; a record has no more. */
const failuresLengthMax = 1_048_576;

const Failures = z
  .array(z.object({ pointer: storable(512), check, detail: storable(2048) }))
  .min(1)
  .max(128);

/** The failures in a dead letter's header, or undefined when the header is not what we write. A check we do not know is `unclassified`. */
export function readFailures(header: string | undefined): Failure[] | undefined {
  if (header === undefined) return undefined;
  try {
    return Failures.parse(JSON.parse(header));
  } catch {
    return undefined;
  }
}
