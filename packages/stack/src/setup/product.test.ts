import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheRoot, findProduct, makeProduct } from "./product.ts";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "scoreline-cache-"));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

const product = { kind: "thing", inputs: ["v1"] };
const build = async (dir: string) => writeFileSync(join(dir, "made"), "");

test("an interrupted build is never taken for a whole one: the next one starts anew and cleans up", async () => {
  let abandoned = "";
  await expect(
    makeProduct(cache, product, async (dir) => {
      abandoned = dir;
      writeFileSync(join(dir, "half"), "");
      throw new Error("killed");
    }),
  ).rejects.toThrow("killed");
  expect(findProduct(cache, product)).toBeUndefined();
  const { dir, built } = await makeProduct(cache, product, build);
  expect(built).toBe(true);
  expect(existsSync(join(dir, "half"))).toBe(false);
  expect(existsSync(abandoned)).toBe(false);
});

test("two at once build once and get the same directory", async () => {
  let builds = 0;
  let waited = 0;
  const make = () =>
    makeProduct(
      cache,
      product,
      async (dir) => {
        builds += 1;
        await build(dir);
      },
      () => {
        waited += 1;
      },
    );
  const [first, second] = await Promise.all([make(), make()]);
  expect(builds).toBe(1);
  expect(waited).toBe(1);
  expect(first.dir).toBe(second.dir);
});

test("another input is another product, and the first one stays", async () => {
  const first = await makeProduct(cache, product, build);
  const second = await makeProduct(cache, { ...product, inputs: ["v2"] }, build);
  expect(second.dir).not.toBe(first.dir);
  expect(findProduct(cache, product)).toBe(first.dir);
});

test("a product that something outside has broken is built again", async () => {
  const fragile = { ...product, intact: (dir: string) => existsSync(join(dir, "made")) };
  const first = await makeProduct(cache, fragile, build);
  rmSync(join(first.dir, "made"));
  const second = await makeProduct(cache, fragile, build);
  expect(second.built).toBe(true);
  expect(existsSync(join(second.dir, "made"))).toBe(true);
});

test("the cache is where the user says, else where the system keeps caches", () => {
  expect(cacheRoot({ SCORELINE_CACHE: "/a", XDG_CACHE_HOME: "/b" }, "/home/u")).toBe("/a");
  expect(cacheRoot({ XDG_CACHE_HOME: "/b" }, "/home/u")).toBe("/b/scoreline");
  expect(cacheRoot({}, "/home/u")).toBe("/home/u/.cache/scoreline");
});
