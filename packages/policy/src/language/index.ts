export { checkPolicy } from "./check.ts";
export { formatProblem, type PolicyProblem } from "./problems.ts";
export { importScorecard } from "./scorecards/importScorecard.ts";
export type { TableFormat } from "./scorecards/tables.ts";
