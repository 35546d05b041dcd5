import type { SpanContext } from "@opentelemetry/api";

/** The header that carries a trace on, over HTTP and in a record. */
export const traceparentHeader = "traceparent";

// W3C Trace Context, section 3.2: version, trace-id, parent-id and trace-flags; a later version may have more behind a dash.
const form = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const lengthMax = 256;
const sampledFlag = 1;

/** What a `traceparent` says; undefined when it is absent or not one, as the standard asks. */
export function readTraceparent(text: string | undefined): SpanContext | undefined {
  if (text === undefined || text.length > lengthMax) return undefined;
  const [, version, traceId, spanId, flags, rest] = form.exec(text.trim()) ?? [];
  if (traceId === undefined || spanId === undefined || (version === "00" && rest !== undefined)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags as string, 16) & sampledFlag, isRemote: true };
}

/** The `traceparent` of what is done within a span. */
export function writeTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & sampledFlag}`;
}

/** Whether a trace is kept: spans are made and the trace is passed on of these alone. */
export function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & sampledFlag) === sampledFlag;
}

/** The sampled trace that a record's headers carry; undefined of nearly every record, at the cost of looking at the names. */
export function sampledIn(headers: readonly (readonly [name: string, value: Uint8Array | null])[]) {
  for (const [name, value] of headers) {
    if (name !== traceparentHeader) continue;
    if (value === null || value.length > lengthMax) return undefined;
    const context = readTraceparent(decoder.decode(value));
    return context && isSampled(context) ? context : undefined;
  }
  return undefined;
}

const decoder = new TextDecoder();
