import { z } from "zod";

const port = z.coerce.number().int().min(0).max(65_535);

/** The scorer's environment. Each variable is explained in the documentation's table. */
export const Config = z.object({
  KAFKA_BROKERS: z.string().min(1),
  CREDITDB_URL: z.url(),
  MONGO_URL: z.string().min(1),
  SCORER_GROUP_ID: z.string().min(1).default("scoreline-scorer"),
  SCORER_INSTANCE_ID: z.string().min(1).optional(),
  SCORER_METRICS_HOST: z.string().default("127.0.0.1"),
  SCORER_METRICS_PORT: port.default(9464),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
});
export type Config = z.infer<typeof Config>;
