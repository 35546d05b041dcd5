import type { Failure } from "@scoreline/contracts";
import { z } from "zod";
import { DeliveryError, PassingFault } from "../errors.ts";
import { linesOf } from "../lines.ts";

/** The server's final word on one record: 2xx accepted, 4xx refused with its problem's code and the rules it breaks. */
export type Answer = { status: number; failures: Failure[]; code?: string };

/**
 * Sends lines in one request and gives each result as it arrives, by the line's index. A line without a result is not
 * acknowledged. Throws `PassingFault` when the same request may succeed later, `DeliveryError` when it will not.
 */
export type Post = (lines: string[], onResult: (index: number, answer: Answer) => void) => Promise<void>;

export type Target = { url: string; apiKey: string };

const requestMsMax = 60_000;

const Result = z.object({
  line: z.int().min(1),
  status: z.int(),
  code: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), check: z.string(), detail: z.string() })).optional(),
});

/** What ingest takes, as its addresses name it. */
export type RecordKind = "applications" | "transactions";

/** A `Post` to ingest's `POST /v1/applications` or `/v1/transactions` as NDJSON. `url` is ingest's base address. */
export function postTo({ url, apiKey }: Target, kind: RecordKind): Post {
  const address = `${url.replace(/\/+$/, "")}/v1/${kind}`;
  return async (lines, onResult) => {
    try {
      const response = await fetch(address, {
        method: "POST",
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/x-ndjson" },
        body: lines.map((line) => `${line}\n`).join(""),
        signal: AbortSignal.timeout(requestMsMax),
      }).catch((cause: unknown) => {
        throw new PassingFault(`${url} cannot be reached: ${reasonOf(cause)}`, { reached: false, cause });
      });
      if (!response.ok) throw await faultOf(response, address);
      for await (const line of linesOf(response.body ?? empty())) readResult(line, lines.length, address, onResult);
    } catch (error) {
      if (error instanceof PassingFault || error instanceof DeliveryError) throw error;
      throw new PassingFault(`${url} broke off its answer: ${reasonOf(error)}`, { reached: true, cause: error });
    }
  };
}

async function* empty(): AsyncGenerator<Uint8Array> {}

function readResult(
  text: string,
  count: number,
  address: string,
  onResult: (index: number, answer: Answer) => void,
): void {
  const json = parseJson(text);
  // A line cut short by a lost connection is no result; its record is sent again.
  if (json === undefined) throw new PassingFault(`${address} broke off a result: ${quote(text)}`, { reached: true });
  const result = Result.safeParse(json);
  if (!result.success || result.data.line > count) {
    throw new DeliveryError(`${address} gave a result that is not ingest's: ${quote(text)}; check INGEST_URL`);
  }
  const { line, status, errors = [], code } = result.data;
  onResult(line - 1, { status, failures: errors, ...(code !== undefined && { code }) });
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 120));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an answer to the whole request means; its body is an RFC 9457 problem where the server is ours. */
async function faultOf(response: Response, address: string): Promise<PassingFault | DeliveryError> {
  const { status } = response;
  const problem = parseJson(await response.text()) as { title?: unknown; detail?: unknown } | null | undefined;
  const words = [problem?.title, problem?.detail].filter((part) => typeof part === "string").join(": ");
  const said = words ? `${status} (${words})` : String(status);
  if (status === 401 || status === 403) {
    return new DeliveryError(`${address} refused the API key with ${said}; set SCORELINE_API_KEY to a valid one`);
  }
  if (isPassing(status)) {
    const retryAfterMs = readRetryAfter(response.headers.get("retry-after"), Date.now());
    return new PassingFault(`${address} answered ${said}`, { reached: true, retryAfterMs });
  }
  return new DeliveryError(`${address} answered ${said}; is INGEST_URL the address of ingest?`);
}

/** True for a status that says "later": the same record may be accepted then. */
export function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** Milliseconds to wait by a Retry-After header: seconds or a date (RFC 9110, section 10.2.3). */
export function readRetryAfter(header: string | null, nowMs: number): number {
  if (!header) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}

/** The innermost message: fetch says only "fetch failed" and keeps the reason in its cause. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
