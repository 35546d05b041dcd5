export { alertGroups } from "./rules/alerts/index.ts";
export { ruleFile } from "./rules/prometheus.ts";
export { recordings } from "./rules/recording.ts";
export { type Alert, appJobs, exprOf } from "./rules/rule.ts";
export { hastened, readThresholds, type Thresholds } from "./thresholds.ts";
