import { expect, test } from "vitest";
import { inWords, Tally } from "./tally.ts";

const failure = (check: string) => ({ pointer: "/x", check, detail: "x." });

test("sent = accepted + refused + failed, and each broken rule counts once an application, the most frequent first", () => {
  const tally = new Tally(1_000);
  for (let taken = 0; taken < 6; taken++) tally.take();
  tally.answer({ status: 202, failures: [] });
  tally.answer({ status: 422, failures: [failure("a"), failure("b"), failure("b")] });
  tally.answer({ status: 422, failures: [failure("b")] });
  tally.answer({ status: 400, failures: [], code: "invalid_json" });
  const summary = tally.summary(3_000);
  expect(summary).toEqual({
    sent: 6,
    accepted: 1,
    refused: 3,
    failed: 2,
    seconds: 2,
    per_second: 2,
    refused_by_check: { b: 2, a: 1, invalid_json: 1 },
  });
  expect(Object.keys(summary.refused_by_check)[0]).toBe("b");
});

test("a summary in words has one count a line", () => {
  expect(inWords({ per_second: 2, refused_by_check: {}, generated: { valid: 1 } })).toBe(
    "per second: 2\ngenerated:\n  valid: 1\n",
  );
});
