import { Identifier, Timestamp } from "@scoreline/contracts";
import { InvalidArgumentError } from "commander";

/** An ISO 8601 time with an offset, as epoch milliseconds. */
export function moment(value: string): number {
  const time = Number.isNaN(Number(value)) ? Timestamp.safeParse(value).data : undefined;
  if (time && !time.naive) return time.ms;
  throw new InvalidArgumentError("Send ISO 8601 with an offset, such as 2026-01-31T09:30:00Z.");
}

/** An application's or a user's id, in its canonical form. */
export function identifier(value: string): string {
  const id = Identifier.safeParse(value);
  if (id.success) return id.data;
  throw new InvalidArgumentError("Send 1-64 characters of A-Z a-z 0-9 _ . : -");
}

/** Text that says something. */
export function words(value: string): string {
  if (value.trim() !== "") return value.trim();
  throw new InvalidArgumentError("Send some text.");
}
