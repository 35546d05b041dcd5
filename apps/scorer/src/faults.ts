/** The partition was given up while work on it went on; the work ends without a trace. */
export class Dropped extends Error {
  override readonly name = "Dropped";
}

/**
 * What a failed write means. `contended`: another partition wrote the same id meanwhile, so look again. `refused`: a row
 * that Postgres will never take. `unavailable`: the store is away, full or read-only, so wait. `unknown`: a defect, or a
 * database that is not ours as it should be (a table or a privilege is missing): no record is to blame, and the partition
 * stops until that is mended.
 */
export type Fault = "contended" | "refused" | "unavailable" | "unknown";

// Every SQLSTATE has a digit; the codes of Node (EPIPE, …) have none.
const sqlState = /^(?=.*\d)[0-9A-Z]{5}$/;
const uniqueViolation = "23505";
const contention = new Set([uniqueViolation, "40P01", "40001"]);

// By class (PostgreSQL manual, appendix A). Data exceptions, integrity violations, a view's check option, and limits of a
// row; and what triggers raise: 45000 is SQL's own code for it, U and P0001 are PL/pgSQL's and its users'.
const refusals = ["22", "23", "44", "54", "45", "U", "P0001"];
// Connections, resources, locks, an operator's intervention, the server's own disk; a read-only transaction and one that
// was ended for its age; a commit of which nobody knows what became of it.
const absences = ["08", "53", "55", "57", "58", "25006", "25P03", "25P04", "40003"];

/** Codes of postgres.js for a call that is wrong in itself: repeating it changes nothing. */
const defects = new Set(["UNDEFINED_VALUE", "MAX_PARAMETERS_EXCEEDED", "NOT_TAGGED_CALL", "UNSAFE_TRANSACTION"]);

/** Tells faults apart by SQLSTATE and by the drivers' error codes, never by a message. */
export function faultOf(error: unknown): Fault {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return isDriverError(error) ? "unavailable" : "unknown";
  if (!sqlState.test(code)) return code.startsWith("ERR_") || defects.has(code) ? "unknown" : "unavailable";
  if (code === uniqueViolation && !isRepeatedId(error)) return "unknown";
  if (contention.has(code)) return "contended";
  if (refusals.some((prefix) => code.startsWith(prefix))) return "refused";
  return absences.some((prefix) => code.startsWith(prefix)) ? "unavailable" : "unknown";
}

const idKeys: readonly unknown[] = ["credit_scores_pkey", "processed_transactions_pkey"];

/** Any other key is the place of a record: its partition was settled before, and looking again would not end. */
function isRepeatedId(error: unknown): boolean {
  return idKeys.includes((error as { constraint?: unknown }).constraint);
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
