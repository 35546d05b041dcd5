// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source text.
/** One slip in one engine: in `file` of packages/policy/src, `find` (which stands there once) becomes `replace`. */
export type Mutation = {
  readonly name: string;
  readonly engine: "javascript" | "sql";
  readonly file: string;
  readonly find: string;
  readonly replace: string;
};

type Slip = readonly [name: string, file: string, find: string, replace: string];

const javascript: readonly Slip[] = [
  ["an event at t - w is still in the window", "windows/partitionWindows.ts", "<= tMs - lengthMs", "< tMs - lengthMs"],
  [
    "a window lacks the current event",
    "windows/partitionWindows.ts",
    "for (const aggregate of this.#aggregates) aggregate.enter(row, seq);\n    return this.#values.map((value) => value(row));",
    "const values = this.#values.map((value) => value(row));\n    for (const aggregate of this.#aggregates) aggregate.enter(row, seq);\n    return values;",
  ],
  [
    "a sum is not clamped to its cap",
    "windows/plan.ts",
    "Math.min(values[slot] as number, cap)",
    "(values[slot] as number)",
  ],
  ["the head of a minimum does not advance", "windows/aggregates.ts", "next === 0 ? 0 : seq + next", "seq"],
  [
    "a value that came again leaves a distinct count",
    "windows/aggregates.ts",
    "occurrence !== 0 && lastSeen.get(occurrence) === seq",
    "occurrence !== 0",
  ],
  [
    "a value in the window counts again",
    "windows/aggregates.ts",
    "if (last < (tails[windows[window] as number] as number))",
    "if (last >= 0)",
  ],
  [
    "< holds at the bound",
    "engine/compile.ts",
    "return (frame) => (frame.numbers[slot] as number) < bound;",
    "return (frame) => (frame.numbers[slot] as number) <= bound;",
  ],
  [
    "> between computations holds where they are equal",
    "engine/compile.ts",
    "return (frame) => left(frame) > right(frame);",
    "return (frame) => left(frame) >= right(frame);",
  ],
  ["scales are not aligned", "engine/compile.ts", "const factor = 10 ** (scale - scaleOf(expr));", "const factor = 1;"],
  [
    "a list lacks its last value",
    "engine/compile.ts",
    "new Set<unknown>(values)",
    "new Set<unknown>(values.slice(0, -1))",
  ],
  ["a default does not stand in", "inputs.ts", "read(facts) ?? standIn", "read(facts)"],
  ["bounds of an attribute are not asked", "inputs.ts", "if (scaled < min || scaled > max) return undefined;", ""],
  ["too many decimals are rounded", "inputs.ts", " || scaled / factor !== value", ""],
  ["a bin takes its upper bound", "engine/scorecard.ts", "value < to", "value <= to"],
  [
    "the last risk clause that holds decides",
    "engine/engine.ts",
    "for (const { clause, holds } of this.#risk) if",
    "for (const { clause, holds } of this.#risk.toReversed()) if",
  ],
  ["the least points lost come first", "engine/reasoning.ts", "b.points - a.points", "a.points - b.points"],
  [
    "the least weight comes first",
    "reasons/planReasons.ts",
    "b.literal.weight - a.literal.weight",
    "a.literal.weight - b.literal.weight",
  ],
  ["the opposite of < is >", "reasons/expression.ts", '"<": ">=",', '"<": ">",'],
  ["a code is repeated", "engine/engine.ts", "if (!codes.includes(code)) codes.push(code)", "codes.push(code)"],
  [
    "a test of a missing input is a reason",
    "engine/compile.ts",
    "if (optional.length === 0 || isPresence(expr)) return test;",
    "return test;",
  ],
];

const sql: readonly Slip[] = [
  [
    "an event at t - w is still in the window",
    "sql/windows.ts",
    "and ${windowMs} preceding`",
    "and ${windowMs + 1} preceding`",
  ],
  [
    "later events of the same instant count",
    "sql/windows.ts",
    "`stream ${ordered} rows unbounded preceding`",
    '`stream order by "_t_ms" range unbounded preceding`',
  ],
  ["ties are in the opposite order", "sql/windows.ts", '"_t_ms", "_record_offset"`', '"_t_ms", "_record_offset" desc`'],
  ["partitions share a window", "sql/windows.ts", '"_user_id", "_partition", "_topic"`', '"_user_id", "_topic"`'],
  ["users are told apart by the database's collation", "sql/inputs.ts", 'user_id collate "C" as', "user_id as"],
  ["texts are compared by the database's collation", "sql/inputs.ts", 'string: `${name} collate "C"`', "string: name"],
  ["a sum is not clamped to its cap", "sql/windows.ts", "`least(${sum}, ${decimalText(cap, type.scale)})", "`(${sum})"],
  [
    "a value that was gone for exactly w does not enter again",
    "sql/windows.ts",
    '"_t_ms" - ${previous} >= ${windowMs}',
    '"_t_ms" - ${previous} > ${windowMs}',
  ],
  [
    "a value that comes again after exactly w does not expire",
    "sql/windows.ts",
    '${next} - "_t_ms" >= ${windowMs}',
    '${next} - "_t_ms" > ${windowMs}',
  ],
  ["a minimum still reads the event at t - w", "sql/windows.ts", "${windowMs - 1} preceding", "${windowMs} preceding"],
  [
    "a minimum reads the block before from its start",
    "sql/windows.ts",
    '${start} order by "_t_ms" desc',
    '${start} order by "_t_ms"',
  ],
  [
    "the windows are not warmed",
    "sql/compile.ts",
    'inputSteps(policy.inputs, events, "application_id")',
    'inputSteps(policy.inputs, `(select * from ${events} where in_scope) as scoped`, "application_id")',
  ],
  [
    "bounds of an attribute are not asked",
    "sql/inputs.ts",
    "[Math.max(min, -inputMax), Math.min(max, inputMax)]",
    "[-inputMax, inputMax]",
  ],
  ["too many decimals are kept", "sql/inputs.ts", " and ${raw} = trunc(${raw}, ${scale})", ""],
  [
    "a number counts as a text",
    "sql/inputs.ts",
    "then ${value} end`",
    'then ${value}${type.kind === "string" ? ` else attributes ->> ${key}` : ""} end`',
  ],
  ["a bin takes its upper bound", "sql/scorecard.ts", "`${column} < ${", "`${column} <= ${"],
  [
    "a missing value falls into other",
    "sql/scorecard.ts",
    'case "other":\n      return `${column} is not null`',
    'case "other":\n      return "true"',
  ],
  ["the least points lost come first", "sql/reasons.ts", "order by points desc, place", "order by points, place"],
  ["more than four reasons", "sql/reasons.ts", "{ length: reasonsMax }", "{ length: reasonsMax + 1 }"],
  [
    "a test counts though the formula around it fails",
    "sql/reasons.ts",
    'const parts = inner.filter((_, index) => index === 0 || inner[index - 1]?.kind !== "all");',
    "const parts = inner.slice(-1);",
  ],
  ["a code is repeated", "sql/reasons.ts", "not in (${earlier})", "is not null"],
  ["and becomes or", "sql/expression.ts", "join(` ${expr.kind} `)", 'join(" or ")'],
  [
    "the last fraud clause gives the alert its reason",
    "sql/fraud.ts",
    'case ${reasons.join(" ")} end',
    'case ${reasons.toReversed().join(" ")} end',
  ],
];

const named = (engine: Mutation["engine"], slips: readonly Slip[]) =>
  slips.map(([name, file, find, replace]): Mutation => ({ name, engine, file, find, replace }));

/** What the comparison of the engines must see. */
export const mutations: readonly Mutation[] = [...named("javascript", javascript), ...named("sql", sql)];
