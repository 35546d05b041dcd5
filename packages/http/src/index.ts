export { type ApiKey, type ApiKeys, bearerOf, createApiKeys, type KeyStanding, openApiKeys } from "./apiKeys.ts";
export { type BaseDeps, createBase, keyRequired, wrongMethod } from "./base.ts";
export { type BodyText, type Line, readLines, readText } from "./body.ts";
export { createDoor, type Door, type DoorDeps } from "./door.ts";
export { parseJson } from "./json.ts";
export { type Listening, type Runtime, runWorker, startUp, type Worker } from "./lifecycle.ts";
export { mediaTypeOf } from "./mediaType.ts";
export { type Problem, problem, problemResponse } from "./problems.ts";
export {
  applicationContract,
  type OutgoingRecord,
  type RecordContract,
  recordOf,
  transactionContract,
} from "./recordContract.ts";
export { ApiKeyList, integer } from "./settings.ts";
export { within } from "./within.ts";
