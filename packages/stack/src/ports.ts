import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PortName, portDefaults, portNames, prometheusPortDefault, type StackConfig } from "./config.ts";
import { type Home, type HomeState, loadHome, readState, writePrivately } from "./home.ts";
import { withLock } from "./lock.mjs";
import type { OnStackEvent } from "./service.ts";

const triesMax = 2_000;

/** A home's ports by name, those of its scorers beyond the first, and Prometheus' where it has one. */
export type ChosenPorts = Pick<HomeState, "ports" | "scorerPorts" | "prometheusPort">;

/** Whether nobody listens on the port at the loopback address. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * A port for each name: the one in use stays, else the one asked for, remembered or usual, else the next free one.
 * Homes of one user do not take each other's ports, running or not: a note in the temporary directory says whose is what.
 * `inUse` are the ports that this home's own services listen on; `save` writes the choice to the home's state before
 * another home may choose. There are as many scorers as `config` says, else as before, else one.
 */
export async function choosePorts(
  home: Home,
  config: StackConfig,
  inUse: ReadonlySet<number>,
  on: OnStackEvent,
  save: (chosen: ChosenPorts) => void,
): Promise<ChosenPorts> {
  const notes = join(tmpdir(), `scoreline-ports-${process.getuid?.() ?? 0}`);
  mkdirSync(notes, { recursive: true, mode: 0o700 });
  return withLock(join(notes, "lock"), async () => {
    const remembered = readState(home);
    const homes = otherHomes(join(notes, "homes.json"), home);
    const taken = new Set(homes.flatMap((other) => portsOf(readStateOrNone(other))));
    const choose = async (name: string, before: number | undefined, asked: number | undefined, usual: number) => {
      const running = before !== undefined && inUse.has(before);
      const wanted = running ? before : (asked ?? before);
      const from = wanted ?? usual;
      const port = running ? before : await nextFree(from, taken);
      if (port !== from && wanted !== undefined) on({ type: "port-moved", port: name, wanted: from, chosen: port });
      taken.add(port);
      return port;
    };
    const ports: Partial<Record<PortName, number>> = {};
    for (const name of portNames) {
      ports[name] = await choose(name, remembered?.ports[name], config.ports[name], portDefaults[name]);
    }
    const before = remembered?.scorerPorts ?? [];
    const scorerPorts: number[] = [];
    while (scorerPorts.length < (config.scorers ?? before.length + 1) - 1) {
      const name = scorerName(scorerPorts.length + 2);
      scorerPorts.push(await choose(name, before[scorerPorts.length], undefined, portDefaults.scorerMetrics));
    }
    const { monitoring = remembered?.prometheusPort !== undefined, prometheus } = config;
    const watched = monitoring
      ? {
          prometheusPort: await choose(
            "prometheus",
            remembered?.prometheusPort,
            prometheus?.port,
            prometheusPortDefault,
          ),
        }
      : {};
    const chosen = { ports: ports as ChosenPorts["ports"], scorerPorts, ...watched };
    save(chosen);
    writePrivately(join(notes, "homes.json"), JSON.stringify([...homes.map((other) => other.dir), home.dir]));
    return chosen;
  });
}

/** The service's name of a scorer, the first one's being 1. */
export function scorerName(number: number): string {
  return number === 1 ? "scorer" : `scorer-${number}`;
}

function portsOf(chosen: ChosenPorts | undefined): number[] {
  if (!chosen) return [];
  const { ports, scorerPorts, prometheusPort } = chosen;
  return [...Object.values(ports), ...scorerPorts, ...(prometheusPort === undefined ? [] : [prometheusPort])];
}

async function nextFree(from: number, taken: ReadonlySet<number>): Promise<number> {
  for (let port = from; port < from + triesMax && port <= 65_535; port += 1) {
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`no free port from ${from} on within ${triesMax} tries`);
}

function otherHomes(file: string, own: Home): Home[] {
  const dirs = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : [];
  return dirs.filter((dir) => dir !== own.dir && existsSync(loadHome(dir).stateFile)).map((dir) => loadHome(dir));
}

function readStateOrNone(home: Home): ReturnType<typeof readState> {
  try {
    return readState(home);
  } catch {
    return undefined;
  }
}
