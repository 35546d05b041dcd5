import { rmSync } from "node:fs";
import { down, type StackEnv, up } from "@scoreline/stack";
import type { TestProject } from "vitest/node";
import { initialise } from "../../src/init.ts";
import { temporaryHome } from "./homes.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Addresses of a running Kafka, Postgres and MongoDB-speaking server with topics and schemas made; no apps run. */
    env: StackEnv;
  }
}

/** One stack for all stack tests that need servers and bring their own databases or keys. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = temporaryHome("shared");
  const env = await up(home);
  await initialise(env);
  project.provide("env", env);
  return async () => {
    await down(home);
    rmSync(home.dir, { recursive: true, force: true });
  };
}
