import { z } from "zod";
import type { Application } from "./application.ts";
import {
  ageYearsMax,
  attributeName,
  attributesMax,
  creditScoreMax,
  creditScoreMin,
  keyFactorsMax,
  textLengthMax,
} from "./bounds.ts";
import { forgaveNaiveTimestamp, forgaveNothing } from "./forgiven.ts";
import { identifierOf } from "./ids.ts";
import type { Door, Parsed } from "./judge.ts";
import { minorUnitsOf } from "./money.ts";
import { isObject, withoutNulls } from "./objects.ts";
import { isText } from "./text.ts";
import { problemWithTime, readTime } from "./time.ts";

/**
 * Reads an application that fits in every field and has none that the contract does not know; undefined for any other,
 * which the schema then judges. The stream is as fast as its records are read, and this takes a fraction of the schema's
 * time. What it reads, the schema reads the same: a test holds them together.
 */
export function plainApplication(
  record: unknown,
  door: Door,
  nowMs: number,
): Extract<Parsed<Application>, { ok: true }> | undefined {
  if (!isRecord(record)) return undefined;
  const application_id = identifierOf(record.application_id);
  const user_id = identifierOf(record.user_id);
  const loan_amount_minor = minorUnitsOf(record.loan_amount);
  const time = readTime(record.timestamp);
  if (application_id === undefined || user_id === undefined) return undefined;
  if (typeof loan_amount_minor === "string" || loan_amount_minor <= 0) return undefined;
  if (typeof time === "string" || problemWithTime(time, nowMs, door === "http" ? "refuse" : "utc")) return undefined;
  const { credit_score, device_id } = record;
  const value: Application = { application_id, user_id, credit_score, loan_amount_minor, timestamp_ms: time.ms };
  if (device_id) value.device_id = device_id;
  if (record.applicant) value.applicant = withoutNulls(record.applicant);
  if (record.score) value.score = withoutNulls(record.score);
  if (record.attributes) value.attributes = withoutNulls(record.attributes) as NonNullable<Application["attributes"]>;
  if (record.consent) value.consent = withoutNulls(record.consent);
  return { ok: true, value, forgiven: time.naive ? forgaveNaiveTimestamp : forgaveNothing };
}

type Check = (value: unknown) => boolean;

type Group = Record<string, unknown>;

/** What is checked by its type and bounds alone; what is read into another form is checked by its reader. */
type CheckedRecord = {
  application_id?: unknown;
  user_id?: unknown;
  loan_amount?: unknown;
  timestamp?: unknown;
  credit_score: number;
  device_id?: string | null;
  applicant?: Group | null;
  score?: Group | null;
  attributes?: Group | null;
  consent?: Group | null;
};

const isCreditScore = integerWithin(creditScoreMin, creditScoreMax);
const isChecked = group({
  application_id: () => true,
  user_id: () => true,
  credit_score: isCreditScore,
  loan_amount: () => true,
  timestamp: () => true,
  applicant: group({
    name: text(textLengthMax.name),
    age: integerWithin(0, ageYearsMax),
    gender: text(textLengthMax.gender),
    region: text(textLengthMax.region),
  }),
  device_id: text(textLengthMax.deviceId),
  score: group({ model: text(textLengthMax.model), date: isCalendarDay, key_factors: isKeyFactors }),
  attributes: isAttributes,
  consent: group({ automated_decision: isBoolean, analytics: isBoolean }),
});

function isRecord(value: unknown): value is CheckedRecord {
  return isChecked(value) && isCreditScore((value as CheckedRecord).credit_score);
}

/** Every field is a known one and fits; `null` means absent. */
function group(fields: Record<string, Check>): Check {
  const checks = new Map(Object.entries(fields));
  return (value) => {
    if (!isObject(value)) return false;
    for (const name in value) {
      const field = value[name];
      if (field !== null && !checks.get(name)?.(field)) return false;
    }
    return true;
  };
}

function text(lengthMax: number): Check {
  return (value) => isText(value, lengthMax);
}

function integerWithin(min: number, max: number): Check {
  return (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isCalendarDay(value: unknown): boolean {
  return typeof value === "string" && z.regexes.date.test(value) && !value.startsWith("0000");
}

function isKeyFactors(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > keyFactorsMax) return false;
  return value.every((factor) => isText(factor, textLengthMax.keyFactor));
}

function isAttributes(value: unknown): boolean {
  if (!isObject(value)) return false;
  let count = 0;
  for (const name in value) {
    const attribute = value[name];
    if (attribute === null) continue;
    count += 1;
    if (count > attributesMax || !attributeName.test(name) || !isAttribute(attribute)) return false;
  }
  return true;
}

function isAttribute(value: unknown): boolean {
  return typeof value === "string"
    ? isText(value, textLengthMax.attribute)
    : Number.isFinite(value) || isBoolean(value);
}
