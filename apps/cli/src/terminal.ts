import type { OnStackEvent } from "@scoreline/stack";

/** Lines for a person, on standard error, so that standard output stays a program's. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Lines of a command's result, on standard output. */
export function write(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A command's result as one JSON object, on one line. */
export function writeJson(value: unknown): void {
  write(JSON.stringify(value));
}

/** Epoch milliseconds -> `2026-01-31T09:30:00.000Z`. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** `1234` milliseconds -> `1.2 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** `1234567` -> `1,234,567`. */
export function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** Rows of a label and a value, aligned. */
export function table(rows: [label: string, value: string][]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join("\n");
}

/** Tells what services do, a line each. */
export const sayEvent: OnStackEvent = (event) => {
  if (event.type === "ready") say(`  ${event.service.padEnd(9)} ready in ${seconds(event.tookMs)}`);
  if (event.type === "already-healthy") say(`  ${event.service.padEnd(9)} already healthy`);
  if (event.type === "restarting")
    say(`  ${event.service.padEnd(9)} does not answer (${event.reason}); starting it anew`);
  if (event.type === "stopped")
    say(`  ${event.service.padEnd(9)} stopped in ${seconds(event.tookMs)}${event.killed ? " (killed)" : ""}`);
  if (event.type === "port-moved") say(`  port ${event.wanted} (${event.port}) is taken; using ${event.chosen}`);
  if (event.type === "waiting")
    say(`  another command (pid ${event.holderPid}) is at work on this stack; waiting for it`);
};
