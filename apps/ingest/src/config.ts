import { readEnvironment } from "@scoreline/contracts";
import { ApiKeyList, integer } from "@scoreline/http";
import { z } from "zod";

/** Ingest's environment. Each variable is explained in the documentation's table. */
export const Config = z.object({
  SCORELINE_API_KEY: ApiKeyList,
  KAFKA_BROKERS: z.string({ error: "is not set; name the brokers as host:port, comma separated" }).min(1),
  INGEST_HOST: z.string().min(1).default("127.0.0.1"),
  INGEST_PORT: integer(0, 65_535).default(8_080),
  INGEST_BODY_BYTES_MAX: integer(1_024, 16_777_216).default(1_048_576),
  INGEST_DELIVERY_MS_MAX: integer(1_000, 120_000).default(10_000),
  INGEST_SHUTDOWN_MS_MAX: integer(1_000, 120_000).default(15_000),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
});
export type Config = z.infer<typeof Config>;

/** Reads the environment; throws `EnvironmentError` that names every variable that does not fit. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  return readEnvironment("ingest", Config, environment);
}
