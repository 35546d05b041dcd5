import { expect, test } from "vitest";
import { readTarget } from "./config.ts";

test("the target is read from the environment", () => {
  expect(readTarget({ INGEST_URL: "http://127.0.0.1:8080", SCORELINE_API_KEY: "k" })).toEqual({
    url: "http://127.0.0.1:8080",
    apiKey: "k",
  });
});

test("each variable that is missing or wrong is named with what to set it to", () => {
  expect(() => readTarget({})).toThrow(
    "INGEST_URL is missing; set it to ingest's address, such as http://127.0.0.1:8080; " +
      "SCORELINE_API_KEY is missing; set it to ingest's API key",
  );
  expect(() => readTarget({ INGEST_URL: "localhost:8080", SCORELINE_API_KEY: "a\nb" })).toThrow(
    /INGEST_URL is no http address.*SCORELINE_API_KEY is empty or holds characters/,
  );
});
