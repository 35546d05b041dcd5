export { type Decision, decide } from "./decide.ts";
export { defaultPolicy, type Facts, type Policy } from "./policy.ts";
