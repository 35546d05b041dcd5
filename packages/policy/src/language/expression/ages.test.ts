import { expect, test } from "vitest";
import { problemsOf } from "../testing/documents.ts";

type Part = "Approved" | "Rejected" | "Under Review" | "Low" | "High" | "fraud";

function documentOf(part: Part, when: string): string {
  const condition = `when: ${JSON.stringify(when)}`;
  const reason = part === "Approved" ? "" : ", reason: NOT_OF_AGE";
  const isStatus = part === "Approved" || part === "Rejected" || part === "Under Review";
  return `policy: loans
applications:
  fraud: [${part === "fraud" ? `{ id: it, ${condition}, reason: x }` : ""}]
  risk: [${part === "Low" || part === "High" ? `{ id: it, ${condition}, level: ${part} }, ` : ""}{ level: Low }]
  approval: [${isStatus ? `{ id: it, ${condition}, status: ${part}${reason} }, ` : ""}{ status: Under Review, reason: MANUAL_REVIEW_REQUIRED }]
`;
}

const older = "has(applicant_age) && applicant_age >= 18";
const younger = "has(applicant_age) && applicant_age < 18";

test.each([
  ["Approved", older],
  ["Approved", "has(applicant_age) && applicant_age >= 21 && credit_score > 600"],
  ["Approved", "has(applicant_age) && 20 < applicant_age"],
  ["Approved", "has(applicant_age) && !(applicant_age < 18)"],
  ["Approved", "!(!has(applicant_age) || applicant_age <= 17)"],
  ["Rejected", younger],
  ["Rejected", "has(applicant_age) && applicant_age <= 20"],
  ["Rejected", "has(applicant_age) && !(applicant_age >= 18)"],
  ["Rejected", "!has(applicant_age)"],
  ["Under Review", younger],
  ["Under Review", older],
  ["Low", older],
  ["High", younger],
  ["fraud", younger],
] as [Part, string][])("%s may rest on the capacity to contract: `%s`", (part, when) => {
  expect(problemsOf(documentOf(part, when))).toEqual(["clean"]);
});

test.each([
  ["Approved", younger],
  ["Approved", "has(applicant_age) && applicant_age >= 22"],
  ["Approved", "has(applicant_age) && applicant_age > 21"],
  ["Approved", "has(applicant_age) && applicant_age < 65"],
  ["Approved", "has(applicant_age) && applicant_age == 18"],
  ["Approved", "has(applicant_age) && applicant_age != 18"],
  ["Approved", "has(applicant_age) && applicant_age in [18, 19]"],
  ["Approved", "has(applicant_age) && applicant_age * 2 >= 36"],
  ["Approved", "has(applicant_age) && applicant_age >= credit_score - 600"],
  ["Approved", "has(applicant_age) && -applicant_age <= -18"],
  ["Approved", "has(applicant_age) && !(applicant_age >= 18)"],
  ["Rejected", older],
  ["Rejected", "has(applicant_age) && applicant_age > 60"],
  ["Rejected", "has(applicant_age) && applicant_age <= 21"],
  ["Low", younger],
  ["High", older],
  ["fraud", older],
  ["Under Review", "has(applicant_age) && applicant_age >= 60"],
] as [Part, string][])("%s may not rest on any other test of age: `%s`", (part, when) => {
  expect(problemsOf(documentOf(part, when))).toEqual([
    expect.stringContaining(
      "an applicant's age is a test of the capacity to contract only (ECOA, 15 U.S.C. 1691(a)(1); Regulation B, 12 CFR 1002.6(b)(2)(i)); compare it with the age of majority, at most 21",
    ),
  ]);
});
