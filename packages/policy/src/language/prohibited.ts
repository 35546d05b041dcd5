/*
 * Characteristics that a creditor may not take into account: Equal Credit Opportunity Act, 15 U.S.C. 1691(a), and
 * Regulation B, 12 CFR 1002.4(a) and 1002.6(b). The names that carry them are matched word by word, so that
 * `average_balance` is not an age and `account_age` is not a person's.
 */

/** Why a name cannot be read, and what to do about it: the ends of a sentence that begins with the name. */
export type Refusal = { readonly message: string; readonly fix: string };

const words: Readonly<Record<string, string>> = {
  sex: "sex gender female male woman women maternity salutation pronoun pronouns sexual transgender",
  "race or colour": "race racial ethnicity ethnic complexion hispanic latino latina caucasian",
  religion: "religion religious creed church mosque synagogue muslim christian jewish hindu buddhist",
  "national origin":
    "nationality citizenship citizen birthplace ancestry tribe tribal surname lastname forename firstname middlename fullname accent",
  "marital status":
    "marital married marriage unmarried spouse spousal husband wife divorced divorce widow widowed widower maiden",
  "sex or marital status (childbearing)": "pregnant pregnancy child children childbearing childbirth fertility",
  age: "dob yob birth birthday birthdate birthyear dateofbirth born elderly",
  "receipt of public assistance": "welfare medicaid tanf",
  "race or national origin, for which a neighbourhood stands in":
    "zip zipcode postcode postal postalcode neighbourhood neighborhood census",
};

/** Words that carry a basis together, in this order; `national_origin` is one wherever it stands in a name. */
const phrases: Readonly<Record<string, string>> = {
  sex: "birth_control family_planning",
  "race or colour": "skin_color skin_colour eye_color eye_colour hair_color hair_colour",
  "national origin":
    "national_origin country_of_origin native_language mother_tongue last_name family_name first_name given_name middle_name full_name applicant_name customer_name borrower_name person_name",
  "marital status": "civil_union domestic_partner domestic_partnership",
  age: "senior_citizen",
  "receipt of public assistance":
    "public_assistance social_assistance food_stamp food_stamps housing_benefit unemployment_benefit unemployment_benefits section_8",
};

/** Names that carry a basis only where they stand alone. */
const wholeNames: Readonly<Record<string, string>> = {
  "race or colour": "color colour",
  "national origin": "name",
  "marital status": "single is_single",
};

/** An age of one of these is not a person's; child support is a payment. */
const agedThings = new Set(
  "account accounts loan loans credit history vehicle car device trade trades tradeline tradelines file property debt card cards email phone address document collateral business company bankruptcy delinquency inquiry relationship".split(
    " ",
  ),
);

const basisByWord = indexed(words);
const basisByName = indexed(wholeNames);
const basisByPhrase = indexed(phrases);

function indexed(lists: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(lists).flatMap(([basis, list]) => list.split(" ").map((entry) => [entry, basis] as const)),
  );
}

/** The prohibited basis that a snake_case name carries; undefined for a name that carries none. */
export function basisOf(name: string): string | undefined {
  const whole = basisByName.get(name);
  if (whole !== undefined) return whole;
  const parts = name.split("_");
  for (const [phrase, basis] of basisByPhrase) {
    if (`_${name}_`.includes(`_${phrase}_`)) return basis;
  }
  for (const [index, part] of parts.entries()) {
    if (part === "child" && parts[index + 1] === "support") continue;
    const basis = basisByWord.get(part);
    if (basis !== undefined) return basis;
  }
  const isAge = parts.some((part) => part === "age" || part === "ages" || part === "aged");
  return isAge && !parts.some((part) => agedThings.has(part)) ? "age" : undefined;
}

/** Why a characteristic cannot be read. */
export function refusalOf(basis: string): Refusal {
  return {
    message: `is a prohibited basis, ${basis} (ECOA, 15 U.S.C. 1691(a); Regulation B, 12 CFR 1002.6(b))`,
    fix: "remove it: credit is decided without it",
  };
}
