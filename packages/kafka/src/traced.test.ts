import { noTracing, readTraceparent } from "@scoreline/telemetry";
import { recordedTracing } from "@scoreline/telemetry/testing";
import { beforeEach, expect, test } from "vitest";
import { MemoryProducer } from "./memory.ts";
import { DeliveryFailed } from "./port.ts";
import { tracedProducer } from "./traced.ts";

const { tracing, spans, reset } = recordedTracing();
beforeEach(reset);

const record = { topic: "t", key: "user-7", value: new Uint8Array([1]), headers: { schema: "s" } };
const unkept = readTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");

test("a record that is sent within a span names a span of its own, which tells where it lies", async () => {
  const memory = new MemoryProducer({ partitions: 1 });
  await tracing.within("request", {}, () => tracedProducer(memory, tracing).send(record));
  const [publish, request] = spans();
  const { traceId, spanId } = publish?.spanContext() ?? {};
  expect(publish?.name).toBe("t publish");
  expect(publish?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
  expect(publish?.attributes).toEqual({
    "messaging.system": "kafka",
    "messaging.operation.type": "send",
    "messaging.operation.name": "publish",
    "messaging.destination.name": "t",
    "messaging.destination.partition.id": "0",
    "messaging.kafka.offset": 0,
  });
  expect(memory.records("t")[0]?.headers).toEqual({ schema: "s", traceparent: `00-${traceId}-${spanId}-01` });
});

test("a list of headers keeps its order, and the trace comes behind", async () => {
  const memory = new MemoryProducer({ partitions: 1 });
  const headers = [["a", "1"] as const, ["a", "2"] as const];
  await tracing.within("request", {}, () => tracedProducer(memory, tracing).send({ ...record, headers }));
  expect(memory.records("t")[0]?.headers).toEqual([...headers, ["traceparent", expect.any(String)]]);
});

test("a record that was not acknowledged is an error of its span, and of who sent it", async () => {
  const away = new DeliveryFailed("away", { retryable: true });
  const producer = tracedProducer(new MemoryProducer({ fault: () => away }), tracing);
  await tracing.within("request", {}, () => expect(producer.send(record)).rejects.toBe(away));
  expect(spans()[0]?.attributes["error.type"]).toBe("DeliveryFailed");
});

test("a record is sent as it is where there is no trace, where it is not sampled, and without tracing", async () => {
  const memory = new MemoryProducer({ partitions: 1 });
  const producer = tracedProducer(memory, tracing);
  await producer.send(record);
  await tracing.within("request", { parent: unkept }, () => producer.send(record));
  expect(tracedProducer(memory, noTracing)).toBe(memory);
  expect(memory.records("t").map(({ headers }) => headers)).toEqual([{ schema: "s" }, { schema: "s" }]);
  expect(spans()).toEqual([]);
});

test("of a request with many records the first hundred are traced", async () => {
  const memory = new MemoryProducer({ partitions: 1 });
  const producer = tracedProducer(memory, tracing);
  await tracing.within("request", {}, async () => {
    for (let sent = 0; sent < 150; sent += 1) await producer.send(record);
  });
  expect(memory.records("t").filter(({ headers }) => headers && "traceparent" in headers)).toHaveLength(100);
  expect(spans()).toHaveLength(101);
});
