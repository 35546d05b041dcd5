import { z } from "zod";

const portError = "is not a port; set it to a number from 0 to 65535";
const port = z.coerce
  .number({ error: portError })
  .int({ error: portError })
  .min(0, { error: portError })
  .max(65_535, { error: portError });

const sessionError = "is not a time; set it to milliseconds from 1000 to 1800000";

/** The scorer's environment. Each variable is explained in the documentation's table. */
export const Config = z.object({
  KAFKA_BROKERS: z.string({ error: "is missing; name the brokers as host:port, comma separated" }),
  CREDITDB_URL: z.url({ protocol: /^postgres(ql)?$/, error: "is not a Postgres address; set it to creditdb's" }),
  MONGO_URL: z.string({ error: "is missing; set it to a MongoDB connection string" }),
  SCORER_GROUP_ID: z.string().default("scoreline-scorer"),
  SCORER_INSTANCE_ID: z.string().optional(),
  SCORER_SESSION_TIMEOUT_MS: z.coerce
    .number({ error: sessionError })
    .int({ error: sessionError })
    .min(1_000, { error: sessionError })
    .max(1_800_000, { error: sessionError })
    .default(10_000),
  SCORER_TELEMETRY: z.enum(["on", "off"], { error: "is neither on nor off" }).default("on"),
  SCORER_METRICS_HOST: z.string().default("127.0.0.1"),
  SCORER_METRICS_PORT: port.default(9464),
  SCORELINE_COMMIT: z
    .string()
    .regex(/^[0-9a-f]{7,40}$/, { error: "is no commit; set it to 7 to 40 hexadecimal digits" })
    .optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
});
