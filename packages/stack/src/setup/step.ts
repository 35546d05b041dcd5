import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tools } from "../tools.ts";
import { makeProduct, type Product } from "./product.ts";

/** What every step is given. */
export interface SetupContext {
  /** The repository's top folder. */
  readonly root: string;
  readonly cache: string;
  readonly logFile: string;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

/** What a step did (undefined: nothing was to do) and what it found for others. */
export interface StepResult {
  readonly did?: string | undefined;
  readonly found?: Partial<Tools>;
}

export interface Step {
  readonly name: string;
  readonly run: (context: SetupContext) => Promise<StepResult>;
}

export const platformInputs: readonly string[] = [process.platform, process.arch];

/** The text of files of the repository, as inputs of a product. */
export function fileInputs(root: string, ...paths: readonly string[]): string[] {
  return paths.map((path) => readFileSync(join(root, path), "utf8"));
}

/** `makeProduct` with one line when another process is at the same product. */
export function make(context: SetupContext, name: string, product: Product, build: (dir: string) => Promise<void>) {
  return makeProduct(context.cache, product, build, () =>
    context.say(`${name}: waiting for another set-up to build it`),
  );
}
