import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  ParentBasedSampler,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { createTracing, type Tracing } from "../tracing/tracing.ts";

export type { ReadableSpan };

/** Tracing whose ended spans are kept, for tests. Call it once a file: what is active is known to the whole process. */
export function recordedTracing(): { tracing: Tracing; spans: () => ReadableSpan[]; reset: () => void } {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  provider.register({ propagator: null });
  return {
    tracing: createTracing(provider.getTracer("test")),
    spans: () => exporter.getFinishedSpans(),
    reset: () => exporter.reset(),
  };
}
