import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

const env = {
  SCORELINE_API_KEY: "one-key-0123456789",
  KAFKA_BROKERS: "127.0.0.1:9092",
  CREDITDB_URL: "postgres://u:p@127.0.0.1:5432/creditdb",
};

test("it binds to this machine alone and waits two seconds unless told otherwise", () => {
  expect(readConfig({ ...env, FRAUD_CHECK_PORT: "" })).toMatchObject({
    FRAUD_CHECK_HOST: "127.0.0.1",
    FRAUD_CHECK_PORT: 8_081,
    FRAUD_CHECK_WAIT_MS_MAX: 2_000,
  });
});

test("every variable that does not fit is named at once", () => {
  const bad = { FRAUD_CHECK_WAIT_MS_MAX: "0", CREDITDB_URL: "mysql://x" };
  expect(() => readConfig(bad)).toThrow(/SCORELINE_API_KEY.*KAFKA_BROKERS.*CREDITDB_URL.*FRAUD_CHECK_WAIT_MS_MAX/s);
});

test("Deno runs the versions that Node runs", () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  const packages = ["..", "../../../packages/contracts", "../../../packages/telemetry", "../../../packages/stores"];
  const versions = Object.assign({}, ...packages.map((path) => read(`${path}/package.json`).dependencies));
  const { "@platformatic/kafka": _denoAlone, ...imports } = read("../deno.json").imports as Record<string, string>;
  const pinned = Object.entries(imports).filter(([, target]) => target.startsWith("npm:"));
  expect(pinned.map(([, target]) => target)).toEqual(pinned.map(([name]) => `npm:${name}@${versions[name]}`));
  expect(read("../deno.json").imports["@platformatic/kafka"]).toBe(
    read("../../ingest/deno.json").imports["@platformatic/kafka"],
  );
});
