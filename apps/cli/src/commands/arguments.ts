import { Identifier, Timestamp, transactionFields } from "@scoreline/contracts";
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

/** What an id may name: an application, or a card transaction, whose id is a UUID in any case of letters. */
export type EventId = { application: string | undefined; transaction: string | undefined };

/** An application's id, a card transaction's, or its alert's: `transaction/<transaction_id>`. */
export function eventId(value: string): EventId {
  const alerted = /^transaction\/(.+)$/.exec(value)?.[1];
  const transaction = transactionFields.transaction_id.safeParse(alerted ?? value).data;
  if (alerted === undefined) return { application: identifier(value), transaction };
  if (transaction !== undefined) return { application: undefined, transaction };
  throw new InvalidArgumentError("Send transaction/ and a UUID.");
}

/** Text that says something. */
export function words(value: string): string {
  if (value.trim() !== "") return value.trim();
  throw new InvalidArgumentError("Send some text.");
}
