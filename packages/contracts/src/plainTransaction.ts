import { z } from "zod";
import { creditScoreMax, creditScoreMin, textLengthMax } from "./bounds.ts";
import { type Forgiven, forgaveNaiveTimestamp, forgaveNothing } from "./forgiven.ts";
import { identifierOf } from "./ids.ts";
import type { Door, Parsed } from "./judge.ts";
import { minorUnitsOf } from "./money.ts";
import { isObject } from "./objects.ts";
import { isText } from "./text.ts";
import { creditScoreOfText, flagOfText } from "./textValues.ts";
import { problemWithTime, readTime } from "./time.ts";
import {
  type CardType,
  cardTypes,
  type RiskLevel,
  riskLevels,
  type Transaction,
  transactionFields,
} from "./transaction.ts";

/**
 * Reads a transaction that fits in every field and has none that the contract does not know; undefined for any other,
 * which the schema then judges. For the same reason as `plainApplication`, and held together with the schema as it is.
 */
export function plainTransaction(
  record: unknown,
  door: Door,
  nowMs: number,
): Extract<Parsed<Transaction>, { ok: true }> | undefined {
  if (!isObject(record) || !hasKnownFieldsOnly(record)) return undefined;
  const { transaction_id, location, merchant, card_type, device_id } = record;
  if (typeof transaction_id !== "string" || !z.regexes.guid.test(transaction_id)) return undefined;
  if (!isText(location, textLengthMax.location) || !isText(merchant, textLengthMax.merchant)) return undefined;
  if (!isCardType(card_type) || !isText(device_id, textLengthMax.deviceId)) return undefined;
  const user_id = identifierOf(record.user_id);
  const amount_minor = minorUnitsOf(record.amount);
  const time = readTime(record.timestamp);
  const labels = readLabels(record, door);
  if (user_id === undefined || typeof amount_minor === "string" || amount_minor <= 0 || !labels) return undefined;
  if (typeof time === "string" || problemWithTime(time, nowMs, door === "http" ? "refuse" : "utc")) return undefined;
  const value: Transaction = {
    transaction_id: transaction_id.toLowerCase(),
    user_id,
    location,
    merchant,
    card_type,
    device_id,
    credit_score: labels.credit_score,
    amount_minor,
    timestamp_ms: time.ms,
  };
  if (labels.risk_level !== undefined) value.risk_level = labels.risk_level;
  if (labels.is_fraud !== undefined) value.is_fraud = labels.is_fraud;
  return { ok: true, value, forgiven: forgivenOf(time.naive, labels.textValues) };
}

const known: ReadonlySet<string> = new Set(Object.keys(transactionFields));

function hasKnownFieldsOnly(record: Record<string, unknown>): boolean {
  for (const name in record) if (!known.has(name) && record[name] !== null) return false;
  return true;
}

type Labels = Pick<Transaction, "credit_score" | "risk_level" | "is_fraud"> & { textValues: readonly string[] };

/** The fields that a topic's record may have as texts; undefined where one does not fit. */
function readLabels(record: Record<string, unknown>, door: Door): Labels | undefined {
  const isTopic = door === "topic";
  const scoreRead = isTopic ? creditScoreOfText(record.credit_score) : undefined;
  const flagRead = isTopic ? flagOfText(record.is_fraud) : undefined;
  const credit_score = scoreRead ?? record.credit_score;
  const risk_level = presentValue(record.risk_level, isTopic);
  const is_fraud = flagRead ?? presentValue(record.is_fraud, isTopic);
  if (!isCreditScore(credit_score)) return undefined;
  if (risk_level !== undefined && !isRiskLevel(risk_level)) return undefined;
  if (is_fraud !== undefined && typeof is_fraud !== "boolean") return undefined;
  const textValues: string[] = [];
  if (scoreRead !== undefined) textValues.push("credit_score");
  if (flagRead !== undefined) textValues.push("is_fraud");
  return { credit_score, risk_level, is_fraud, textValues };
}

/** The value of an optional field; `null` means absent, and on a topic an empty text does. */
function presentValue(value: unknown, isTopic: boolean): unknown {
  return value === null || (isTopic && value === "") ? undefined : value;
}

function forgivenOf(naiveTimestamp: boolean, textValues: readonly string[]): Forgiven {
  if (textValues.length > 0) return { unknownFields: [], naiveTimestamp, textValues };
  return naiveTimestamp ? forgaveNaiveTimestamp : forgaveNothing;
}

function isCreditScore(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= creditScoreMin && (value as number) <= creditScoreMax;
}

function isCardType(value: unknown): value is CardType {
  return (cardTypes as readonly unknown[]).includes(value);
}

function isRiskLevel(value: unknown): value is RiskLevel {
  return (riskLevels as readonly unknown[]).includes(value);
}
