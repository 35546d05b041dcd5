import { createRequire } from "node:module";

/** The addon by itself, without anything of ours around it. It is CommonJS whose named exports Node cannot see at import. */
export const librdkafka = createRequire(import.meta.url)(
  "@confluentinc/kafka-javascript",
) as typeof import("@confluentinc/kafka-javascript");
