export * from "./catalogue.ts";
export { type Decision, decide } from "./decide.ts";
export * from "./inputs.ts";
export * from "./ir.ts";
export { defaultPolicy, type Facts, type Policy } from "./policy.ts";
