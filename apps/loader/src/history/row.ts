import { type Application, formatMinorUnits, parseApplication } from "@scoreline/contracts";
import type { Refused } from "../files/refused.ts";

/** A past application by the columns of `raw.historical_applications`, with the line it stands on. */
export type HistoricalRow = { line: number; application_id: string } & Record<string, unknown>;

/** Reads one line of NDJSON by the contract of HTTP. `nowMs` bounds the future. */
export function readHistoricalRow(
  text: string,
  line: number,
  nowMs: number,
): { ok: true; row: HistoricalRow } | { ok: false; refused: Refused } {
  const json = parseJson(text);
  if (json === undefined) {
    const detail = "The line is not JSON; send one application a line.";
    return { ok: false, refused: { line, failures: [{ pointer: "", check: "invalid_json", detail }] } };
  }
  const parsed = parseApplication(json, "http", nowMs);
  return parsed.ok
    ? { ok: true, row: rowOf(line, parsed.value) }
    : { ok: false, refused: { line, failures: parsed.failures } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function rowOf(line: number, application: Application): HistoricalRow {
  const { applicant, score, consent } = application;
  return {
    line,
    application_id: application.application_id,
    user_id: application.user_id,
    credit_score: application.credit_score,
    loan_amount: formatMinorUnits(application.loan_amount_minor),
    submitted_at: new Date(application.timestamp_ms).toISOString(),
    applicant_name: applicant?.name,
    applicant_age: applicant?.age,
    applicant_gender: applicant?.gender,
    applicant_region: applicant?.region,
    device_id: application.device_id,
    score_model: score?.model,
    score_date: score?.date,
    score_key_factors: score?.key_factors,
    attributes: application.attributes,
    consent_automated_decision: consent?.automated_decision,
    consent_analytics: consent?.analytics,
    t_ms: application.timestamp_ms,
  };
}
