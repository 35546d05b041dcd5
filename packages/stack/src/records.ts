import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Home, writePrivately } from "./home.ts";
import { parseStat } from "./identity.mjs";
import type { ProcessIdentity } from "./processes.ts";
import { type ServiceDefinition, serviceDefaults } from "./service.ts";

/** What is needed to stop a service without its definition. */
export interface ServiceRecord {
  readonly dependsOn: readonly string[];
  readonly stopSignal: NodeJS.Signals;
  readonly stopTimeoutMsMax: number;
}

/** `<name>.json` says how to stop the service; `<name>.pid`, written by the process itself, says which process it is. */
export function recordFiles(home: Home, name: string): { recordFile: string; leaderFile: string } {
  return { recordFile: join(home.runDir, `${name}.json`), leaderFile: join(home.runDir, `${name}.pid`) };
}

/** The names of all services that were started and not stopped since. */
export function recordNames(home: Home): string[] {
  if (!existsSync(home.runDir)) return [];
  return readdirSync(home.runDir)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

export function writeRecord(home: Home, definition: ServiceDefinition): void {
  if (!/^[a-z][a-z0-9-]*$/.test(definition.name)) throw new Error(`"${definition.name}" cannot name a service`);
  mkdirSync(home.runDir, { recursive: true });
  const record: ServiceRecord = {
    dependsOn: definition.dependsOn ?? [],
    stopSignal: definition.stopSignal ?? serviceDefaults.stopSignal,
    stopTimeoutMsMax: definition.stopTimeoutMsMax ?? serviceDefaults.stopTimeoutMsMax,
  };
  writePrivately(recordFiles(home, definition.name).recordFile, JSON.stringify(record));
}

/** The record; undefined when there is none or it cannot be read (the leader's file alone is enough to stop a service). */
export function readRecord(home: Home, name: string): ServiceRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordFiles(home, name).recordFile, "utf8")) as ServiceRecord;
  } catch {
    return undefined;
  }
}

/** Which process was started as the service; whether it still lives is another question. */
export function readLeader(home: Home, name: string): ProcessIdentity | undefined {
  const { leaderFile } = recordFiles(home, name);
  if (!existsSync(leaderFile)) return undefined;
  const [pid = "", start = "", boot = ""] = readFileSync(leaderFile, "utf8").trim().split("\n");
  const started = start.includes(")") ? parseStat(start).started : start.trim().split(/\s+/).join("_");
  return /^\d+$/.test(pid) && boot !== "" ? { pid: Number(pid), started, boot } : undefined;
}

export function removeRecord(home: Home, name: string): void {
  const { recordFile, leaderFile } = recordFiles(home, name);
  rmSync(leaderFile, { force: true });
  rmSync(recordFile, { force: true });
}
