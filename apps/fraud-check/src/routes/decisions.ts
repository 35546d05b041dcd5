import { Identifier } from "@scoreline/contracts";
import { problem, problemResponse } from "@scoreline/http";
import { type Logger, wordsOf } from "@scoreline/telemetry";
import type { Context } from "hono";
import { answerOf } from "../answer.ts";
import { type Decisions, StoreUnavailable } from "../store.ts";

/** `GET /v1/decisions/{application_id}`: 200 with the decision of record as `POST /v1/fraud-check` gives it, 404 while there is none. */
export function getDecision(decisions: Decisions, log: Logger) {
  return async (c: Context): Promise<Response> => {
    const id = Identifier.safeParse(c.req.param("application_id"));
    if (!id.success) {
      const detail = "An application_id has 1 to 64 characters of A-Z a-z 0-9 _ . : -";
      const failure = { pointer: "/application_id", check: "invalid_application_id", detail };
      return problemResponse(problem("validation_failed", detail, [failure]));
    }
    try {
      const recorded = await decisions.read(id.data);
      if (recorded) return c.json(answerOf(recorded));
      return problemResponse(problem("not_found", "There is no decision on this application_id."));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      log.warn({ error: wordsOf(error.cause) }, "decisions cannot be read");
      return problemResponse(problem("store_unavailable", "Ask again."));
    }
  };
}
