import { describe, expect, test } from "vitest";
import { z } from "zod";
import { messageOf, stackOf, wordsOf } from "./errorWords.ts";

const secret = "Zq-Marker-7";
const named = (name: string, message: string, fields: object = {}) =>
  Object.assign(new Error(message), { name, ...fields });

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("what an error quotes is in no log", () => {
  const quoting: [what: string, error: unknown, words: string][] = [
    ["JSON.parse", thrownBy(() => JSON.parse(`{"name":${secret}`)), "SyntaxError"],
    ["BigInt", thrownBy(() => BigInt(secret)), "SyntaxError"],
    ["an address", thrownBy(() => new URL(secret)), "TypeError ERR_INVALID_URL"],
    ["zod", z.literal("a").safeParse(secret, { reportInput: true }).error, "ZodError"],
    [
      "a key that is there already",
      named("PostgresError", `duplicate key ${secret}`, { code: "23505", constraint_name: "credit_scores_pkey" }),
      "PostgresError 23505 (constraint credit_scores_pkey)",
    ],
    [
      "a COPY",
      named("error", `invalid input syntax for type integer: "${secret}"`, {
        code: "22P02",
        where: `line 1: ${secret}`,
      }),
      "error 22P02",
    ],
    ["a trigger", named("error", `no ${secret}`, { code: "P0001" }), "error P0001"],
    [
      "MongoDB's unique index",
      named("MongoServerError", `E11000 duplicate key error dup key: { _id: "${secret}" }`, { code: 11_000 }),
      "MongoServerError 11000",
    ],
    [
      "MongoDB's bulk write",
      named("MongoBulkWriteError", `E11000 ${secret}`, { code: 11_000 }),
      "MongoBulkWriteError 11000",
    ],
  ];

  test.each(quoting)("%s", (_, error, words) => {
    expect(wordsOf(error)).toBe(words);
    expect(stackOf(error)).not.toContain(secret);
  });
});

describe("what is about the system is told", () => {
  test.each([
    [new Error("No broker answered within 3000 ms."), "No broker answered within 3000 ms."],
    [named("DeliveryFailed", "The producer is closed."), "DeliveryFailed: The producer is closed."],
    [named("Error", "connect ECONNREFUSED 127.0.0.1:1", { code: "ECONNREFUSED" }), "connect ECONNREFUSED 127.0.0.1:1"],
    [
      named("PostgresError", 'relation "credit_scores" does not exist', { code: "42P01" }),
      'PostgresError: relation "credit_scores" does not exist',
    ],
    [
      named("MongoServerSelectionError", "connect ECONNREFUSED 127.0.0.1:1"),
      "MongoServerSelectionError: connect ECONNREFUSED 127.0.0.1:1",
    ],
    ["no answer within 5 ms", "no answer within 5 ms"],
  ])("%s", (error, words) => {
    expect(wordsOf(error)).toBe(words);
  });

  test("without its name where only the message is asked for", () => {
    expect(messageOf(named("DeliveryFailed", "The producer is closed."))).toBe("The producer is closed.");
    expect(messageOf(named("error", secret, { code: "23505" }))).toBe("error 23505");
  });

  test("a defect is told with the calls that led to it", () => {
    expect(stackOf(new TypeError("x is not a function"))).toMatch(/^TypeError: x is not a function\n\s+at /);
  });
});
