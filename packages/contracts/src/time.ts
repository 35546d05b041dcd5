import { z } from "zod";
import { nameOf } from "./text.ts";

/** How far a sender's clock may run ahead of ours, in milliseconds. */
export const clockSkewMsMax = 5 * 60 * 1000;

// RFC 3339, section 5.6, with optional seconds, a space for "T" and an optional offset.
const local = "^(\\d{4}-\\d{2}-\\d{2})[Tt ](\\d{2}:\\d{2})(:\\d{2})?(\\.\\d{1,9})?";
const offsetForm = "(?:([Zz])|([+-]\\d{2}):?(\\d{2}))";
const isoForm = new RegExp(`${local}${offsetForm}?$`);

/** A moment read from a sender: epoch milliseconds (integer, rounded down), and whether it came without an offset. */
export type SenderTime = { ms: number; naive: boolean };

/** A sender's `timestamp`: epoch seconds (integer or fraction) or ISO 8601. Whether it may be naive or ahead, the caller judges. */
export const Timestamp = z
  .unknown()
  .meta({
    type: ["number", "string"],
    minimum: 0,
    pattern: `${local}${offsetForm}$`,
    description: "Epoch seconds (integer or fraction) or ISO 8601 with an offset, such as 2026-01-31T09:30:00Z.",
  })
  .transform((value, context): SenderTime => {
    const time = readTime(value);
    if (typeof time !== "string") return time;
    context.addIssue({ code: "custom", message: time });
    return z.NEVER;
  });

/** UTC to the second or millisecond, as most senders write it: it need not be taken apart. */
const utcForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z$/;

/** A JSON value as a moment, or the sentence that says why it is none. */
export function readTime(value: unknown): SenderTime | string {
  if (typeof value === "number") {
    if (value < 0) return `is ${value}; it must not be before 1970`;
    return { ms: Math.floor(value * 1000), naive: false };
  }
  if (typeof value !== "string") return `is ${nameOf(value)}; send epoch seconds or ISO 8601`;
  if (utcForm.test(value)) {
    const ms = Date.parse(value);
    if (ms >= 0 && isDayOf(ms, value)) return { ms, naive: false };
  }
  const match = isoForm.exec(value);
  if (!match) return `is ${nameOf(value)}; send epoch seconds as a number, or ISO 8601 such as 2026-01-31T09:30:00Z`;
  const [, date, minutes, seconds = ":00", fraction = "", zulu, hours, offsetMinutes] = match;
  const offset = hours ? `${hours}:${offsetMinutes}` : "Z";
  const ms = Date.parse(`${date}T${minutes}${seconds}${fraction.slice(0, 4)}${offset}`);
  if (Number.isNaN(ms) || !isDayOf(Date.parse(`${date}T00:00:00Z`), value)) {
    return `is ${nameOf(value)}, which is no date of the calendar`;
  }
  if (ms < 0) return `is ${nameOf(value)}; it must not be before 1970`;
  return { ms, naive: !zulu && !hours };
}

/** Date.parse rolls 31 February over into March on some engines; the day of the month must come back as it went in. */
function isDayOf(ms: number, iso: string): boolean {
  return new Date(ms).getUTCDate() === Number(iso.slice(8, 10));
}

/** September 2001: what lies below it as epoch milliseconds is taken for a clock that runs ahead. */
const epochMsMin = 1e12;

/**
 * Why a moment cannot be accepted at `nowMs`, or undefined when it can. `naive: "refuse"` is the rule over HTTP;
 * on a topic and in files a time without an offset is read as UTC.
 */
export function problemWithTime(time: SenderTime, nowMs: number, naive: "refuse" | "utc"): string | undefined {
  if (time.naive && naive === "refuse") return "has no offset; add Z or an offset such as +02:00";
  if (time.ms <= nowMs + clockSkewMsMax) return undefined;
  const asMilliseconds = time.ms / 1000;
  if (asMilliseconds >= epochMsMin && asMilliseconds <= nowMs + clockSkewMsMax)
    return "looks like epoch milliseconds; send seconds";
  return `is ${new Date(Math.min(time.ms, 8.64e15)).toISOString()}, more than ${clockSkewMsMax / 60_000} minutes ahead`;
}

const dayMs = 86_400_000;
let startOfDayMs = Number.NaN;
let startOfDay = "";

/**
 * The day of a moment in epoch milliseconds, as `Date.toISOString` writes it up to its `T`, for years that have four digits;
 * and the milliseconds of that day that had passed. The day is formatted once for all moments in a row that it has.
 */
export function dayOf(ms: number): { day: string; inDayMs: number } {
  const inDayMs = ((ms % dayMs) + dayMs) % dayMs;
  if (ms - inDayMs !== startOfDayMs) {
    startOfDayMs = ms - inDayMs;
    startOfDay = new Date(startOfDayMs).toISOString().slice(0, "2026-01-31T".length);
  }
  return { day: startOfDay, inDayMs };
}
