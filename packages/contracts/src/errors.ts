/** Every error a client of an HTTP worker can meet: status, whether a retry can help, and the public words (RFC 9457 `title`). */
export const apiErrors = {
  invalid_json: { status: 400, retryable: false, title: "The body is not valid JSON" },
  unauthorized: { status: 401, retryable: false, title: "A valid API key is required" },
  not_found: { status: 404, retryable: false, title: "There is nothing at this address" },
  method_not_allowed: { status: 405, retryable: false, title: "This address does not take that method" },
  application_id_reused: {
    status: 409,
    retryable: false,
    title: "This application_id was used for another application",
  },
  body_too_large: { status: 413, retryable: false, title: "The body is too large" },
  too_many_items: { status: 413, retryable: false, title: "The batch has too many items" },
  unsupported_media_type: { status: 415, retryable: false, title: "The content type is not supported" },
  validation_failed: { status: 422, retryable: false, title: "The record breaks its contract" },
  internal_error: { status: 500, retryable: true, title: "Something failed on our side" },
  decision_pending: { status: 503, retryable: true, title: "The decision is not there yet" },
  store_unavailable: { status: 503, retryable: true, title: "The decisions cannot be read at the moment" },
  stream_unavailable: { status: 503, retryable: true, title: "The stream cannot take records at the moment" },
} as const;

export type ApiErrorCode = keyof typeof apiErrors;
