import { startUp } from "@scoreline/http";
import { nodeRuntime } from "@scoreline/http/node";
import { createProducer } from "@scoreline/kafka/librdkafka";
import { run } from "./lifecycle.ts";

await startUp(nodeRuntime, (runtime) => run(runtime, createProducer));
