import { z } from "zod";

/** The stack's ports, and where each starts to look: below the range from which the system takes outgoing ports. */
export const portDefaults = {
  kafka: 19_092,
  kafkaController: 19_093,
  postgres: 15_432,
  mongo: 17_017,
  ingest: 18_080,
  fraudCheck: 18_081,
  scorerMetrics: 18_082,
  loaderMetrics: 18_083,
} as const;

/** Where Prometheus' port starts to be looked for, in a stack that has one. */
export const prometheusPortDefault = 19_090;

export type PortName = keyof typeof portDefaults;
export const portNames = Object.keys(portDefaults) as [PortName, ...PortName[]];

const port = z.coerce.number().int().min(1).max(65_535).optional();

const Environment = z.object({
  SCORELINE_KAFKA_PORT: port,
  SCORELINE_KAFKA_CONTROLLER_PORT: port,
  SCORELINE_POSTGRES_PORT: port,
  SCORELINE_MONGO_PORT: port,
  SCORELINE_INGEST_PORT: port,
  SCORELINE_FRAUD_CHECK_PORT: port,
  SCORELINE_SCORER_METRICS_PORT: port,
  SCORELINE_LOADER_METRICS_PORT: port,
  SCORELINE_PROMETHEUS_PORT: port,
  SCORELINE_PROMETHEUS_RULES: z.string().optional(),
  SCORELINE_PROMETHEUS_INTERVAL: z
    .string()
    .regex(/^[1-9]\d?s$/, { error: "is no interval; write one such as 5s" })
    .default("5s"),
  MONGO_URL: z.string().startsWith("mongodb").optional(),
  PATH: z.string().optional(),
});

export interface PrometheusConfig {
  readonly port?: number | undefined;
  /** Another folder of rules than that of `monitoring`. */
  readonly rulesDir?: string | undefined;
  /** Between two scrapes, and two evaluations. */
  readonly scrapeInterval: string;
}

export interface StackConfig {
  /** Ports asked for by name; the others are remembered ones or defaults. */
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
  /** Processes of the scorer; as many as the home had before unless given, one at first. */
  readonly scorers?: number;
  /** Whether Prometheus watches the stack; as before unless given, not at first. */
  readonly monitoring?: boolean;
  readonly prometheus?: PrometheusConfig;
  /** A MongoDB-speaking server of the user's own, used as it is. */
  readonly mongoUrl?: string;
  /** Where `java` and `mongod` are looked for. */
  readonly path: string;
}

/** Reads the stack's configuration; throws naming the variable that does not fit. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): StackConfig & { prometheus: PrometheusConfig } {
  const parsed = Environment.safeParse(withoutEmpty(env));
  if (!parsed.success) throw new Error(`the environment does not fit: ${z.prettifyError(parsed.error)}`);
  const { MONGO_URL, PATH, ...ports } = parsed.data;
  const asked = {
    kafka: ports.SCORELINE_KAFKA_PORT,
    kafkaController: ports.SCORELINE_KAFKA_CONTROLLER_PORT,
    postgres: ports.SCORELINE_POSTGRES_PORT,
    mongo: ports.SCORELINE_MONGO_PORT,
    ingest: ports.SCORELINE_INGEST_PORT,
    fraudCheck: ports.SCORELINE_FRAUD_CHECK_PORT,
    scorerMetrics: ports.SCORELINE_SCORER_METRICS_PORT,
    loaderMetrics: ports.SCORELINE_LOADER_METRICS_PORT,
  } satisfies Record<PortName, number | undefined>;
  return {
    ports: Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)),
    ...(MONGO_URL === undefined ? {} : { mongoUrl: MONGO_URL }),
    prometheus: {
      port: ports.SCORELINE_PROMETHEUS_PORT,
      rulesDir: ports.SCORELINE_PROMETHEUS_RULES,
      scrapeInterval: ports.SCORELINE_PROMETHEUS_INTERVAL,
    },
    path: PATH ?? "",
  };
}

function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
}
