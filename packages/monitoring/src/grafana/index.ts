export { type MartAlert, martAlerts } from "./alerting/martAlerts.ts";
export { grafanaFiles, grafanaFolders } from "./files.ts";
export { type AskedQuery, askedQueries, runnableQueries } from "./queries.ts";
export { type Range, runnable } from "./runnable.ts";
