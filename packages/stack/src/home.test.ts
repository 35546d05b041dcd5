import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { portDefaults, readConfig } from "./config.ts";
import { readEnv, stackEnv, writeEnv } from "./env-file.ts";
import { assertHome, emptyHome, type Home, type HomeState, loadHome, makeHome, readState, writeState } from "./home.ts";
import { up } from "./stack.ts";
import { repositoryRoot, tools } from "./tools.ts";

let home: Home;
const state: HomeState = {
  format: 1,
  ports: { ...portDefaults },
  scorerPorts: [18_084],
  postgresPassword: "pw",
  apiKey: "key",
};

beforeEach(() => {
  home = loadHome(mkdtempSync(join(tmpdir(), "scoreline-home-")));
});
afterEach(() => rmSync(home.dir, { recursive: true, force: true }));

test("the home is the given one, else $SCORELINE_HOME, else .scoreline in the repository", () => {
  expect(loadHome("/a", { SCORELINE_HOME: "/b" }).dir).toBe("/a");
  expect(loadHome(undefined, { SCORELINE_HOME: "/b" }).dir).toBe("/b");
  expect(loadHome(undefined, {}).dir).toBe(join(repositoryRoot, ".scoreline"));
});

test("up, also with fresh, refuses a directory that is not a stack's home and leaves it as it was", async () => {
  writeFileSync(join(home.dir, "thesis.txt"), "years of work");
  for (const fresh of [true, false]) {
    await expect(up(home, { fresh, config: { ports: {}, path: "" } })).rejects.toThrow(
      /not a stack's home \(it holds thesis.txt\)/,
    );
  }
  expect(readdirSync(home.dir)).toEqual(["thesis.txt"]);
});

test("a directory with the set-up's log alone may become a home", () => {
  mkdirSync(home.logsDir);
  expect(() => assertHome(home)).not.toThrow();
});

test("emptying a home removes data and logs, and keeps ports, keys and the set-up's log", () => {
  makeHome(home);
  writeState(home, state);
  writeFileSync(join(home.dataDir, "file"), "");
  for (const log of ["kafka.log", "setup.log"]) writeFileSync(join(home.logsDir, log), "");
  emptyHome(home, ["setup.log"]);
  expect(existsSync(home.dataDir)).toBe(false);
  expect(readdirSync(home.logsDir)).toEqual(["setup.log"]);
  expect(readState(home)).toEqual(state);
});

test("the env file has a line for each value, is its owner's alone, and reads back as it was written", () => {
  writeEnv(home, stackEnv(state));
  expect(statSync(home.envFile).mode & 0o777).toBe(0o600);
  expect(readEnv(home)).toEqual({
    KAFKA_BROKERS: "127.0.0.1:19092",
    CREDITDB_URL: "postgres://scoreline:pw@127.0.0.1:15432/creditdb",
    DW_FINANCE_URL: "postgres://scoreline:pw@127.0.0.1:15432/dw_finance",
    MONGO_URL: "mongodb://127.0.0.1:17017/",
    INGEST_URL: "http://127.0.0.1:18080",
    FRAUD_CHECK_URL: "http://127.0.0.1:18081",
    SCORER_METRICS_URL: "http://127.0.0.1:18082/metrics",
    SCORER_METRICS_URLS: "http://127.0.0.1:18082/metrics,http://127.0.0.1:18084/metrics",
    LOADER_METRICS_URL: "http://127.0.0.1:18083/metrics",
    SCORELINE_API_KEY: "key",
  });
});

test("Prometheus is named where one watches the stack", () => {
  expect(stackEnv({ ...state, prometheusPort: 19_090 }).PROMETHEUS_URL).toBe("http://127.0.0.1:19090");
});

test("a server of the user's own is named as it was given", () => {
  expect(stackEnv({ ...state, externalMongoUrl: "mongodb://db.example/x" }).MONGO_URL).toBe("mongodb://db.example/x");
});

test("reading the env of a home without a stack says how to start one", () => {
  expect(() => readEnv(home)).toThrow("run npx scoreline up");
});

test("a state file that is not one is refused by name", () => {
  writeFileSync(home.stateFile, `{"format": 2}`);
  expect(() => readState(home)).toThrow(home.stateFile);
});

test("a configured port that is no port is refused by its variable's name", () => {
  expect(() => readConfig({ SCORELINE_KAFKA_PORT: "70000" })).toThrow("SCORELINE_KAFKA_PORT");
  expect(() => readConfig({ MONGO_URL: "http://x" })).toThrow("MONGO_URL");
  expect(readConfig({ SCORELINE_KAFKA_PORT: "29092", MONGO_URL: "", PATH: "/bin" })).toEqual({
    ports: { kafka: 29_092 },
    prometheus: { scrapeInterval: "5s" },
    path: "/bin",
  });
  expect(() => readConfig({ SCORELINE_PROMETHEUS_INTERVAL: "5m" })).toThrow("SCORELINE_PROMETHEUS_INTERVAL");
});

test("a tool that is not there is named, with the way to get it", () => {
  expect(() => tools(home.dir)).toThrow("dbt is missing: run npm run setup");
});
