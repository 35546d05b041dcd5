import type { ReasonCode } from "@scoreline/contracts";
import { type CheckedPolicy, type Formula, type Literal, type ReasonPlan, reasonsMax } from "../ir.ts";
import { expressionSql } from "./expression.ts";
import { lostSql } from "./scorecard.ts";
import { extended, heldArray, quoteText, type Step } from "./text.ts";

/** The column with the place of the deciding approval clause, from 1. */
export const decidingColumn = '"_approval"';

/** What a reason is recorded as; a reason is its place among all that the policy can give, from 1. */
type Entry = { readonly literal: string; readonly code: ReasonCode };

/** Reasons as places in `entries`, then their codes one by one: `_code_1`, … are null from the last reason on. */
export function reasonSteps(policy: CheckedPolicy, plans: readonly ReasonPlan[], from: string): Step[] {
  const entries: Entry[] = [];
  const cases = plans.flatMap((plan, index) =>
    plan.formula ? [`when ${index + 1} then ${planSql(policy, plan, plan.formula, entries)}`] : [],
  );
  const places = cases.length === 0 ? "" : `case ${decidingColumn}\n    ${cases.join("\n    ")}\n    else `;
  const reasons = `${places}array[]::integer[]${cases.length === 0 ? "" : " end"} as "_reasons"`;
  const literals = entries.map(({ literal }) => literal);
  const codes = entries.map(({ code }) => code);
  const columns = ranks.flatMap((rank) => [
    `${lookUp(literals, rank)} as "_literal_${rank}"`,
    `${lookUp(codes, rank)} as "_code_${rank}"`,
  ]);
  return [
    { name: "reasons", sql: extended(from, [reasons]) },
    { name: "named", sql: extended("reasons", columns) },
  ];
}

const ranks = Array.from({ length: reasonsMax }, (_, index) => index + 1);

function lookUp(values: readonly string[], rank: number): string {
  return `(array[${values.map(quoteText).join(", ")}]::text[])["_reasons"[${rank}]]`;
}

/** The ids of the reasons in rank order. */
export const reasonLiteralsSql = `array_remove(array[${ranks.map((rank) => `"_literal_${rank}"`).join(", ")}], null)`;

/** Their distinct codes in the order in which they come first; where there is no reason, the deciding clause's own. */
export function reasonCodesSql({ approval }: CheckedPolicy): string {
  const distinct = ranks.map((rank) => {
    const earlier = ranks.slice(0, rank - 1).map((other) => `"_code_${other}"`);
    const isNew = earlier.length === 0 ? "true" : `"_code_${rank}" not in (${earlier.join(", ")})`;
    return { when: isNew, value: `"_code_${rank}"` };
  });
  const own = approval.flatMap(({ reason }, index) =>
    reason ? [`when ${index + 1} then array[${quoteText(reason)}]`] : [],
  );
  const alone = own.length === 0 ? "" : `case ${decidingColumn} ${own.join(" ")} else array[]::text[] end`;
  return `case when "_code_1" is not null then ${heldArray(distinct, "text")}
    else ${alone || "array[]::text[]"} end`;
}

/** The reasons of one plan in rank order, as an array of places; the first `reasonsMax` of them are looked up. */
function planSql(policy: CheckedPolicy, { literals }: ReasonPlan, formula: Formula, entries: Entry[]): string {
  const runs: string[] = [];
  let held: { when: string; value: string }[] = [];
  const close = () => {
    if (held.length > 0) runs.push(heldArray(held, "integer"));
    held = [];
  };
  for (const [index, literal] of literals.entries()) {
    const when = conditionSql(index, formula, literals);
    const place = entries.push({ literal: literal.id, code: literal.code });
    if (!literal.scorecard || !policy.scorecard) {
      held.push({ when, value: String(place) });
      continue;
    }
    close();
    runs.push(`case when ${when} then ${lostPointsSql(policy, literal, place, entries)} else array[]::integer[] end`);
  }
  close();
  return runs.join("\n      || ") || "array[]::integer[]";
}

/** The characteristics that lost points, most first; the literal itself where none did. */
function lostPointsSql(policy: CheckedPolicy, literal: Literal, place: number, entries: Entry[]): string {
  const { scorecard, reasons } = policy;
  if (!scorecard) throw new TypeError(`The policy ${policy.name} has no scorecard.`);
  const lost = scorecard.characteristics.map((characteristic, index) => {
    const { id, source, reason } = characteristic;
    const code = reason ?? reasons[source.name]?.code ?? "SCORECARD_POINTS_TOO_LOW";
    return `(${entries.push({ literal: `${literal.id}/${id}`, code })}, ${lostSql(characteristic, index, scorecard)})`;
  });
  const ranked = `array(select place from (values ${lost.join(", ")}) as lost (place, points)
        where points > 0 order by points desc, place)`;
  return `coalesce(nullif(${ranked}, array[]::integer[]), array[${place}])`;
}

/**
 * One leaf of the literal and every formula around it hold. The outermost one does whenever the clause decides. A test of a
 * missing input is null, which no `and` or `or` of a formula turns into true: it has no `not` outside of a test.
 */
function conditionSql(literal: number, formula: Formula, literals: readonly Literal[]): string {
  const paths = pathsTo(literal, formula).map((path) => {
    const [outermost, ...inner] = path;
    // What an `all` holds, holds with it.
    const parts = inner.filter((_, index) => index === 0 || inner[index - 1]?.kind !== "all");
    return (parts.length > 0 ? parts : [outermost as Formula]).map((part) => formulaSql(part, literals)).join(" and ");
  });
  return paths.length === 1 ? (paths[0] as string) : `(${paths.map((path) => `(${path})`).join(" or ")})`;
}

/** From the outermost formula to each leaf of a literal. */
function pathsTo(literal: number, formula: Formula): Formula[][] {
  if (formula.kind === "guard") return [];
  if (formula.kind === "literal") return formula.literal === literal ? [[formula]] : [];
  return formula.operands.flatMap((operand) => pathsTo(literal, operand).map((path) => [formula, ...path]));
}

function formulaSql(formula: Formula, literals: readonly Literal[]): string {
  if (formula.kind === "literal") return expressionSql((literals[formula.literal] as Literal).expr);
  if (formula.kind === "guard") return expressionSql(formula.expr);
  const word = formula.kind === "all" ? " and " : " or ";
  return `(${formula.operands.map((operand) => formulaSql(operand, literals)).join(word)})`;
}
