import {
  type Attributes,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { isSampled } from "./traceparent.ts";

export { type Attributes, type Span, type SpanContext, SpanKind };

/** What a span starts with. `parent`: undefined for the span that is active, if one is. */
export type SpanStart = {
  kind?: SpanKind;
  parent?: SpanContext | undefined;
  attributes?: Attributes;
  /** Epoch milliseconds; now unless given. */
  startMs?: number | undefined;
};

/**
 * Makes spans, when tracing is configured. A span holds names, places and outcomes: never a user's or an application's id, nor
 * a record's content, nor an error's message, which can quote one.
 */
export interface Tracing {
  /** When false, nothing below does anything, and callers do not even look for a trace. */
  readonly isOn: boolean;
  /** Does `work` within a span, which ends with it; an error that it throws is the span's. */
  within<Result>(name: string, start: SpanStart, work: (span: Span | undefined) => Promise<Result>): Promise<Result>;
  /** A span that its caller ends; undefined where the trace is not sampled. */
  start(name: string, start: SpanStart): Span | undefined;
  /** The span that is active; undefined where there is none or it is not sampled. */
  active(): Span | undefined;
  /** Sends what waits, within a bound. Never throws. */
  close(): Promise<void>;
}

/** Tracing that is not configured. */
export const noTracing: Tracing = {
  isOn: false,
  within: (_name, _start, work) => work(undefined),
  start: () => undefined,
  active: () => undefined,
  close: async () => {},
};

export type TracerSettings = {
  /** True where the runtime's sampler would sample a span whose parent is not: then the parent's word holds here. */
  parentDecides?: boolean;
  close?: () => Promise<void>;
};

/** Tracing by a runtime's tracer; its context manager is registered already. */
export function createTracing(tracer: Tracer, { parentDecides = false, close = async () => {} }: TracerSettings = {}) {
  function open(name: string, { kind = SpanKind.INTERNAL, parent, attributes = {}, startMs }: SpanStart): Span {
    const around = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : context.active();
    const before = trace.getSpanContext(around);
    if (parentDecides && before && !isSampled(before)) return trace.wrapSpanContext(before);
    return tracer.startSpan(
      name,
      { kind, attributes, ...(startMs === undefined ? {} : { startTime: startMs }) },
      around,
    );
  }

  const tracing: Tracing = {
    isOn: true,
    async within(name, start, work) {
      const span = open(name, start);
      const sampled = isSampled(span.spanContext());
      try {
        // What is not sampled is active as well: what is done within it is not sampled either.
        return await context.with(trace.setSpan(context.active(), span), () => work(sampled ? span : undefined));
      } catch (error) {
        if (sampled) failed(span, error);
        throw error;
      } finally {
        if (sampled) span.end();
      }
    },
    start(name, start) {
      const span = open(name, start);
      return isSampled(span.spanContext()) ? span : undefined;
    },
    active() {
      const span = trace.getActiveSpan();
      return span && isSampled(span.spanContext()) ? span : undefined;
    },
    close,
  };
  return tracing;
}

/** Marks a span as failed, by the error's name or code alone. */
export function failed(span: Span, error: unknown): void {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  span.setAttribute("error.type", String(code ?? name ?? typeof error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The ids by which a log line is found from its trace; none where no span is active. */
export function traceIds(): { trace_id?: string; span_id?: string } {
  const active = trace.getActiveSpan()?.spanContext();
  return active ? { trace_id: active.traceId, span_id: active.spanId } : {};
}
