import type { ApiErrorCode, Application } from "@scoreline/contracts";
import { type Door, mediaTypeOf, type Problem, parseJson, problem, problemResponse, readText } from "@scoreline/http";
import type { Context } from "hono";
import { answerOf } from "../answer.ts";
import type { Decider } from "../decider.ts";

/** All that a request can come to: a decision, now or before, or the code of its problem. */
export const outcomes = [
  "decided",
  "repeated",
  "unauthorized",
  "unsupported_media_type",
  "body_too_large",
  "invalid_json",
  "validation_failed",
  "application_id_reused",
  "decision_pending",
  "store_unavailable",
  "stream_unavailable",
] as const satisfies readonly ("decided" | "repeated" | ApiErrorCode)[];

export interface FraudCheckDeps {
  door: Door<Application>;
  decide: Decider;
  /** A body, which is one application. */
  bodyBytesMax: number;
  /** Hears what became of each request: `decided`, `repeated`, or the code of its problem. */
  count: (outcome: string) => void;
}

const jsonOnly = { "accept-post": "application/json" };

/**
 * `POST /v1/fraud-check`: one application as a JSON object. 200 with the decision of record, whatever it is and however
 * often the application is sent; a problem otherwise.
 */
export function postFraudCheck({ door, decide, bodyBytesMax, count }: FraudCheckDeps) {
  function refuse(refused: Problem, headers: Record<string, string> = {}): Response {
    count(refused.code);
    return problemResponse(refused, headers);
  }

  return async (c: Context): Promise<Response> => {
    const fail = (code: ApiErrorCode, detail: string) => refuse(problem(code, detail));
    const media = mediaTypeOf((name) => c.req.header(name));
    if (!media.ok) return refuse(problem("unsupported_media_type", media.detail), jsonOnly);
    if (media.type !== "application/json") {
      return refuse(problem("unsupported_media_type", "Send application/json: one application, an object."), jsonOnly);
    }
    const body = await readText(c.req.raw, bodyBytesMax);
    if (!body.ok) {
      return body.problem === "too large"
        ? fail("body_too_large", `One application may have ${bodyBytesMax} bytes at most.`)
        : fail("invalid_json", "The bytes are not UTF-8.");
    }
    const parsed = parseJson(body.text);
    if (!parsed.ok) return fail("invalid_json", parsed.detail);
    const read = await door.read(parsed.value, body.text);
    if (!read.ok) return refuse(read.problem);
    const outcome = await decide(read.value);
    if (!outcome.ok) return refuse(outcome.problem);
    count(outcome.repeated ? "repeated" : "decided");
    return c.json(answerOf(outcome.decision));
  };
}
