import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

const stores = { CREDITDB_URL: "postgres://h/c", DW_FINANCE_URL: "postgresql://h/d", MONGO_URL: "mongodb://h" };

test("the stores' addresses suffice, and the metrics stay on loopback", () => {
  expect(readConfig(stores)).toMatchObject({
    REPORTING_TIME_ZONE: "UTC",
    LOADER_METRICS_HOST: "127.0.0.1",
    LOADER_INTERVAL_S: 0,
  });
});

test("certificates are watched by their files, and none is unless told", () => {
  const filesOf = (text?: string) => readConfig({ ...stores, CERTIFICATE_FILES: text }).CERTIFICATE_FILES;
  expect(filesOf()).toEqual([]);
  expect(filesOf("/a/ingest.pem, /b/broker.pem,")).toEqual(["/a/ingest.pem", "/b/broker.pem"]);
});

test("every problem is named with its variable", () => {
  const read = () =>
    readConfig({
      ...stores,
      DW_FINANCE_URL: "mysql://h/d",
      REPORTING_TIME_ZONE: "Mars/Olympus",
      SCORELINE_COMMIT: "main",
      OPENLINEAGE_URL: "kafka://h",
      CERTIFICATE_FILES: "/a/tls.crt, /b/tls.crt",
      LOADER_METRICS_PORT: "70000",
    });
  expect(read).toThrow(
    /DW_FINANCE_URL is not a Postgres address.*REPORTING_TIME_ZONE is no IANA time zone.*SCORELINE_COMMIT is no commit.*OPENLINEAGE_URL is no HTTP address.*CERTIFICATE_FILES names two files of one name.*LOADER_METRICS_PORT/s,
  );
});
