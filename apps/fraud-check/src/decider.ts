import type { ApiErrorCode, Application, Failure } from "@scoreline/contracts";
import { applicationContract, type Problem, problem, recordOf, within } from "@scoreline/http";
import { DeliveryFailed, type Producer, ProducerBusy } from "@scoreline/kafka";
import type { RecordedDecision } from "@scoreline/stores/decisions";
import { type Logger, type Metrics, noTracing, type Tracing, wordsOf } from "@scoreline/telemetry";
import { Appended } from "./appended.ts";
import type { CommitWatch, Place } from "./commitWatch.ts";
import { sameContent } from "./sameContent.ts";
import { type Decisions, StoreUnavailable } from "./store.ts";

/** What became of one application. `repeated`: the decision was made on an earlier sending of it. */
export type Outcome = { ok: true; decision: RecordedDecision; repeated: boolean } | { ok: false; problem: Problem };

export interface DeciderDeps {
  producer: Producer;
  decisions: Decisions;
  commits: CommitWatch;
  metrics: Metrics;
  log: Logger;
  tracing?: Tracing;
  /** How long an application's decision is waited for, from beginning to end. */
  decisionWaitMsMax: number;
  /** Applications on their way at once; the next one is turned away. */
  inFlightMax: number;
}

/** Applications known to lie on the topic undecided. */
const appendedMax = 5_000;

/** Gives the decision of record on an application: the recorded one, or the one that the scorer makes of it now. */
export type Decider = (application: Application) => Promise<Outcome>;

export function createDecider(deps: DeciderDeps): Decider {
  const { producer, decisions, commits, log, tracing = noTracing, decisionWaitMsMax } = deps;
  const waits = deps.metrics.histogram("fraudCheckWait");
  const inFlight = deps.metrics.gauge("fraudCheckInFlight");
  const appended = new Appended(appendedMax);
  let open = 0;

  async function append(application: Application): Promise<Place> {
    const place = await producer.send(recordOf(applicationContract, application));
    appended.add(application, place);
    return place;
  }

  function committed(place: Place, msMax: number): Promise<boolean> {
    return tracing.within("await decision", {}, async (span) => {
      const passed = await commits.until(place, msMax);
      span?.setAttribute("scoreline.decided", passed);
      return passed;
    });
  }

  async function decide(application: Application, untilMs: number): Promise<Outcome> {
    const { application_id } = application;
    const earlier = await decisions.read(application_id);
    if (earlier) {
      appended.forget(application_id);
      return repeatOf(earlier, application);
    }
    const place = appended.placeOf(application) ?? (await append(application));
    const waitingMs = performance.now();
    if (!(await committed(place, untilMs - waitingMs))) return pending();
    waits.observe({}, (performance.now() - waitingMs) / 1_000);
    const recorded = await decisions.read(application_id);
    appended.forget(application_id);
    if (!recorded) return notRecorded(await decisions.failures(place));
    if (isAt(recorded, place)) return { ok: true, decision: recorded, repeated: false };
    return repeatOf(recorded, application);
  }

  return async (application) => {
    if (open >= deps.inFlightMax) {
      return refusal("stream_unavailable", "Too many applications are on their way; send this one again.");
    }
    inFlight.set(++open);
    try {
      const untilMs = performance.now() + decisionWaitMsMax;
      return (await within(decide(application, untilMs), decisionWaitMsMax)) ?? pending();
    } catch (error) {
      return unavailable(error, log);
    } finally {
      inFlight.set(--open);
    }
  };
}

function repeatOf(recorded: RecordedDecision, application: Application): Outcome {
  if (sameContent(recorded.application, application)) return { ok: true, decision: recorded, repeated: true };
  const detail = `The decision on ${application.application_id} was made on other content; send a new application_id.`;
  return refusal("application_id_reused", detail);
}

/** Passed by a commit, and no decision: the scorer's clock is the broker's, so a time that was just right may be ahead there. */
function notRecorded(failures: Failure[]): Outcome {
  if (failures.length === 0) return pending();
  const detail = "The application breaks its contract by the broker's clock.";
  return { ok: false, problem: problem("validation_failed", detail, failures) };
}

function isAt({ topic, partition, offset }: RecordedDecision, place: Place): boolean {
  return topic === place.topic && partition === place.partition && offset === place.offset;
}

function pending(): Outcome {
  return refusal("decision_pending", "Send the same application again: its decision is given once it is recorded.");
}

function unavailable(error: unknown, log: Logger): Outcome {
  if (error instanceof StoreUnavailable) {
    log.warn({ error: wordsOf(error.cause) }, "decisions cannot be read");
    return refusal("store_unavailable", "Send the same application again.");
  }
  if (error instanceof ProducerBusy) {
    return refusal("stream_unavailable", "Too many applications are on their way; send this one again.");
  }
  if (!(error instanceof DeliveryFailed)) throw error;
  if (!error.retryable) log.error({ error: wordsOf(error) }, "the topic refuses records; see its settings");
  return refusal("stream_unavailable", "The application was not acknowledged; send it again with the same id.");
}

function refusal(code: ApiErrorCode, detail: string): Outcome {
  return { ok: false, problem: problem(code, detail) };
}
