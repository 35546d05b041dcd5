import { topics } from "@scoreline/contracts";
import { down, type Home, type StackEnv, startService, stopOutdatedPrometheus, up } from "@scoreline/stack";
import { type Command, InvalidArgumentError, Option } from "commander";
import { initialise } from "../init.ts";
import { readPolicyFile } from "../policies/policyFile.ts";
import { appServices, type HttpRuntime } from "../services.ts";
import { say, sayEvent } from "../terminal.ts";
import type { CommandDeps } from "./command.ts";
import { jsonOption, monitoringOption, policyOption } from "./options.ts";

export type UpSettings = {
  fresh?: boolean;
  ingest?: HttpRuntime;
  policy?: string;
  scorers?: number;
  monitoring?: boolean;
};

/** Brings servers and apps to health: topics, schemas and the first policy are made in between. Gives what clients attach by. */
export async function bringUp(home: Home, settings: UpSettings = {}): Promise<StackEnv> {
  if (settings.policy !== undefined) readPolicyFile(settings.policy);
  const { fresh = false, scorers, monitoring } = settings;
  const env = await up(home, {
    on: sayEvent,
    fresh,
    ...(scorers === undefined ? {} : { scorers }),
    ...(monitoring === undefined ? {} : { monitoring }),
  });
  if (env.PROMETHEUS_URL !== undefined) await stopOutdatedPrometheus(home, env, sayEvent);
  await initialise(env, { policyFile: settings.policy });
  await Promise.all(appServices(home, env, settings.ingest).map((service) => startService(home, service, sayEvent)));
  return env;
}

const scorersMax = topics.creditApplications.partitions;

/** A scorer holds one partition at least: more than there are would have nothing to do. */
function scorerCount(value: string): number {
  if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= scorersMax) return Number(value);
  throw new InvalidArgumentError(`Send a whole number from 1 to ${scorersMax}, the topic's partitions.`);
}

/** `scoreline up`: detached, or in the foreground until it is interrupted, which stops everything. */
export function addUpCommand(program: Command, { home }: CommandDeps): void {
  program
    .command("up")
    .description("start servers and apps, and wait until they are ready")
    .option("-d, --detach", "leave them running and return")
    .option("--fresh", "start empty: what this stack stored is removed")
    .addOption(policyOption())
    .addOption(
      new Option("--ingest <runtime>", "the runtime of the HTTP workers, ingest and fraud-check")
        .choices(["node", "deno"])
        .default("node"),
    )
    .addOption(monitoringOption())
    .addOption(new Option("--no-monitoring", "without Prometheus from now on"))
    .option("--scorers <number>", "processes of the scorer, in one group (default: as many as before, 1)", scorerCount)
    .addOption(jsonOption())
    .action((options) => upCommand(home, options));
}

async function upCommand(home: Home, options: UpSettings & { detach?: boolean; json?: boolean }): Promise<void> {
  const env = await bringUp(home, options);
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ home: home.dir, envFile: home.envFile, ingest: env.INGEST_URL, fraudCheck: env.FRAUD_CHECK_URL })}\n`,
    );
  say(
    `Scoreline is up: applications go to ${env.INGEST_URL}/v1/applications, or with the decision as the answer to ` +
      `${env.FRAUD_CHECK_URL}/v1/fraud-check; addresses and the API key are in ${home.envFile}`,
  );
  if (env.PROMETHEUS_URL !== undefined) say(`Prometheus watches it: ${env.PROMETHEUS_URL}`);
  if (options.detach) return;
  say("Press Ctrl-C to stop it.");
  await new Promise<void>((resolve) => {
    const keepAlive = setInterval(() => {}, 60_000);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        clearInterval(keepAlive);
        resolve();
      });
    }
  });
  await down(home, { on: sayEvent });
}
