import { SpanStatusCode } from "@opentelemetry/api";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createLogger } from "../logger.ts";
import { recordedTracing } from "../testing/recordedTracing.ts";
import { readTraceparent } from "./traceparent.ts";
import { createTracing, noTracing } from "./tracing.ts";

const { tracing, spans, reset } = recordedTracing();
beforeEach(reset);

const traceId = "0af7651916cd43dd8448eb211c80319c";
const kept = readTraceparent(`00-${traceId}-b7ad6b7169203331-01`);
const unkept = readTraceparent(`00-${traceId}-b7ad6b7169203331-00`);

/** What `work` logs, as objects. */
async function logged(work: (log: ReturnType<typeof createLogger>) => unknown): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const said = vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
  await work(createLogger("test"));
  said.mockRestore();
  return lines.map((line) => JSON.parse(line));
}

test("work within a span is in its trace, across waits, and the span ends with it", async () => {
  await tracing.within("outer", { parent: kept }, async () => {
    await new Promise(setImmediate);
    await tracing.within("inner", {}, async () => {});
  });
  const [inner, outer] = spans();
  expect(outer?.spanContext().traceId).toBe(traceId);
  expect(outer?.parentSpanContext?.spanId).toBe(kept?.spanId);
  expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
});

test("what an error says is in no span; its code or name is", async () => {
  const error = Object.assign(new Error("Key (user_id)=(7)"), { code: "23505" });
  await expect(tracing.within("fails", {}, () => Promise.reject(error))).rejects.toBe(error);
  const [span] = spans();
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
  expect(span?.attributes).toEqual({ "error.type": "23505" });
  expect(span?.events).toEqual([]);
});

describe("a trace that is not sampled", () => {
  test("has no span, nor has what is done within", async () => {
    await tracing.within("outer", { parent: unkept }, async (span) => {
      expect([span, tracing.active(), tracing.start("inner", {})]).toEqual([undefined, undefined, undefined]);
    });
    expect(spans()).toEqual([]);
  });

  test("is not sampled by a runtime that would either", async () => {
    const startSpan = vi.fn();
    const eager = createTracing({ startSpan, startActiveSpan: vi.fn() }, { parentDecides: true });
    await eager.within("outer", { parent: unkept }, async () => void eager.start("inner", {}));
    expect(startSpan).not.toHaveBeenCalled();
  });
});

test("a log line within a span has its ids, and one without has none", async () => {
  let context: unknown;
  const [within, without] = await logged(async (log) => {
    await tracing.within("a", {}, async (span) => {
      context = span?.spanContext();
      log.info("within");
    });
    log.info("without");
  });
  expect(context).toMatchObject({ traceId: within?.trace_id, spanId: within?.span_id });
  expect(within?.trace_id).toMatch(/^[0-9a-f]{32}$/);
  expect(without).not.toHaveProperty("trace_id");
});

test("without tracing the work is done, and nothing else", async () => {
  expect(await noTracing.within("a", { parent: kept }, async (span) => [span, noTracing.active()])).toEqual([
    undefined,
    undefined,
  ]);
  expect(noTracing.start("a", { parent: kept })).toBeUndefined();
  await noTracing.close();
});
