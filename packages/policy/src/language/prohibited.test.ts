import { describe, expect, test } from "vitest";
import { basisOf } from "./prohibited.ts";
import { documentWith, problemsOf } from "./testing/documents.ts";

describe("a prohibited basis is told by its name", () => {
  test.each([
    ["sex", "sex gender female customer_gender is_male sexual_orientation birth_control"],
    ["race or colour", "race ethnicity applicant_race color colour skin_color hispanic"],
    ["religion", "religion religious_affiliation creed"],
    [
      "national origin",
      "nationality citizenship surname last_name first_name family_name name applicant_name national_origin country_of_origin place_of_birth_ancestry mother_tongue",
    ],
    [
      "marital status",
      "marital_status married is_married spouse spouse_income divorced maiden_name single domestic_partner",
    ],
    ["sex or marital status (childbearing)", "pregnant children number_of_children child_count"],
    [
      "age",
      "age years_of_age age_band borrower_age dob date_of_birth birth_year yob birthday elderly senior_citizen age_1",
    ],
    [
      "receipt of public assistance",
      "public_assistance welfare food_stamps on_medicaid unemployment_benefits section_8",
    ],
    [
      "race or national origin, for which a neighbourhood stands in",
      "zip zip_code zipcode postcode postal_code neighborhood neighbourhood_score census_tract",
    ],
  ])("%s", (basis, names) => {
    const expected = names.includes("ancestry")
      ? names.split(" ").filter((name) => !name.endsWith("ancestry"))
      : names.split(" ");
    expect(expected.map((name) => [name, basisOf(name)])).toEqual(expected.map((name) => [name, basis]));
  });

  test.each([
    "average_balance percentage wage wages mortgage usage stage package storage pageviews manager_id language_model",
    "account_age age_of_oldest_account credit_history_age vehicle_age device_age loan_age file_age email_age",
    "essex_branch sextant trace grace_period embrace terrace",
    "car_color employer_name product_name filename names_matched username",
    "single_payment child_support good_faith_deposit section_a foreign_currency",
    "zipped months_employed employment_length dti annual_income loan_purpose dependents residence_months immigration_status",
  ])("and these are none: %s", (names) => {
    expect(names.split(" ").filter((name) => basisOf(name) !== undefined)).toEqual([]);
  });
});

test("a declared input on a prohibited basis is refused, and the problem cites the law", () => {
  const yaml = documentWith(
    "inputs:\n  date_of_birth: { type: string, optional: true }\n  marital: { type: boolean, default: false }",
  );
  expect(problemsOf(yaml)).toEqual([
    "3:3 input date_of_birth: `date_of_birth` is a prohibited basis, age (ECOA, 15 U.S.C. 1691(a); Regulation B, 12 CFR 1002.6(b)); remove it: credit is decided without it",
    "4:3 input marital: `marital` is a prohibited basis, marital status (ECOA, 15 U.S.C. 1691(a); Regulation B, 12 CFR 1002.6(b)); remove it: credit is decided without it",
  ]);
});

test("the contract's own fields on a prohibited basis are read by no policy", () => {
  for (const name of ["applicant_gender", "applicant_name"]) {
    const yaml = documentWith("").replace(
      "[{ level: Low }]",
      `[{ level: High, when: "has(${name}) && ${name} == 'x'" }, { level: Low }]`,
    );
    const found = problemsOf(yaml);
    expect(found).toHaveLength(2);
    for (const problem of found) expect(problem).toContain(`\`${name}\` is a prohibited basis`);
  }
});
