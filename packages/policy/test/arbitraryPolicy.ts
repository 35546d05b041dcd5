import { approvalStatuses, riskLevels } from "@scoreline/contracts";
import fc from "fast-check";
import type { NumberType } from "../src/ir.ts";
import { formatScaled } from "../src/language/decimal.ts";
import { Choices } from "./arbitrary/choices.ts";
import { Expressions } from "./arbitrary/expressions.ts";
import { cardFields, declaredInputs, fields, type Known } from "./arbitrary/names.ts";
import { publicCodes, scorecard } from "./arbitrary/scorecards.ts";

/** Random policy documents in the whole of the language; few have a problem, which the checker finds. */
export function arbitraryPolicy(): fc.Arbitrary<string> {
  return fc
    .array(fc.nat(), { minLength: 200, maxLength: 1_200, size: "max" })
    .map((numbers) => policyYaml(new Choices(numbers)));
}

const windows = ["1h", "24h", "1s", "7ms", "1ms", "90s", "7d"];

function policyYaml(choices: Choices): string {
  const inputs = declaredInputs(choices);
  const readable = [...fields, ...inputs];
  const features = featuresOf(choices, readable, "window");
  const card = choices.chance(40) ? scorecard(choices, [...readable, ...features]) : undefined;
  const computed = [...features, ...(card ? [card.total, card.total, card.total] : [])];
  // What is computed is named more often.
  const names = [...readable, ...computed, ...computed];
  const tests = new Expressions(choices, names, { derived: false });
  const approvals = new Expressions(choices, names, { derived: true });
  return `policy: random
${inputs.length > 0 ? `inputs:\n${inputs.map(({ yaml }) => yaml).join("\n")}\n` : ""}${card ? `${card.yaml}\n` : ""}${reasonRules(choices, [...readable, ...features])}applications:
  features:${entries(features.map(({ yaml }) => yaml)) || " {}"}
  fraud:${entries(fraudClauses(choices, tests)) || " []"}
  risk:${entries(riskClauses(choices, tests))}
  approval:${entries(approvalClauses(choices, approvals))}
${transactionRules(choices)}`;
}

function transactionRules(choices: Choices): string {
  const features = featuresOf(choices, cardFields, "card_window");
  const tests = new Expressions(choices, [...cardFields, ...features, ...features], { derived: false });
  return `transactions:
  features:${entries(features.map(({ yaml }) => yaml)) || " {}"}
  fraud:${entries(fraudClauses(choices, tests)) || " []"}
`;
}

function entries(lines: readonly string[]): string {
  return lines.map((line) => `\n    ${line}`).join("");
}

type Feature = Known & { readonly yaml: string };

function featuresOf(choices: Choices, inputs: readonly Known[], prefix: string): Feature[] {
  return Array.from({ length: choices.upTo(4) }, (_, index) => {
    const name = `${prefix}_${index + 1}`;
    const window = choices.pick(windows);
    const numbers = inputs.filter(({ type, optional }) => type.kind === "number" && !optional);
    const aggregate = choices.pick(["count", "sum", "max", "min", "distinct"] as const);
    // A text or a number; whether it may be missing does not matter.
    const values = inputs.filter(({ type }) => type.kind !== "boolean");
    const input = choices.pick(aggregate === "distinct" ? values : numbers);
    if (aggregate === "count") {
      const cap = choices.chance(50) ? 2 + choices.upTo(7) : undefined;
      const clamp = cap === undefined ? "" : `, cap: ${cap}`;
      return feature(name, `count: true, window: ${window}${clamp}`, { ...counts, max: cap ?? counts.max });
    }
    if (aggregate === "distinct") return feature(name, `distinct: ${input.name}, window: ${window}`, counts);
    const type = input.type as NumberType;
    if (aggregate !== "sum") return feature(name, `${aggregate}: ${input.name}, window: ${window}`, type);
    if (type.min < 0) return feature(name, `count: true, window: ${window}`, counts);
    // Now and then a cap that many sums reach.
    const most = Math.min(999_999_999_999_999, type.max * choices.pick([10, 1, 3]));
    const cap = Math.max(type.min + 1, most);
    const yaml = `sum: ${input.name}, window: ${window}, cap: ${formatScaled(cap, type.scale)}`;
    return feature(name, yaml, { ...type, max: cap });
  });
}

/** So few that tests of them come out either way. */
const counts: NumberType = { kind: "number", scale: 0, min: 1, max: 9 };

function feature(name: string, yaml: string, type: NumberType): Feature {
  return { name, type, optional: false, input: false, yaml: `${name}: { ${yaml} }` };
}

function reasonRules(choices: Choices, names: readonly Known[]): string {
  const rules = choices.some(names, 30).map(({ name }) => {
    const code = choices.chance(60) ? `code: ${choices.pick(publicCodes)}, ` : "";
    return `\n  ${name}: { ${code}weight: ${choices.upTo(3)} }`;
  });
  return rules.length === 0 ? "" : `reasons:${rules.join("")}\n`;
}

function fraudClauses(choices: Choices, tests: Expressions): string[] {
  return Array.from({ length: choices.upTo(2) }, (_, index) => {
    const reason = JSON.stringify(choices.pick(["Fraud", "it's {{ odd }} \\ \u{1f600}", 'say "no"']));
    return `- { id: fraud-${index + 1}, when: ${JSON.stringify(tests.test(choices.upTo(2)))}, reason: ${reason} }`;
  });
}

function riskClauses(choices: Choices, tests: Expressions): string[] {
  const clauses = Array.from({ length: choices.upTo(3) }, () => {
    return `- { level: ${choices.pick(riskLevels)}, when: ${JSON.stringify(tests.test(choices.upTo(2)))} }`;
  });
  return [...clauses, `- { level: ${choices.pick(riskLevels)} }`];
}

const underAge = "(has(applicant_age) && applicant_age < 18)";

function approvalClauses(choices: Choices, tests: Expressions): string[] {
  const clauses = Array.from({ length: 1 + choices.upTo(4) }, (_, index) => {
    const status = choices.pick(approvalStatuses);
    const test = tests.test(choices.upTo(3));
    if (status === "Approved") return `- { id: c${index}, status: Approved, when: ${JSON.stringify(test)} }`;
    const when = status === "Rejected" && choices.chance(10) ? `${underAge} || ${test}` : test;
    const reason = when.includes("is_fraud") && choices.chance(50) ? "SUSPECTED_FRAUD" : choices.pick(publicCodes);
    return `- { id: c${index}, status: ${status}, when: ${JSON.stringify(when)}, reason: ${reason} }`;
  });
  const status = choices.pick(["Under Review", "Rejected", "Approved"]);
  const reason = status === "Approved" ? "" : `, reason: ${choices.pick(publicCodes)}`;
  return [...clauses, `- { id: last, status: ${status}${reason} }`];
}
