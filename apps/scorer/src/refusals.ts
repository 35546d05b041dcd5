import { deadLetterHeaders, readFailures, topics } from "@scoreline/contracts";
import { applicationIdIn, coordinatesOf, type Draft, type Reader, readJson, transactionIdIn } from "./read.ts";

/**
 * Reads the dead letters for what ingest refused over HTTP, so that it counts in data quality too. The scorer's own
 * letters are skipped: their issues were committed before the letter was written. No dead letter is dead-lettered again.
 */
export const readRefusal: Reader<never> = (raw, tMs): Draft<never> => {
  const { offset } = raw;
  const header = (name: string) => raw.headers.find(([key]) => key === name)?.[1].toString("utf8");
  if (header(deadLetterHeaders.stage) !== "ingest") return { kind: "skipped", offset, tMs };
  const failures = readFailures(header(deadLetterHeaders.failures)) ?? [
    { pointer: "", check: "unclassified", detail: "The dead letter's failures header cannot be read." },
  ];
  const body = readJson(raw.value);
  const idIn = header(deadLetterHeaders.sourceTopic) === topics.transactions.name ? transactionIdIn : applicationIdIn;
  const recordId = (body.ok ? idIn(body.value) : undefined) ?? coordinatesOf(raw);
  return { kind: "faulty", offset, tMs, record: { offset, tMs, recordId, stage: "ingest", failures, kept: undefined } };
};
