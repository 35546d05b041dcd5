import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

const env = { SCORELINE_API_KEY: "one-key-0123456789, two-key-0123456789", KAFKA_BROKERS: "127.0.0.1:9092" };

test("keys are split at commas, and ingest binds to this machine alone unless told otherwise", () => {
  expect(readConfig({ ...env, INGEST_PORT: "" })).toMatchObject({
    SCORELINE_API_KEY: [{ key: "one-key-0123456789" }, { key: "two-key-0123456789" }],
    INGEST_HOST: "127.0.0.1",
    INGEST_PORT: 8080,
  });
});

test("without a key, or with a weak one, ingest refuses to start", () => {
  expect(() => readConfig({ ...env, SCORELINE_API_KEY: "" })).toThrow("SCORELINE_API_KEY is not set");
  expect(() => readConfig({ ...env, SCORELINE_API_KEY: "short" })).toThrow("fewer than 16 characters");
  expect(() => readConfig({ ...env, SCORELINE_API_KEY: "one-key-0123456789," })).toThrow("SCORELINE_API_KEY");
});

test("every variable that does not fit is named at once", () => {
  expect(() => readConfig({ INGEST_PORT: "high" })).toThrow(/SCORELINE_API_KEY.*KAFKA_BROKERS.*INGEST_PORT/s);
});

test("Deno runs the versions that Node runs", () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  const packages = ["..", "../../../packages/contracts", "../../../packages/telemetry"];
  const versions = Object.assign({}, ...packages.map((path) => read(`${path}/package.json`).dependencies));
  const { "@platformatic/kafka": _denoAlone, ...imports } = read("../deno.json").imports as Record<string, string>;
  const pinned = Object.entries(imports).filter(([, target]) => target.startsWith("npm:"));
  expect(pinned.map(([, target]) => target)).toEqual(pinned.map(([name]) => `npm:${name}@${versions[name]}`));
});
