/** The partition was given up while work on it went on; the work ends without a trace. */
export class Dropped extends Error {
  override readonly name = "Dropped";
}

/**
 * What a failed write means. `contended`: another partition wrote the same id meanwhile, so look again. `refused`: a row
 * that Postgres will never take. `unavailable`: the store is away, full or read-only, so wait. `unknown`: a defect.
 */
export type Fault = "contended" | "refused" | "unavailable" | "unknown";

const uniqueViolation = "23505";
const contention = new Set([uniqueViolation, "40P01", "40001"]);
// Data exceptions, integrity violations and limits of a row (PostgreSQL manual, appendix A).
const refusalClasses = new Set(["22", "23", "54"]);

/** Tells faults apart by SQLSTATE and by the drivers' error codes, never by a message. */
export function faultOf(error: unknown): Fault {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return isDriverError(error) ? "unavailable" : "unknown";
  if (code === uniqueViolation && !isRepeatedId(error)) return "unknown";
  if (contention.has(code)) return "contended";
  if (code.startsWith("ERR_")) return "unknown";
  if (refusalClasses.has(code.slice(0, 2)) && code.length === 5) return "refused";
  return "unavailable";
}

/** Any other key is the place of a record: its partition was settled before, and looking again would not end. */
function isRepeatedId(error: unknown): boolean {
  return (error as { constraint?: unknown }).constraint === "credit_scores_pkey";
}

const driverErrors = new Set(["DeliveryFailed", "ProducerBusy"]);

function isDriverError(error: unknown): boolean {
  return error instanceof Error && (driverErrors.has(error.name) || error.name.startsWith("Mongo"));
}

const backoffMsMin = 50;
const backoffMsMax = 5_000;

/** Resolves after `ms` milliseconds, or at once when `signal` is aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

/**
 * Repeats `attempt` until it succeeds, with backoff, for as long as its sink is unavailable. Any other error is thrown,
 * and `Dropped` once `dropped` is aborted. `onRetry` hears of each failure.
 */
export async function persist<T>(
  attempt: () => Promise<T>,
  dropped: AbortSignal,
  onRetry: (error: unknown) => void,
): Promise<T> {
  for (let backoffMs = backoffMsMin; ; backoffMs = Math.min(backoffMs * 2, backoffMsMax)) {
    if (dropped.aborted) throw new Dropped();
    try {
      return await attempt();
    } catch (error) {
      if (faultOf(error) !== "unavailable") throw error;
      onRetry(error);
      await wait(backoffMs, dropped);
    }
  }
}
