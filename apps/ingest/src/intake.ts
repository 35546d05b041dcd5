import type { ApiErrorCode, Application } from "@scoreline/contracts";
import { applicationRecord, type Door, type Problem, parseJson, problem } from "@scoreline/http";
import { DeliveryFailed, type Producer, ProducerBusy } from "@scoreline/kafka";
import type { Logger, Metrics } from "@scoreline/telemetry";

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
  door: Door;
  metrics: Metrics;
  log: Logger;
}

/** Takes applications one by one: reads, appends, and answers with a receipt or with every rule it breaks. */
export interface Intake {
  take(input: unknown, source: string): Promise<Outcome>;
  /** As `take`, for a text that may not be JSON. */
  takeText(source: string): Promise<Outcome>;
  /** Counts and gives a refusal that never became a record. */
  refuse(code: ApiErrorCode, detail: string): Outcome & { ok: false };
  /** Counts a refusal that was made elsewhere. */
  count(refused: Problem): void;
}

export function createIntake({ producer, door, metrics, log }: IntakeDeps): Intake {
  const outcomes = metrics.counter("applicationsReceived");

  function count({ code }: Problem): void {
    outcomes.inc({ outcome: code });
  }

  function refuse(code: ApiErrorCode, detail: string): Outcome & { ok: false } {
    const refused = problem(code, detail);
    count(refused);
    return { ok: false, problem: refused };
  }

  async function take(input: unknown, source: string): Promise<Outcome> {
    const read = await door.read(input, source);
    if (read.ok) return append(read.value);
    count(read.problem);
    return read;
  }

  async function append(application: Application): Promise<Outcome> {
    try {
      const { topic, partition, offset } = await producer.send(applicationRecord(application));
      outcomes.inc({ outcome: "accepted" });
      const { application_id } = application;
      return { ok: true, accepted: { application_id, topic, partition, offset: Number(offset) } };
    } catch (error) {
      if (error instanceof ProducerBusy) {
        return refuse("stream_unavailable", "Too many applications are on their way; send this one again.");
      }
      if (!(error instanceof DeliveryFailed)) throw error;
      if (!error.retryable) log.error({ error: error.message }, "the topic refuses records; see its settings");
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
    count,
  };
}
