import { existsSync, readdirSync, readFileSync } from "node:fs";

const kibPerMib = 1_024;

/** USER_HZ, in which /proc counts time: 100 on every Linux that Node runs on (proc(5), /proc/pid/stat). */
const ticksPerSecond = 100;

/** The most memory that a process has had resident, in MiB; null where there is no /proc. */
export function peakRssMib(pid: number): number | null {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return null;
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, "utf8")) ?? [];
  return kib === undefined ? null : Math.round(Number(kib) / kibPerMib);
}

/** A process as /proc tells of it: `ticks` are its own CPU time and that of children it has waited for. */
export type ProcessTicks = { pid: number; parent: number; ticks: number };

/** Reads a line of /proc/pid/stat (proc(5)). The name, in brackets, may hold anything. */
export function parseProcessTicks(stat: string): ProcessTicks {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15).map(Number);
  return { pid: Number.parseInt(stat, 10), parent: Number(fields[1]), ticks: utime + stime + cutime + cstime };
}

/** The CPU time of a process and all below it, in ticks. */
export function ticksOfTree(processes: readonly ProcessTicks[], pid: number): number {
  const own = processes.find((one) => one.pid === pid)?.ticks ?? 0;
  const below = processes.filter((one) => one.parent === pid);
  return below.reduce((sum, child) => sum + ticksOfTree(processes, child.pid), own);
}

/** The CPU seconds that each of these processes has taken so far, with all below it; null where there is no /proc. */
export function cpuSeconds<Name extends string>(pids: Record<Name, number>): Record<Name, number> | null {
  if (!existsSync("/proc/self/stat")) return null;
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readTicks);
  const seconds = (pid: number) => ticksOfTree(processes, pid) / ticksPerSecond;
  return mapValues(pids, seconds);
}

/** What was taken between two readings, by name. */
export function cpuBetween<Name extends string>(
  before: Record<Name, number> | null,
  after: Record<Name, number> | null,
): Record<Name, number> | null {
  if (!before || !after) return null;
  return mapValues(after, (seconds, name) => Math.round((seconds - before[name]) * 100) / 100);
}

function readTicks(pid: string): ProcessTicks[] {
  try {
    return [parseProcessTicks(readFileSync(`/proc/${pid}/stat`, "utf8"))];
  } catch {
    // It ended since the folder was read.
    return [];
  }
}

function mapValues<Name extends string, From, To>(
  record: Record<Name, From>,
  to: (value: From, name: Name) => To,
): Record<Name, To> {
  const entries = Object.entries(record) as [Name, From][];
  return Object.fromEntries(entries.map(([name, value]) => [name, to(value, name)])) as Record<Name, To>;
}
