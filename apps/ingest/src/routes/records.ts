import type { ApiErrorCode } from "@scoreline/contracts";
import {
  type BodyText,
  type Line,
  mediaTypeOf,
  parseJson,
  problemResponse,
  readLines,
  readText,
} from "@scoreline/http";
import type { Context } from "hono";
import { inOrder } from "../inOrder.ts";
import type { Intake, Outcome } from "../intake.ts";

/** Bounds of one request. */
export interface Limits {
  /** A JSON body, whole. */
  bodyBytesMax: number;
  /** One record: a JSON object by itself, or a line of a stream. */
  recordBytesMax: number;
  /** Records in a JSON array. */
  itemsMax: number;
  /** Lines of a stream on their way at once. */
  linesInFlightMax: number;
}

export const limitsDefault: Limits = {
  bodyBytesMax: 1_048_576,
  recordBytesMax: 65_536,
  itemsMax: 1_000,
  linesInFlightMax: 256,
};

const takenTypes = "Send application/json (an object or an array) or application/x-ndjson (an object a line).";

/**
 * `POST /v1/applications` and `POST /v1/transactions`.
 * One JSON object: 202 with its receipt, or its problem.
 * A JSON array: 202 when all were accepted, else 207, with a result for each by its `index`.
 * NDJSON: always 207 (RFC 4918, section 13), because the answer begins before the last line has come; a result for each
 * line by its `line`, in order.
 */
export function postRecords(intake: Intake, limits: Limits) {
  const refuse = (code: ApiErrorCode, detail: string) => problemResponse(intake.refuse(code, detail).problem);
  return async (c: Context): Promise<Response> => {
    const media = mediaTypeOf((name) => c.req.header(name));
    if (!media.ok) return refuse("unsupported_media_type", media.detail);
    if (media.type === "application/x-ndjson") return streamed(c.req.raw, intake, limits);
    if (media.type !== "application/json") return refuse("unsupported_media_type", takenTypes);
    const body = await readText(c.req.raw, limits.bodyBytesMax);
    if (!body.ok) return problemResponse(unreadable(body, intake, limits.bodyBytesMax).problem);
    const parsed = parseJson(body.text);
    if (!parsed.ok) return refuse("invalid_json", parsed.detail);
    if (Array.isArray(parsed.value)) return batch(parsed.value, intake, limits);
    if (body.text.length > limits.recordBytesMax) {
      return refuse("body_too_large", `One ${intake.noun} may have ${limits.recordBytesMax} bytes at most.`);
    }
    const outcome = await intake.take(parsed.value, body.text);
    return outcome.ok ? c.json(outcome.accepted, 202) : problemResponse(outcome.problem);
  };
}

function unreadable(body: BodyText & { ok: false }, intake: Intake, bytesMax: number) {
  return body.problem === "too large"
    ? intake.refuse("body_too_large", `At most ${bytesMax} bytes are taken here.`)
    : intake.refuse("invalid_json", "The bytes are not UTF-8.");
}

async function batch(items: unknown[], intake: Intake, limits: Limits): Promise<Response> {
  if (items.length > limits.itemsMax) {
    const detail = `The batch has ${items.length} items and ${limits.itemsMax} are taken at most; send NDJSON for more.`;
    return problemResponse(intake.refuse("too_many_items", detail).problem);
  }
  const outcomes = await Promise.all(items.map((item) => intake.take(item, JSON.stringify(item))));
  const results = outcomes.map((outcome, index) => ({ index, ...resultOf(outcome) }));
  return Response.json({ results }, { status: outcomes.every(({ ok }) => ok) ? 202 : 207 });
}

function resultOf(outcome: Outcome) {
  return outcome.ok ? { status: 202, ...outcome.accepted } : outcome.problem;
}

function streamed(request: Request, intake: Intake, limits: Limits): Response {
  const take = async (line: Line) => {
    const outcome = line.ok ? await intake.takeText(line.text) : unreadable(line, intake, limits.recordBytesMax);
    return `${JSON.stringify({ line: line.number, ...resultOf(outcome) })}\n`;
  };
  const results = inOrder(readLines(request.body, limits.recordBytesMax), take, limits.linesInFlightMax);
  const body = ReadableStream.from(results).pipeThrough(new TextEncoderStream());
  return new Response(body, { status: 207, headers: { "content-type": "application/x-ndjson" } });
}
