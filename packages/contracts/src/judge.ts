import { z } from "zod";
import { type Application, ApplicationWire } from "./application.ts";
import { checkOf, type Failure } from "./checks.ts";
import type { Forgiven } from "./forgiven.ts";
import { isObject, withoutNulls } from "./objects.ts";
import { nameOf, shownName } from "./text.ts";
import { readTextValues } from "./textValues.ts";
import { problemWithTime, readTime, type SenderTime } from "./time.ts";
import { type Transaction, TransactionWire } from "./transaction.ts";

/**
 * Where a record came in. Over `http` unknown fields, times without an offset and texts for numbers are refused; on a
 * `topic` (and in files) unknown fields are kept out of the tables, such times are read as UTC, a transaction's texts as
 * what they stand for, and all of these are counted.
 */
export type Door = "http" | "topic";

/** A record's failures are told up to this many; the first ones are kept. */
export const failuresMax = 100;

export type Parsed<T> = { ok: true; value: T; forgiven: Forgiven } | { ok: false; failures: Failure[] };

/** Reads a loan application by its schema, which alone says what is wrong with one. Arguments as for `parseApplication`. */
export function judgeApplication(input: unknown, door: Door, nowMs: number): Parsed<Application> {
  return judge(applicationRules, input, door, nowMs, ({ loan_amount, timestamp, ...rest }) => ({
    ...rest,
    loan_amount_minor: loan_amount,
    timestamp_ms: timestamp.ms,
  }));
}

/** Reads a card transaction by its schema; arguments as for `parseTransaction`. */
export function judgeTransaction(input: unknown, door: Door, nowMs: number): Parsed<Transaction> {
  return judge(transactionRules, input, door, nowMs, ({ amount, timestamp, ...rest }) => ({
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

type Rules<Shape extends Fields> = {
  schema: z.ZodObject<Shape>;
  known: KnownFields | undefined;
  /** Reads the texts of a topic's record as what they stand for, and names them. */
  readTexts: typeof readTextValues;
};

const applicationRules: Rules<typeof ApplicationWire.shape> = {
  schema: ApplicationWire,
  known: knownFieldsOf(ApplicationWire),
  readTexts: asItCame,
};
const transactionRules: Rules<typeof TransactionWire.shape> = {
  schema: TransactionWire,
  known: knownFieldsOf(TransactionWire),
  readTexts: readTextValues,
};

const none: readonly string[] = [];

function asItCame(record: Record<string, unknown>) {
  return { record, textValues: none };
}

function judge<Shape extends Fields, Value>(
  { schema, known, readTexts }: Rules<Shape>,
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
  const { record: meant, textValues } = (door === "topic" ? readTexts : asItCame)(input);
  const record = withoutNullsInGroups(withoutNulls(meant));
  const result = schema.safeParse(record);
  const unknownFields = unknownFieldsOf(record, known);
  const issues = result.success ? [] : result.error.issues;
  const failures = issues.slice(0, failuresMax).map((issue) => failureOf(issue, input));
  // Judged by itself, so that a time which is out of bounds is told together with the other fields' failures.
  const time = readTime(record.timestamp);
  const timeProblem = typeof time !== "string" && problemWithTime(time, nowMs, door === "http" ? "refuse" : "utc");
  if (timeProblem)
    failures.push({ pointer: "/timestamp", check: "invalid_timestamp", detail: `timestamp ${timeProblem}.` });
  if (door === "http") {
    const remedy = known?.has("attributes") ? "remove it or send it under attributes" : "remove it";
    failures.push(...unknownFields.slice(0, failuresMax).map((pointer) => unknownFieldFailure(pointer, remedy)));
  }
  if (failures.length > 0 || !result.success) return { ok: false, failures: failures.slice(0, failuresMax) };
  const value = shape(result.data as z.output<z.ZodObject<Shape>> & { timestamp: SenderTime });
  const naiveTimestamp = typeof time !== "string" && time.naive;
  return { ok: true, value, forgiven: { unknownFields, naiveTimestamp, textValues } };
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

function unknownFieldFailure(pointer: string, remedy: string): Failure {
  const detail = `${pointer.slice(1)} is not a field of this contract; ${remedy}.`;
  return { pointer, check: "unknown_field", detail };
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
