import { basename } from "node:path";
import { readEnvironment } from "@scoreline/contracts";
import { z } from "zod";

const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: "is not a Postgres address; set it to one such as postgres://user:password@127.0.0.1:5432/database",
});
const port = z.coerce.number().int().min(0).max(65_535);

/** Whether the runtime knows an IANA time zone by this name. Postgres reads the same names. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[A-Za-z0-9_+/-]+$/.test(name);
  } catch {
    return false;
  }
}

/** The loader's environment. Each variable is explained in the documentation's table. */
export const Config = z.object({
  CREDITDB_URL: postgresUrl,
  DW_FINANCE_URL: postgresUrl,
  MONGO_URL: z.string({ error: "is missing; set it to a MongoDB connection string" }).min(1),
  DBT_PATH: z.string().min(1).default("dbt"),
  WAREHOUSE_DIR: z.string().min(1).optional(),
  SCORELINE_STATE_DIR: z.string().min(1).optional(),
  REPORTING_TIME_ZONE: z
    .string()
    .refine(isTimeZone, { error: "is no IANA time zone; set it to one such as Europe/Vienna" })
    .default("UTC"),
  SCORELINE_COMMIT: z
    .string()
    .regex(/^[0-9a-f]{7,40}$/, { error: "is no commit; set it to 7 to 40 hexadecimal digits" })
    .optional(),
  OPENLINEAGE_URL: z
    .url({ protocol: /^https?$/, error: "is no HTTP address; set it to a receiver's, such as http://127.0.0.1:5000" })
    .optional(),
  OPENLINEAGE_API_KEY: z.string().min(1).optional(),
  OPENLINEAGE_FILE: z.string().min(1).optional(),
  CERTIFICATE_FILES: z
    .string()
    .default("")
    .transform((files) => files.split(",").flatMap((file) => file.trim() || []))
    .refine((files) => new Set(files.map((file) => basename(file))).size === files.length, {
      error: "names two files of one name, by which a certificate is told; give each a name of its own",
    }),
  LOADER_INTERVAL_S: z.coerce.number().min(0).max(86_400).default(0),
  LOADER_METRICS_HOST: z.string().min(1).default("127.0.0.1"),
  LOADER_METRICS_PORT: port.default(9465),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
});
export type Config = z.infer<typeof Config>;

/** The configuration; throws `EnvironmentError` that names each variable and what to set it to. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  return readEnvironment("loader", Config, environment);
}
