import { readEnvironment } from "@scoreline/contracts";
import { ApiKeyList, integer } from "@scoreline/http";
import { z } from "zod";

/** Fraud-check's environment. Each variable is explained in the documentation's table. */
export const Config = z.object({
  SCORELINE_API_KEY: ApiKeyList,
  KAFKA_BROKERS: z.string({ error: "is not set; name the brokers as host:port, comma separated" }).min(1),
  CREDITDB_URL: z.url({ protocol: /^postgres(ql)?$/, error: "is not a Postgres address; set it to creditdb's" }),
  FRAUD_CHECK_HOST: z.string().min(1).default("127.0.0.1"),
  FRAUD_CHECK_PORT: integer(0, 65_535).default(8_081),
  FRAUD_CHECK_WAIT_MS_MAX: integer(100, 60_000).default(2_000),
  FRAUD_CHECK_IN_FLIGHT_MAX: integer(1, 100_000).default(2_000),
  FRAUD_CHECK_BODY_BYTES_MAX: integer(1_024, 1_048_576).default(65_536),
  FRAUD_CHECK_SHUTDOWN_MS_MAX: integer(1_000, 120_000).default(15_000),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
});
export type Config = z.infer<typeof Config>;

/** Reads the environment; throws `EnvironmentError` that names every variable that does not fit. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  return readEnvironment("fraud-check", Config, environment);
}
