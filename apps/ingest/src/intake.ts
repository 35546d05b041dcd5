import {
  type ApiErrorCode,
  type Application,
  deadLetterHeaders,
  type Failure,
  Identifier,
  parseApplication,
  topics,
  toWire,
} from "@scoreline/contracts";
import { DeliveryFailed, type Producer, ProducerBusy } from "@scoreline/kafka";
import type { Logger, Metrics } from "@scoreline/telemetry";
import { locateJsonError } from "./jsonError.ts";
import { type Problem, problem } from "./problems.ts";

/** What became of one application: appended, or refused with its problem. */
export type Outcome = { ok: true; accepted: Accepted } | { ok: false; problem: Problem };

/** The receipt of an application that all in-sync replicas hold. */
export interface Accepted {
  application_id: string;
  topic: string;
  partition: number;
  offset: number;
}

export interface IntakeDeps {
  producer: Producer;
  metrics: Metrics;
  log: Logger;
  nowMs: () => number;
  newId: () => string;
  /** How long the answer to a refused application waits for its dead letter. */
  deadLetterWaitMsMax: number;
}

/** Takes applications one by one: reads, appends, and answers with a receipt or with every rule it breaks. */
export interface Intake {
  take(input: unknown, source: string): Promise<Outcome>;
  /** As `take`, for a text that may not be JSON. */
  takeText(source: string): Promise<Outcome>;
  /** Counts and gives a refusal that never became a record. */
  refuse(code: ApiErrorCode, detail: string): Outcome & { ok: false };
}

/** Failures that a dead letter's header holds; the answer holds all of them. */
const headerFailuresMax = 128;
const encoder = new TextEncoder();

/** `schema` is the `$id` of the JSON Schema that packages/contracts generates for the topic's records. */
const recordHeaders = { "content-type": "application/json", schema: "urn:scoreline:application" };

/** The result of `JSON.parse`, or where the text stops being JSON. */
export function parseJson(source: string): { ok: true; value: unknown } | { ok: false; detail: string } {
  try {
    return { ok: true, value: JSON.parse(source) };
  } catch {
    const { line, column } = locateJsonError(source);
    return { ok: false, detail: `The text stops being JSON at line ${line}, column ${column}.` };
  }
}

export function createIntake(deps: IntakeDeps): Intake {
  const outcomes = deps.metrics.counter("applicationsReceived");
  const failedChecks = deps.metrics.counter("ingestFailures");

  function refuse(code: ApiErrorCode, detail: string, errors?: Failure[]): Outcome & { ok: false } {
    outcomes.inc({ outcome: code });
    return { ok: false, problem: problem(code, detail, errors) };
  }

  async function take(input: unknown, source: string): Promise<Outcome> {
    const parsed = parseApplication(input, "http", deps.nowMs());
    if (parsed.ok) return append(parsed.value);
    for (const { check } of parsed.failures) failedChecks.inc({ check });
    await keepRefused(deps, input, source, parsed.failures);
    const rules = parsed.failures.length === 1 ? "1 rule" : `${parsed.failures.length} rules`;
    return refuse("validation_failed", `The application breaks ${rules} of its contract.`, parsed.failures);
  }

  async function append(application: Application): Promise<Outcome> {
    try {
      const { topic, partition, offset } = await deps.producer.send({
        topic: topics.creditApplications.name,
        key: application.user_id,
        value: encoder.encode(JSON.stringify(toWire(application))),
        headers: recordHeaders,
      });
      outcomes.inc({ outcome: "accepted" });
      const { application_id } = application;
      return { ok: true, accepted: { application_id, topic, partition, offset: Number(offset) } };
    } catch (error) {
      if (error instanceof ProducerBusy) {
        return refuse("stream_unavailable", "Too many applications are on their way; send this one again.");
      }
      if (!(error instanceof DeliveryFailed)) throw error;
      if (!error.retryable) deps.log.error({ error: error.message }, "the topic refuses records; see its settings");
      return refuse("stream_unavailable", "The application was not acknowledged; send it again with the same id.");
    }
  }

  return {
    take,
    takeText: async (source) => {
      const parsed = parseJson(source);
      return parsed.ok ? take(parsed.value, source) : refuse("invalid_json", parsed.detail);
    },
    refuse,
  };
}

/** Puts a refused object among the dead letters, so that data quality sees it. Best effort: the answer goes out anyway. */
async function keepRefused(deps: IntakeDeps, input: unknown, source: string, failures: Failure[]): Promise<void> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return;
  const userId = Identifier.safeParse((input as { user_id?: unknown }).user_id);
  const letter = deps.producer.send({
    topic: topics.deadLetters.name,
    key: userId.success ? userId.data : null,
    value: encoder.encode(source),
    headers: {
      "content-type": "application/json",
      [deadLetterHeaders.id]: deps.newId(),
      [deadLetterHeaders.stage]: "ingest",
      [deadLetterHeaders.failures]: JSON.stringify(failures.slice(0, headerFailuresMax).map(bounded)),
      [deadLetterHeaders.sourceTopic]: topics.creditApplications.name,
      [deadLetterHeaders.firstFailedAt]: new Date(deps.nowMs()).toISOString(),
    },
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deps.deadLetterWaitMsMax);
  });
  const kept = letter.catch((error: unknown) => {
    deps.log.warn({ error: String(error) }, "a refused application could not be put among the dead letters");
  });
  await Promise.race([kept, enough]);
  clearTimeout(timer);
}

/** Within the lengths that a reader of dead letters takes. */
function bounded({ pointer, check, detail }: Failure): Failure {
  return { pointer: pointer.slice(0, 512), check: check.slice(0, 128), detail: detail.slice(0, 2048) };
}
