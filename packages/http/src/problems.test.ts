import { type ApiErrorCode, apiErrors } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { problem, problemResponse } from "./problems.ts";

const codes = Object.keys(apiErrors) as ApiErrorCode[];

test.each(codes)("%s is told by its catalogue entry", async (code) => {
  const response = problemResponse(problem(code, "What is particular here."));
  expect(response.status).toBe(apiErrors[code].status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toEqual({
    type: `urn:scoreline:problem:${code}`,
    title: apiErrors[code].title,
    status: apiErrors[code].status,
    detail: "What is particular here.",
    code,
  });
});

test("whoever meets a 503 is told when to come back", () => {
  const unavailable = codes.filter((code) => apiErrors[code].status === 503);
  expect(unavailable.length).toBeGreaterThan(0);
  for (const code of unavailable) {
    expect(Number(problemResponse(problem(code, "Later.")).headers.get("retry-after"))).toBeGreaterThan(0);
  }
});

test("headers of a case come beside the code's own", () => {
  const response = problemResponse(problem("unsupported_media_type", "No."), { "accept-post": "application/json" });
  expect(response.headers.get("accept-post")).toBe("application/json");
});
