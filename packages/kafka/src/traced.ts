import {
  failed,
  type Span,
  SpanKind,
  type SpanStart,
  type Tracing,
  traceparentHeader,
  writeTraceparent,
} from "@scoreline/telemetry";
import type { Producer, RecordToSend } from "./port.ts";

/** Records sent within one span that carry its trace on; a request can bring any number of them. */
const tracedMax = 100;

/**
 * A producer whose records carry on the trace that they are sent within, where it is sampled: each has a span from its send to
 * its acknowledgement, and names it in its header `traceparent`. Without tracing it is the producer itself.
 */
export function tracedProducer(producer: Producer, tracing: Tracing): Producer {
  if (!tracing.isOn) return producer;
  const sent = new WeakMap<Span, number>();
  return {
    send: (record) => {
      const around = tracing.active();
      const before = around && (sent.get(around) ?? 0);
      if (!around || before === undefined || before >= tracedMax) return producer.send(record);
      const span = tracing.start(`${record.topic} publish`, publishing(record.topic));
      if (!span) return producer.send(record);
      sent.set(around, before + 1);
      return sendWithin(span, producer, record);
    },
    ready: () => producer.ready(),
    close: () => producer.close(),
  };
}

/** The start of a span in which records are sent to a topic (OpenTelemetry's semantic conventions for Kafka). */
export function publishing(topic: string): SpanStart {
  return {
    kind: SpanKind.PRODUCER,
    attributes: {
      "messaging.system": "kafka",
      "messaging.operation.type": "send",
      "messaging.operation.name": "publish",
      "messaging.destination.name": topic,
    },
  };
}

/** A record that carries on the trace of a span. */
export function carrying(record: RecordToSend, span: Span): RecordToSend {
  const { headers = {} } = record;
  const traceparent = writeTraceparent(span.spanContext());
  if (Array.isArray(headers)) return { ...record, headers: [...headers, [traceparentHeader, traceparent]] };
  return { ...record, headers: { ...headers, [traceparentHeader]: traceparent } };
}

async function sendWithin(span: Span, producer: Producer, record: RecordToSend) {
  try {
    const placement = await producer.send(carrying(record, span));
    span.setAttributes({
      "messaging.destination.partition.id": String(placement.partition),
      "messaging.kafka.offset": Number(placement.offset),
    });
    return placement;
  } catch (error) {
    failed(span, error);
    throw error;
  } finally {
    span.end();
  }
}
