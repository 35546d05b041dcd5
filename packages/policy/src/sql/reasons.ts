import { type CheckedPolicy, type Formula, type Literal, type ReasonPlan, reasonsMax, type Scorecard } from "../ir.ts";
import { expressionSql } from "./expression.ts";
import { lostSql } from "./scorecard.ts";
import { extended, heldArray, quoteText, type Step } from "./text.ts";

/** The column with the place of the deciding approval clause, from 1. */
export const decidingColumn = '"_approval"';

/** The reasons of each event in rank order, as `CODE id`, and the codes of the first `reasonsMax`; null from the last on. */
export function reasonSteps(policy: CheckedPolicy, plans: readonly ReasonPlan[], from: string): Step[] {
  const cases = plans.flatMap(({ formula, literals }, index) =>
    formula ? [`when ${index + 1} then ${rankedSql(policy, formula, literals)}`] : [],
  );
  const none = "array[]::text[]";
  const reasons =
    cases.length === 0 ? none : `case ${decidingColumn}\n    ${cases.join("\n    ")}\n    else ${none} end`;
  const codes = ranks.map((rank) => `split_part("_reasons"[${rank}], ' ', 1) as "_code_${rank}"`);
  return [
    { name: "reasons", sql: extended(from, [`${reasons} as "_reasons"`]) },
    { name: "codes", sql: extended("reasons", codes) },
  ];
}

const ranks = Array.from({ length: reasonsMax }, (_, index) => index + 1);

const ids = ranks.map((rank) => `split_part("_reasons"[${rank}], ' ', 2)`);

/** The ids of the reasons in rank order. */
export const reasonLiteralsSql = `array_remove(array[${ids.join(", ")}], null)`;

/** Their distinct codes in the order in which they come first; where there is no reason, the deciding clause's own. */
export function reasonCodesSql({ approval }: CheckedPolicy): string {
  const [first, ...others] = ranks.map((rank) => `"_code_${rank}"`);
  const distinct = others.map((code, index) => {
    const earlier = [first, ...others.slice(0, index)].join(", ");
    return `case when ${code} not in (${earlier}) then ${code} end`;
  });
  const own = approval.flatMap(({ reason }, index) =>
    reason ? [`when ${index + 1} then array[${quoteText(reason)}]`] : [],
  );
  const alone =
    own.length === 0 ? "array[]::text[]" : `case ${decidingColumn} ${own.join(" ")} else array[]::text[] end`;
  return `case when ${first} is null then ${alone}
    else array_remove(array[${[first, ...distinct].join(", ")}], null) end`;
}

/** A reason as text: neither codes nor ids hold a space. */
function reasonText(code: string, id: string): string {
  return quoteText(`${code} ${id}`);
}

/** The reasons of one plan in rank order. */
function rankedSql(policy: CheckedPolicy, formula: Formula, literals: readonly Literal[]): string {
  const runs: string[] = [];
  let held: { when: string; value: string }[] = [];
  const close = () => {
    if (held.length > 0) runs.push(heldArray(held, "text"));
    held = [];
  };
  for (const [index, literal] of literals.entries()) {
    const when = conditionSql(index, formula, literals);
    if (!literal.scorecard || !policy.scorecard) {
      held.push({ when, value: reasonText(literal.code, literal.id) });
      continue;
    }
    close();
    runs.push(`case when ${when} then ${lostPointsSql(policy.scorecard, policy, literal)} else array[]::text[] end`);
  }
  close();
  return runs.join("\n      || ");
}

/** The characteristics that lost points, most first; the literal itself where none did. */
function lostPointsSql(scorecard: Scorecard, { reasons }: CheckedPolicy, literal: Literal): string {
  const lost = scorecard.characteristics.map((characteristic, index) => {
    const { id, source, reason } = characteristic;
    const code = reason ?? reasons[source.name]?.code ?? "SCORECARD_POINTS_TOO_LOW";
    return `(${reasonText(code, `${literal.id}/${id}`)}, ${lostSql(characteristic, index, scorecard)}, ${index})`;
  });
  const ranked = `array(select reason from (values ${lost.join(", ")}) as lost (reason, points, place)
        where points > 0 order by points desc, place)`;
  return `coalesce(nullif(${ranked}, array[]::text[]), array[${reasonText(literal.code, literal.id)}])`;
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
