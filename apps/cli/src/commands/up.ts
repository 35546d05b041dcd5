import { down, type Home, type StackEnv, startService, stopOutdatedPrometheus, up } from "@scoreline/stack";
import { initialise } from "../init.ts";
import { readPolicyFile } from "../policies/policyFile.ts";
import { appServices, type HttpRuntime } from "../services.ts";
import { say, sayEvent } from "../terminal.ts";

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

/** `scoreline up`: detached, or in the foreground until it is interrupted, which stops everything. */
export async function upCommand(home: Home, options: UpSettings & { detach?: boolean; json?: boolean }): Promise<void> {
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
