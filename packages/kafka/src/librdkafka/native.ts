import { createRequire } from "node:module";

/** The librdkafka addon. It is CommonJS whose named exports Node cannot see at import, hence `require`. */
export const native = createRequire(import.meta.url)(
  "@confluentinc/kafka-javascript",
) as typeof import("@confluentinc/kafka-javascript");
