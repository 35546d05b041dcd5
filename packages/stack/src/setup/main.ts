import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { type Tools, toolsFile } from "../tools.ts";
import { kafkaAddon } from "./kafka-addon.ts";
import { deno, postgresLibraries } from "./packages.ts";
import { cacheRoot } from "./product.ts";
import { explain, ferretdb, kafkaJars, pythonEnvironment } from "./products.ts";
import { prometheus } from "./prometheus.ts";
import type { SetupContext, Step, StepResult } from "./step.ts";

const steps: readonly Step[] = [
  postgresLibraries,
  kafkaAddon,
  kafkaJars,
  pythonEnvironment,
  ferretdb,
  deno,
  prometheus,
];

export type SetupOptions = Omit<SetupContext, "cache">;

/** All that follows `npm ci`; writes down where the tools are, for `tools()`. */
export async function setUp(options: SetupOptions): Promise<{ done: number; failed: number }> {
  const { found, ...counts } = await runSteps(options, steps);
  if (counts.failed === 0) {
    const file = toolsFile(options.root);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`);
  }
  return counts;
}

/**
 * Runs steps side by side: the addon's build is serial, the others mostly wait for the network. Prints one line for each
 * step that did something or failed, and gives their numbers and all they found.
 */
export async function runSteps(
  options: SetupOptions,
  wanted: readonly Step[],
): Promise<{ done: number; failed: number; found: Partial<Tools> }> {
  const context: SetupContext = { ...options, cache: cacheRoot(options.env, homedir()) };
  const results = await Promise.all(wanted.map((step) => runStep(step, context)));
  return {
    failed: results.filter((result) => result === undefined).length,
    done: results.filter((result) => result?.did !== undefined).length,
    found: Object.assign({}, ...results.map((result) => result?.found)),
  };
}

async function runStep(step: Step, context: SetupContext): Promise<StepResult | undefined> {
  const since = performance.now();
  try {
    const result = await step.run(context);
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    if (result.did !== undefined) context.say(`${step.name}: ${result.did} … ${seconds} s`);
    return result;
  } catch (error) {
    context.say(`${step.name}: FAILED: ${explain(error, context.logFile)}`);
    return undefined;
  }
}
