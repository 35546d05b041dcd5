import { expect, test } from "vitest";
import { z } from "zod";
import { EnvironmentError, readEnvironment } from "./environment.ts";

const Config = z.object({
  BROKERS: z.string({ error: "is missing; name the brokers as host:port" }),
  PORT: z.coerce.number({ error: "is not a port" }).int({ error: "is not a port" }).default(8080),
});

test("a variable that is set but empty counts as unset", () => {
  expect(readEnvironment("app", Config, { BROKERS: "a:1", PORT: "" })).toEqual({ BROKERS: "a:1", PORT: 8080 });
});

test("every variable that does not fit is named with its fix", () => {
  const read = () => readEnvironment("ingest", Config, { PORT: "x" });
  expect(read).toThrow(EnvironmentError);
  expect(read).toThrow(
    "ingest cannot start:\n  BROKERS is missing; name the brokers as host:port\n  PORT is not a port",
  );
});
