import { expect, test } from "vitest";
import { problemsOf } from "./testing/documents.ts";

/** Where the problem of an unknown name `oops` is told, in a document with a scalar of this form. */
function placeOf(scalar: string): string | undefined {
  const [problem] = problemsOf(`policy: loans
applications:
  risk: [{ level: Low }]
  approval:
    - status: Approved
      when: ${scalar}
    - { status: Under Review, reason: MANUAL_REVIEW_REQUIRED }
`);
  return problem?.split(" ")[0];
}

test.each([
  ["plain", "is_fraud || oops", "6:25"],
  ["in double quotes", '"is_fraud || oops"', "6:26"],
  ["in single quotes", "'is_fraud || oops'", "6:26"],
  ["behind a doubled quote", "'risk_level == ''Low'' || oops'", "6:39"],
  ["behind an escape", '"risk_level == \\"Low\\" || oops"', "6:39"],
  ["behind an escape with digits", '"risk_level == \\x27Low\\u0027 || oops"', "6:45"],
  ["behind an escape beyond U+FFFF", "\"device_id != '\\U0001F600' || oops\"", "6:14"],
  ["behind an escaped line break", '"is_fraud ||\\\n        \\ oops"', "7:11"],
  ["plain over two lines", "is_fraud ||\n        oops", "7:9"],
  ["quoted over two lines", '"is_fraud ||\n        oops"', "7:9"],
  ["quoted over an empty line", '"is_fraud ||\n\n        oops"', "8:9"],
  ["folded", ">-\n        is_fraud ||\n        oops", "8:9"],
  ["folded, indented by hand", ">2-\n          is_fraud ||\n          oops", "8:11"],
  ["literal", "|\n        is_fraud\n          || oops", "8:14"],
  ["folded, with a comment", "> # why\n        is_fraud || oops", "7:21"],
  ["with carriage returns", ">-\r\n        is_fraud ||\r\n        oops", "8:9"],
])("a problem in a scalar %s is told at its own line and column", (_, scalar, place) => {
  expect(placeOf(scalar)).toBe(place);
});

test("columns count UTF-16 units, as editors do", () => {
  expect(problemsOf("policy: loans # 😀\n{")[0]).toMatch(/^2:/);
  expect(placeOf("\"risk_level == 'Low' && has(device_id) && device_id != '😀' || oops\"")).toBe("6:76");
});
