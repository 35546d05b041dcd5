export { checkPolicy } from "./check.ts";
export { formatProblem, type PolicyProblem } from "./problems.ts";
