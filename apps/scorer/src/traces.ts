import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import type { Settlement } from "@scoreline/stores/postgres";
import {
  failed,
  noTracing,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanStart,
  sampledIn,
  type Tracing,
} from "@scoreline/telemetry";
import { isRepeat } from "./read.ts";
import type { Kind, Subject } from "./subject.ts";

/** Records of one batch that are traced, so that a producer that traces all it sends does not slow the stream down. */
const tracedMax = 64;

/** The traces of records, by offset, to go on with what follows their commit. */
export type Traced = ReadonlyMap<bigint, SpanContext>;

/**
 * The spans of one partition's records, for those that came with a sampled trace: from when their batch was taken to its
 * durable commit, each in its sender's trace, and the commit within it. A record has a span of its own, so the sender's is its
 * parent, as OpenTelemetry's messaging conventions allow for a message that is processed by itself.
 */
export class RecordTraces<K extends Kind> {
  readonly #tracing: Tracing;
  readonly #place: { topic: string; partition: number };
  readonly #subject: Subject<K>;
  readonly #open = new Map<bigint, Span>();
  /** Of these, those whose outcome is told. */
  readonly #told = new Set<bigint>();
  #commitMs = 0;

  constructor(place: { topic: string; partition: number }, subject: Subject<K>, tracing = noTracing) {
    this.#place = place;
    this.#subject = subject;
    this.#tracing = tracing;
  }

  /** A batch is taken. */
  taken(batch: readonly ConsumedRecord[]): void {
    if (!this.#tracing.isOn) return;
    let left = tracedMax;
    for (const { headers, offset } of batch) {
      const parent = headers.length === 0 ? undefined : sampledIn(headers);
      const span = parent && this.#tracing.start(`${this.#place.topic} process`, this.#processing(parent, offset));
      if (!span) continue;
      this.#open.set(offset, span);
      left -= 1;
      if (left === 0) return;
    }
  }

  /** A commit begins. */
  committing(): void {
    if (this.#open.size > 0) this.#commitMs = Date.now();
  }

  /** A batch is committed; gives the traces of its records, if it has any. */
  settled({ next, scored, faulty }: Settlement<K["scored"]>): Traced | undefined {
    if (this.#open.size === 0) return undefined;
    for (const record of scored) this.#tell(record.offset, () => outcomeOf(this.#subject, record));
    for (const record of faulty) {
      this.#tell(record.offset, () => ({ "scoreline.outcome": isRepeat(record) ? "duplicate" : "failed" }));
    }
    const traced = new Map<bigint, SpanContext>();
    for (const [offset, span] of this.#open) {
      if (offset >= next) continue;
      this.#open.delete(offset);
      // A dead letter of the scorer's own is passed over: its span is never sent.
      if (this.#told.delete(offset)) traced.set(offset, this.#end(span));
    }
    return traced;
  }

  /** The partition is given up: what is not committed is processed by its next holder. */
  dropped(): void {
    for (const span of this.#open.values()) {
      span.setAttribute("scoreline.outcome", "returned");
      span.end();
    }
    this.#open.clear();
  }

  #tell(offset: bigint, attributes: () => Record<string, string>): void {
    const span = this.#open.get(offset);
    if (!span) return;
    span.setAttributes(attributes());
    this.#told.add(offset);
  }

  #end(span: Span): SpanContext {
    const parent = span.spanContext();
    this.#tracing.start("settle postgres", { ...postgres, parent, startMs: this.#commitMs })?.end();
    span.end();
    return parent;
  }

  #processing(parent: SpanContext, offset: bigint): SpanStart {
    const { topic, partition } = this.#place;
    return {
      kind: SpanKind.CONSUMER,
      parent,
      attributes: {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": topic,
        "messaging.destination.partition.id": String(partition),
        "messaging.kafka.offset": Number(offset),
      },
    };
  }
}

const postgres: SpanStart = { kind: SpanKind.CLIENT, attributes: { "db.system.name": "postgresql" } };

/** How alerts are written, as a span tells of it. */
export const mongodb: SpanStart = { kind: SpanKind.CLIENT, attributes: { "db.system.name": "mongodb" } };

function outcomeOf<K extends Kind>({ outcomeOf }: Subject<K>, scored: K["scored"]): Record<string, string> {
  const { policyVersion, approvalStatus } = outcomeOf(scored);
  return {
    "scoreline.outcome": "scored",
    "scoreline.policy_version": policyVersion,
    ...(approvalStatus === undefined ? {} : { "scoreline.approval_status": approvalStatus }),
  };
}

/** Spans of records that go to a sink together, by offset. */
export type SinkSpans = Map<bigint, Span>;

/** Begins a span for each of these records that is traced. */
export function sinkSpans(
  tracing: Tracing,
  traced: Traced | undefined,
  records: readonly { offset: bigint }[],
  name: string,
  start: SpanStart,
): SinkSpans {
  const spans: SinkSpans = new Map();
  if (traced === undefined) return spans;
  for (const { offset } of records) {
    const parent = traced.get(offset);
    const span = parent && tracing.start(name, { ...start, parent });
    if (span) spans.set(offset, span);
  }
  return spans;
}

/** Does `work` within these spans, which end with it. */
export async function withinSpans(spans: readonly SinkSpans[], work: Promise<void>): Promise<void> {
  const all = spans.flatMap((each) => (each.size === 0 ? [] : [...each.values()]));
  if (all.length === 0) return work;
  try {
    await work;
  } catch (error) {
    for (const span of all) failed(span, error);
    throw error;
  } finally {
    for (const span of all) span.end();
  }
}
