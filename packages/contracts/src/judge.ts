import { z } from "zod";
import { type Application, ApplicationWire } from "./application.ts";
import { checkOf, type Failure } from "./checks.ts";
import { isObject, withoutNulls } from "./objects.ts";
import { nameOf, shownName } from "./text.ts";
import { problemWithTime, readTime, type SenderTime } from "./time.ts";
import { type Transaction, TransactionWire } from "./transaction.ts";

/**
 * Where a record came in. Over `http` unknown fields and times without an offset are refused; on a `topic` (and in
 * files) unknown fields are kept out of the tables and counted, and such times are read as UTC and counted.
 */
export type Door = "http" | "topic";

/** What a topic's record was forgiven. */
export type Forgiven = { readonly unknownFields: readonly string[]; readonly naiveTimestamp: boolean };

/** A record's failures are told up to this many; the first ones are kept. */
export const failuresMax = 100;

export type Parsed<T> = { ok: true; value: T; forgiven: Forgiven } | { ok: false; failures: Failure[] };

/** Reads a loan application by its schema, which alone says what is wrong with one. Arguments as for `parseApplication`. */
export function judgeApplication(input: unknown, door: Door, nowMs: number): Parsed<Application> {
  return judge(ApplicationWire, knownToApplication, input, door, nowMs, ({ loan_amount, timestamp, ...rest }) => ({
    ...rest,
    loan_amount_minor: loan_amount,
    timestamp_ms: timestamp.ms,
  }));
}

/** Reads a card transaction by its schema; arguments as for `parseTransaction`. */
export function judgeTransaction(input: unknown, door: Door, nowMs: number): Parsed<Transaction> {
  return judge(TransactionWire, knownToTransaction, input, door, nowMs, ({ amount, timestamp, ...rest }) => ({
    ...rest,
    amount_minor: amount,
    timestamp_ms: timestamp.ms,
  }));
}

type Fields = Record<string, z.ZodType>;

/** The fields that an object has, and those of each group in it; undefined for what is no object of known fields. */
type KnownFields = ReadonlyMap<string, KnownFields | undefined>;

function knownFieldsOf(schema: unknown): KnownFields | undefined {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  if (!(inner instanceof z.ZodObject)) return undefined;
  return new Map(Object.entries(inner.shape).map(([name, field]) => [name, knownFieldsOf(field)]));
}

const knownToApplication = knownFieldsOf(ApplicationWire);
const knownToTransaction = knownFieldsOf(TransactionWire);

function judge<Shape extends Fields, Value>(
  schema: z.ZodObject<Shape>,
  known: KnownFields | undefined,
  input: unknown,
  door: Door,
  nowMs: number,
  shape: (wire: z.output<z.ZodObject<Shape>> & { timestamp: SenderTime }) => Value,
): Parsed<Value> {
  if (!isObject(input)) {
    return {
      ok: false,
      failures: [
        { pointer: "", check: "invalid_record", detail: `The record is ${nameOf(input)}; send a JSON object.` },
      ],
    };
  }
  const record = withoutNullsInGroups(withoutNulls(input));
  const result = schema.safeParse(record);
  const unknownFields = unknownFieldsOf(record, known);
  const issues = result.success ? [] : result.error.issues;
  const failures = issues.slice(0, failuresMax).map((issue) => failureOf(issue, input));
  // Judged by itself, so that a time which is out of bounds is told together with the other fields' failures.
  const time = readTime(record.timestamp);
  const timeProblem = typeof time !== "string" && problemWithTime(time, nowMs, door === "http" ? "refuse" : "utc");
  if (timeProblem)
    failures.push({ pointer: "/timestamp", check: "invalid_timestamp", detail: `timestamp ${timeProblem}.` });
  if (door === "http") failures.push(...unknownFields.slice(0, failuresMax).map(unknownFieldFailure));
  if (failures.length > 0 || !result.success) return { ok: false, failures: failures.slice(0, failuresMax) };
  const value = shape(result.data as z.output<z.ZodObject<Shape>> & { timestamp: SenderTime });
  return { ok: true, value, forgiven: { unknownFields, naiveTimestamp: typeof time !== "string" && time.naive } };
}

/** It goes one level down (groups and flat maps) and no deeper, so a record of any depth costs no stack. */
function withoutNullsInGroups(record: Record<string, unknown>): Record<string, unknown> {
  const present = (value: unknown) => (isObject(value) ? withoutNulls(value) : value);
  const entries = Object.entries(record);
  if (entries.every(([, value]) => present(value) === value)) return record;
  return Object.fromEntries(entries.map(([name, value]) => [name, present(value)]));
}

function unknownFieldsOf(record: Record<string, unknown>, known: KnownFields | undefined, prefix = ""): string[] {
  // zod leaves a key named __proto__ out of a map without a word.
  if (!known) return Object.hasOwn(record, "__proto__") ? [`${prefix}/__proto__`] : [];
  return Object.entries(record).flatMap(([name, value]) => {
    if (!known.has(name)) return [`${prefix}/${escapeStep(name)}`];
    return isObject(value) ? unknownFieldsOf(value, known.get(name), `${prefix}/${name}`) : [];
  });
}

function unknownFieldFailure(pointer: string): Failure {
  return {
    pointer,
    check: "unknown_field",
    detail: `${pointer.slice(1)} is not a field of this contract; remove it or send it under attributes.`,
  };
}

/** The failure that a zod issue tells of. A key that a map does not allow is reported at that key. */
function failureOf(issue: z.core.$ZodIssue, input: Record<string, unknown>): Failure {
  const value = issue.path.reduce<unknown>(
    (at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
    input,
  );
  const check = checkOf(issue.path, value);
  const name = issue.path.map((step) => shownName(String(step))).join(".");
  const inner = issue.code === "invalid_key" ? issue.issues[0]?.message : undefined;
  const detail = check.startsWith("missing_")
    ? `${name} is missing; it is required.`
    : `${name} ${inner ?? issue.message}.`;
  return { pointer: `/${issue.path.map((step) => escapeStep(String(step))).join("/")}`, check, detail };
}

/** RFC 6901, section 3: `~` is written `~0` and `/` is written `~1`. A sender's own name is bounded by `shownName`. */
function escapeStep(step: string): string {
  return shownName(step).replaceAll("~", "~0").replaceAll("/", "~1");
}
