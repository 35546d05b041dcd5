import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../lock.mjs";

/** A directory in the cache that clones share, made once for each content of `inputs`. */
export interface Product {
  readonly kind: string;
  /** All that decides the content: versions, files, platform, ABI. Another input is another product. */
  readonly inputs: readonly string[];
  /** Whether a finished product still works, where something outside of it can break it. */
  readonly intact?: (dir: string) => boolean;
}

/** `$SCORELINE_CACHE`, else `$XDG_CACHE_HOME/scoreline`, else `~/.cache/scoreline`. */
export function cacheRoot(env: NodeJS.ProcessEnv, homeDir: string): string {
  return env.SCORELINE_CACHE ?? join(env.XDG_CACHE_HOME ?? join(homeDir, ".cache"), "scoreline");
}

function placeOf(cache: string, product: Product): string {
  const key = createHash("sha256").update(JSON.stringify(product.inputs)).digest("hex").slice(0, 16);
  return join(cache, product.kind, key);
}

/** The finished product's directory, undefined while there is none. */
export function findProduct(cache: string, product: Product): string | undefined {
  const place = placeOf(cache, product);
  try {
    const dir = join(place, readFileSync(join(place, "current"), "utf8"));
    return existsSync(dir) && (product.intact?.(dir) ?? true) ? dir : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The product's directory, built when it is not there. A build has a directory of its own for ever (a Python venv cannot
 * be moved) and becomes the product by the rename of a one-line file, so an interrupted build is never taken for a whole
 * one, and what an orphan of it still writes is written aside.
 */
export async function makeProduct(
  cache: string,
  product: Product,
  build: (dir: string) => Promise<void>,
  onWait: () => void = () => {},
): Promise<{ dir: string; built: boolean }> {
  const found = findProduct(cache, product);
  if (found !== undefined) return { dir: found, built: false };
  const place = placeOf(cache, product);
  return withLock(
    join(place, "lock"),
    async () => {
      const made = findProduct(cache, product);
      if (made !== undefined) return { dir: made, built: false };
      for (const left of readdirSync(place))
        if (left !== "lock") rmSync(join(place, left), { recursive: true, force: true });
      const name = `build-${randomBytes(4).toString("hex")}`;
      const dir = join(place, name);
      mkdirSync(dir);
      await build(dir);
      writeFileSync(join(place, "current.new"), name);
      renameSync(join(place, "current.new"), join(place, "current"));
      return { dir, built: true };
    },
    { onWait },
  );
}
