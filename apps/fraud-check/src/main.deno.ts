import { startUp } from "@scoreline/http";
import { denoRuntime } from "@scoreline/http/deno";
import { createProducer } from "@scoreline/kafka/platformatic";
import { run } from "./lifecycle.ts";

await startUp(denoRuntime, (runtime) =>
  run(runtime, ({ brokers, clientId }, limits) => createProducer({ brokers, clientId }, limits)),
);
