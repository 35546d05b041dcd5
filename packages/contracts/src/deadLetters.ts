import { z } from "zod";
import { checkTypes, type Failure } from "./checks.ts";
import { isUnstorable } from "./text.ts";

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
  /** `true` where the bad record's bytes do not fit into a letter: key and value are empty, `failed_records` has them. */
  bytesOmitted: "bytes-omitted",
  /** ISO 8601, the broker's time for a scorer's letter. */
  firstFailedAt: "first-failed-at",
} as const;

export type DeadLetterStage = "ingest" | "scorer";

const known = new Set(checkTypes);
const storable = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax)
    .refine((value) => !isUnstorable(value));
// Anyone with access to the topic can write this header, and a check becomes a metric's label.
const check = z.string().transform((name) => (known.has(name) ? name : "unclassified"));

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
