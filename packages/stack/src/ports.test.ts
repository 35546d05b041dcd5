import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { portNames, type StackConfig } from "./config.ts";
import { type Home, loadHome, writeState } from "./home.ts";
import { choosePorts, isPortFree } from "./ports.ts";
import type { StackEvent } from "./service.ts";

const base = 41_000 + (process.pid % 1_000) * 8;
let homes: Home[];
let server: Server | undefined;

beforeEach(() => {
  homes = [0, 1].map(() => loadHome(mkdtempSync(join(tmpdir(), "scoreline-ports-test-"))));
});
afterEach(() => {
  server?.close();
  server = undefined;
  for (const home of homes) rmSync(home.dir, { recursive: true, force: true });
});

async function choose(home: Home | undefined, ports: StackConfig["ports"], inUse: number[] = [], scorers?: number) {
  if (home === undefined) throw new Error("no home");
  const events: StackEvent[] = [];
  const { ports: chosen, scorerPorts } = await choosePorts(
    home,
    { ports, path: "", ...(scorers === undefined ? {} : { scorers }) },
    new Set(inUse),
    (event) => events.push(event),
    (all) => writeState(home, { format: 1, ...all, postgresPassword: "p", apiKey: "k" }),
  );
  return { chosen, scorerPorts, events };
}

async function occupy(port: number) {
  server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

test("a configured port that is taken moves to the next free one, and says so", async () => {
  await occupy(base);
  expect(await isPortFree(base)).toBe(false);
  const { chosen, events } = await choose(homes[0], { kafka: base });
  expect(chosen.kafka).toBeGreaterThan(base);
  expect(events).toEqual([{ type: "port-moved", port: "kafka", wanted: base, chosen: chosen.kafka }]);
});

test("ports once chosen are kept, unless configured anew", async () => {
  const first = await choose(homes[0], { kafka: base, ingest: base + 1 });
  const second = await choose(homes[0], { ingest: base + 2 });
  expect(second.chosen.kafka).toBe(first.chosen.kafka);
  expect(second.chosen.ingest).toBe(base + 2);
});

test("the port of a running service stays, whatever is configured", async () => {
  await choose(homes[0], { kafka: base });
  await occupy(base);
  const { chosen } = await choose(homes[0], { kafka: base + 1 }, [base]);
  expect(chosen.kafka).toBe(base);
});

test("two homes that choose at once share no port, though nothing listens yet", async () => {
  const [a, b] = await Promise.all(homes.map((home) => choose(home, {})));
  const all = [a, b].flatMap((one) => Object.values(one?.chosen ?? {}));
  expect(new Set(all).size).toBe(2 * portNames.length);
});

test("each further scorer has a port of its own, kept until there are fewer", async () => {
  const first = await choose(homes[0], {}, [], 3);
  expect(first.scorerPorts).toHaveLength(2);
  expect(new Set([...first.scorerPorts, ...Object.values(first.chosen)]).size).toBe(2 + portNames.length);
  expect((await choose(homes[0], {})).scorerPorts).toEqual(first.scorerPorts);
  const [kept] = first.scorerPorts;
  expect((await choose(homes[0], {}, [], 2)).scorerPorts).toEqual([kept]);
  const other = await choose(homes[1], {}, [], 2);
  expect(other.scorerPorts).not.toContain(kept);
  expect(Object.values(other.chosen)).not.toContain(kept);
});

test("Prometheus has a port from when it is asked for until it is declined", async () => {
  const [home, other] = homes;
  const settle = (of: Home | undefined, settings: Partial<StackConfig>) => {
    if (of === undefined) throw new Error("no home");
    return choosePorts(
      of,
      { ports: {}, path: "", ...settings },
      new Set(),
      () => {},
      (all) => writeState(of, { format: 1, ...all, postgresPassword: "p", apiKey: "k" }),
    );
  };
  const prometheus = { port: base, scrapeInterval: "5s" };
  expect(await settle(home, { prometheus })).not.toHaveProperty("prometheusPort");
  expect(await settle(home, { prometheus, monitoring: true })).toMatchObject({ prometheusPort: base });
  expect(await settle(home, {})).toMatchObject({ prometheusPort: base });
  expect(await settle(other, { prometheus, monitoring: true })).toMatchObject({ prometheusPort: base + 1 });
  expect(await settle(home, { monitoring: false })).not.toHaveProperty("prometheusPort");
  expect(await settle(home, {})).not.toHaveProperty("prometheusPort");
});
