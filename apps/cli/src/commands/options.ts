import { InvalidArgumentError, Option } from "commander";

export const jsonOption = () => new Option("--json", "print one JSON object on standard output");

export const policyOption = () => new Option("--policy <file>", "the first policy, where none is published yet");

export const monitoringOption = () =>
  new Option("--monitoring", "with Prometheus, which watches the stack by monitoring's rules (default: as before, no)");

export function wholeNumber(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Send a whole number from 1 to 999,999,999.");
}
