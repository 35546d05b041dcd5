import { Timestamp } from "@scoreline/contracts";
import { UsageError } from "../usage.ts";

/** Events with `fromMs <= t < toMs`, epoch milliseconds; an absent bound is open. */
export type Period = { fromMs: number | undefined; toMs: number | undefined };

/** The period of `--from` and `--to`: from is in it, to is not. A date is its midnight in UTC. Throws `UsageError`. */
export function readPeriod({ from, to }: { from?: string | undefined; to?: string | undefined }): Period {
  const period = { fromMs: momentOf("--from", from), toMs: momentOf("--to", to) };
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = period;
  if (fromMs < toMs) return period;
  throw new UsageError(`--from ${from} is not before --to ${to}; nothing lies between`);
}

function momentOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Timestamp.safeParse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (time.success && !time.data.naive) return time.data.ms;
  throw new UsageError(
    `${option} is ${JSON.stringify(text)}; give a date, or a moment with an offset such as 2026-01-31T09:30:00Z`,
  );
}

/** ISO 8601 in UTC; null where there is none. */
export function isoOf(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : new Date(ms).toISOString();
}
