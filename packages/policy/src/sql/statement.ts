import { quoteName, quoteText, type Step } from "./text.ts";

/** Lets go of the events that only warmed the windows. */
export function inScopeSteps(from: string): Step[] {
  return [{ name: "decided", sql: `select *\n  from ${from}\n  where "_in_scope"` }];
}

/** Steps as one SELECT that ends with `result` of the last one. */
export function statementOf(steps: readonly Step[], result: (from: string) => string): string {
  // `offset 0` keeps the planner from folding the steps into one, which would compute a column again wherever it is read.
  const ctes = steps.map(({ name, sql }) => `${name} as (\n  ${sql}\n  offset 0\n)`);
  return `with ${ctes.join(",\n")}\n${result((steps.at(-1) as Step).name)}\n`;
}

/** Columns by their names, as one JSON object. */
export function namedValues(names: readonly string[]): string {
  const pairs = names.map((name) => `${quoteText(name)}, ${quoteName(name)}`);
  return `jsonb_build_object(${pairs.join(", ")})`;
}
