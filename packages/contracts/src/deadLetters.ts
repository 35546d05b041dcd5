import { z } from "zod";
import type { Failure } from "./checks.ts";

/** Headers of a dead letter. Its value and key are the bad record's raw bytes; Kafka headers hold the rest. */
export const deadLetterHeaders = {
  /** Deterministic for a scorer's letter (`topic/partition/offset`), so that a repeat is known as one; a UUID for ingest's. */
  id: "dead-letter-id",
  /** `ingest` (refused over HTTP) or `scorer` (a bad record on a topic). */
  stage: "error-stage",
  /** JSON array of `{pointer, check, detail}`: every rule the record breaks. */
  failures: "error-failures",
  sourceTopic: "source-topic",
  sourcePartition: "source-partition",
  sourceOffset: "source-offset",
  /** ISO 8601, the broker's time for a scorer's letter. */
  firstFailedAt: "first-failed-at",
} as const;

export type DeadLetterStage = "ingest" | "scorer";

const Failures = z
  .array(z.object({ pointer: z.string().max(512), check: z.string().max(128), detail: z.string().max(2048) }))
  .min(1)
  .max(128);

/** The failures in a dead letter's header, or undefined when the header is not what we write. */
export function readFailures(header: string | undefined): Failure[] | undefined {
  if (header === undefined) return undefined;
  try {
    return Failures.parse(JSON.parse(header));
  } catch {
    return undefined;
  }
}
