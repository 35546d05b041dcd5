import type { ApiErrorCode } from "@scoreline/contracts";
import { type Door, type Problem, parseJson, problem, type RecordContract, recordOf } from "@scoreline/http";
import { DeliveryFailed, type Producer, ProducerBusy } from "@scoreline/kafka";
import { type Logger, wordsOf } from "@scoreline/telemetry";

/** What became of one record: appended, or refused with its problem. */
export type Outcome = { ok: true; accepted: Accepted } | { ok: false; problem: Problem };

/** The receipt of a record that all in-sync replicas hold: its own identifier, and its place on the topic. */
export type Accepted = Record<string, string | number> & { topic: string; partition: number; offset: number };

/** All that can become of a record or a request: `accepted`, or the code of its problem. */
export const outcomes = [
  "accepted",
  "unauthorized",
  "unsupported_media_type",
  "body_too_large",
  "invalid_json",
  "too_many_items",
  "validation_failed",
  "stream_unavailable",
] as const satisfies readonly ("accepted" | ApiErrorCode)[];

export interface IntakeDeps<Value> {
  contract: RecordContract<Value>;
  producer: Producer;
  door: Door<Value>;
  /** Counts what became of each record or request: `accepted`, or the code of its problem. */
  outcomes: { inc(labels: { outcome: string }): void };
  log: Logger;
}

/** Takes records of one contract one by one: reads, appends, and answers with a receipt or with every rule it breaks. */
export interface Intake {
  /** What one of its records is called. */
  noun: string;
  take(input: unknown, source: string): Promise<Outcome>;
  /** As `take`, for a text that may not be JSON. */
  takeText(source: string): Promise<Outcome>;
  /** Counts and gives a refusal that never became a record. */
  refuse(code: ApiErrorCode, detail: string): Outcome & { ok: false };
  /** Counts a refusal that was made elsewhere. */
  count(refused: Problem): void;
}

export function createIntake<Value extends { user_id: string }>(deps: IntakeDeps<Value>): Intake {
  const { contract, producer, door, outcomes, log } = deps;
  const { noun } = contract;

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

  async function append(value: Value): Promise<Outcome> {
    try {
      const { topic, partition, offset } = await producer.send(recordOf(contract, value));
      outcomes.inc({ outcome: "accepted" });
      return { ok: true, accepted: { ...contract.identify(value), topic, partition, offset: Number(offset) } };
    } catch (error) {
      if (error instanceof ProducerBusy) {
        return refuse("stream_unavailable", `Too many ${noun}s are on their way; send this one again.`);
      }
      if (!(error instanceof DeliveryFailed)) throw error;
      if (!error.retryable) log.error({ error: wordsOf(error) }, "the topic refuses records; see its settings");
      return refuse("stream_unavailable", `The ${noun} was not acknowledged; send it again with the same id.`);
    }
  }

  return {
    noun,
    take,
    takeText: async (source) => {
      const parsed = parseJson(source);
      return parsed.ok ? take(parsed.value, source) : refuse("invalid_json", parsed.detail);
    },
    refuse,
    count,
  };
}
