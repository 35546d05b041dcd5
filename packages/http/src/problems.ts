import { type ApiErrorCode, apiErrors, type Failure } from "@scoreline/contracts";

/** A problem of one record or request (RFC 9457, section 3.1), with every failing field by JSON pointer. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ApiErrorCode;
  errors?: Failure[];
}

/** What a refused request's answer carries beyond its body. */
const headersOf: Partial<Record<ApiErrorCode, Record<string, string>>> = {
  unauthorized: { "www-authenticate": 'Bearer realm="scoreline"' },
  decision_pending: { "retry-after": "1" },
  store_unavailable: { "retry-after": "2" },
  stream_unavailable: { "retry-after": "2" },
  unsupported_media_type: { "accept-post": "application/json, application/x-ndjson" },
  // What is left of the body is not read, so the connection cannot serve another request (RFC 9110, section 15.5.14).
  body_too_large: { connection: "close" },
};

/** The catalogue's words for `code`, with what is particular to this case in `detail`. */
export function problem(code: ApiErrorCode, detail: string, errors?: Failure[]): Problem {
  const { status, title } = apiErrors[code];
  return { type: `urn:scoreline:problem:${code}`, title, status, detail, code, ...(errors ? { errors } : {}) };
}

/** The HTTP answer of a problem. */
export function problemResponse(body: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { "content-type": "application/problem+json", ...headersOf[body.code], ...headers },
  });
}
