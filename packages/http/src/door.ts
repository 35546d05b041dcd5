import { checkTypes, type Failure, Identifier, topics, writeDeadLetter } from "@scoreline/contracts";
import { type Logger, type Metrics, wordsOf } from "@scoreline/telemetry";
import { type Problem, problem } from "./problems.ts";
import type { OutgoingRecord, RecordContract } from "./recordContract.ts";
import { within } from "./within.ts";

export interface DoorDeps {
  /** Appends a record; rejects when it was not acknowledged. */
  send: (record: OutgoingRecord) => Promise<unknown>;
  metrics: Metrics;
  log: Logger;
  nowMs: () => number;
  newId: () => string;
  /** How long the answer to a refused record waits for its dead letter. */
  deadLetterWaitMsMax: number;
}

/** Reads records by their contract. What it refuses becomes a dead letter, so that data quality sees it. */
export interface Door<Value> {
  /** `input` is what `source`, the text that came, says in JSON. */
  read(input: unknown, source: string): Promise<{ ok: true; value: Value } | { ok: false; problem: Problem }>;
}

/** Failures that a dead letter's header holds; the answer holds all of them. */
const headerFailuresMax = 128;
/** Where the records of a door's dead letters were refused. */
const stage = "ingest";
const encoder = new TextEncoder();

/** The door to one topic. */
export function createDoor<Value>(contract: RecordContract<Value>, deps: DoorDeps): Door<Value> {
  const failedChecks = deps.metrics.counter("ingestFailures");
  deps.metrics.zero("ingestFailures", ...checkTypes.map((check) => ({ check })));
  deps.metrics.zero("deadLetters", { stage });
  return {
    async read(input, source) {
      const parsed = contract.parse(input, "http", deps.nowMs());
      if (parsed.ok) return parsed;
      for (const { check } of parsed.failures) failedChecks.inc({ check });
      await keepRefused(contract, deps, input, source, parsed.failures);
      const rules = parsed.failures.length === 1 ? "1 rule" : `${parsed.failures.length} rules`;
      const detail = `The ${contract.noun} breaks ${rules} of its contract.`;
      return { ok: false, problem: problem("validation_failed", detail, parsed.failures) };
    },
  };
}

/** Puts a refused object among the dead letters. Best effort: the answer goes out anyway. */
async function keepRefused(
  { noun, topic }: Pick<RecordContract<never>, "noun" | "topic">,
  deps: DoorDeps,
  input: unknown,
  source: string,
  failures: Failure[],
): Promise<void> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return;
  const userId = Identifier.safeParse((input as { user_id?: unknown }).user_id);
  const letter = deps.send({
    topic: topics.deadLetters.name,
    key: userId.success ? userId.data : null,
    value: encoder.encode(source),
    headers: {
      "content-type": "application/json",
      ...writeDeadLetter({
        id: deps.newId(),
        stage,
        failures: failures.slice(0, headerFailuresMax).map(bounded),
        sourceTopic: topic,
        source: undefined,
        attempt: 1,
        firstFailedAtMs: deps.nowMs(),
        scorerVersion: undefined,
        bytesOmitted: false,
      }),
    },
  });
  const kept = letter.then(
    () => deps.metrics.counter("deadLetters").inc({ stage }),
    (error: unknown) => {
      deps.log.warn({ error: wordsOf(error) }, `a refused ${noun} could not be put among the dead letters`);
    },
  );
  await within(kept, deps.deadLetterWaitMsMax);
}

/** Within the lengths that a reader of dead letters takes. */
function bounded({ pointer, check, detail }: Failure): Failure {
  return { pointer: pointer.slice(0, 512), check: check.slice(0, 128), detail: detail.slice(0, 2048) };
}
