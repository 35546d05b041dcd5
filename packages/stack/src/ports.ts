import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PortName, portDefaults, portNames, type StackConfig } from "./config.ts";
import { type Home, loadHome, readState, writePrivately } from "./home.ts";
import { withLock } from "./lock.mjs";
import type { OnStackEvent } from "./service.ts";

const triesMax = 2_000;

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
 * `inUse` names the ports whose service runs; `save` writes the choice to the home's state before another home may choose.
 */
export async function choosePorts(
  home: Home,
  config: StackConfig,
  inUse: ReadonlySet<PortName>,
  on: OnStackEvent,
  save: (ports: Record<PortName, number>) => void,
): Promise<Record<PortName, number>> {
  const notes = join(tmpdir(), `scoreline-ports-${process.getuid?.() ?? 0}`);
  mkdirSync(notes, { recursive: true, mode: 0o700 });
  return withLock(join(notes, "lock"), async () => {
    const remembered = readState(home)?.ports;
    const homes = otherHomes(join(notes, "homes.json"), home);
    const taken = new Set(homes.flatMap((other) => Object.values(readStateOrNone(other)?.ports ?? {})));
    const chosen: Partial<Record<PortName, number>> = {};
    for (const name of portNames) {
      const wanted = (inUse.has(name) ? remembered?.[name] : undefined) ?? config.ports[name] ?? remembered?.[name];
      const from = wanted ?? portDefaults[name];
      const port = inUse.has(name) && wanted !== undefined ? wanted : await nextFree(from, taken);
      if (port !== from && wanted !== undefined) on({ type: "port-moved", port: name, wanted: from, chosen: port });
      taken.add(port);
      chosen[name] = port;
    }
    save(chosen as Record<PortName, number>);
    writePrivately(join(notes, "homes.json"), JSON.stringify([...homes.map((other) => other.dir), home.dir]));
    return chosen as Record<PortName, number>;
  });
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
