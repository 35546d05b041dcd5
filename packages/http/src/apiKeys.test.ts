import { createLogger, createMetrics } from "@scoreline/telemetry";
import { expect, test } from "vitest";
import { bearerOf, createApiKeys, openApiKeys } from "./apiKeys.ts";
import { nodeRuntime } from "./runtime.node.ts";

const { sha256 } = nodeRuntime;
const noon = Date.UTC(2027, 2, 31, 12);

test("only the exact key is known", () => {
  const keys = createApiKeys([{ key: "first-key" }, { key: "second-key" }], sha256);
  expect(["first-key", "second-key"].map((key) => keys.judge(key))).toEqual(["good", "good"]);
  for (const key of ["", "first-ke", "first-key ", "First-key", "first-key,second-key"]) {
    expect(keys.judge(key)).toBe("unknown");
  }
});

test("a key is good up to its end, and known to have been after it", () => {
  let nowMs = noon - 1;
  const keys = createApiKeys([{ key: "ending-key", endMs: noon }, { key: "lasting-key" }], sha256, () => nowMs);
  expect(keys.judge("ending-key")).toBe("good");
  nowMs = noon;
  expect(keys.judge("ending-key")).toBe("expired");
  expect(keys.judge("lasting-key")).toBe("good");
  expect(keys.judge("ending-kex")).toBe("unknown");
});

test("a key that is listed again with a later end is good up to that", () => {
  const twice = [
    { key: "same-key", endMs: noon - 1 },
    { key: "same-key", endMs: noon + 1 },
  ];
  expect(createApiKeys(twice, sha256, () => noon).judge("same-key")).toBe("good");
});

function open(...keys: Parameters<typeof openApiKeys>[0]) {
  const metrics = createMetrics("ingest");
  const log = createLogger("ingest", "silent");
  const warned: unknown[] = [];
  log.warn = ((what: unknown) => void warned.push(what)) as typeof log.warn;
  return { metrics, warned, keys: openApiKeys(keys, { app: "ingest", sha256, metrics, log, nowMs: () => noon }) };
}

test("a worker tells when each key ends, by its place, and warns of one that has", async () => {
  const { metrics, warned } = open({ key: "a" }, { key: "b", endMs: noon }, { key: "c", endMs: noon + 1_000 });
  const { values } = await metrics.gauge("apiKeyExpiry").get();
  expect(values.map(({ labels, value }) => [labels.position, value])).toEqual([
    ["2", noon / 1_000],
    ["3", noon / 1_000 + 1],
  ]);
  expect(warned).toEqual([{ position: "2", ended: "2027-03-31T12:00:00.000Z" }]);
});

test("with expired keys alone a worker does not start, and says what to do without a key", () => {
  const start = () => open({ key: "secret-key-of-old", endMs: noon });
  expect(start).toThrow(/^ingest cannot start:\n {2}SCORELINE_API_KEY holds no key that has not expired; add one/);
  expect(start).not.toThrow(/secret-key-of-old/);
});

test("only a Bearer token is read from the header", () => {
  expect(bearerOf("Bearer abc.DEF-1_~+/==")).toBe("abc.DEF-1_~+/==");
  for (const header of [undefined, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer a,b", "Bearer a@b"]) {
    expect(bearerOf(header)).toBeUndefined();
  }
});
