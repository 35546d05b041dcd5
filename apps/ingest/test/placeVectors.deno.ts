// Appends every vector's key through the TypeScript adapter and prints where each record went, as JSON.
// Arguments: brokers, topic.
import { createProducer } from "@scoreline/kafka/platformatic";
import vectors from "@scoreline/kafka/vectors" with { type: "json" };

const [brokers = "", topic = ""] = Deno.args;
const producer = createProducer({ brokers, clientId: "vectors" });
const value = new TextEncoder().encode("vector");
const placements = await Promise.all(
  vectors.vectors.map(({ key }) => producer.send({ topic, key, value, headers: { adapter: "platformatic" } })),
);
await producer.close();
console.log(JSON.stringify(placements.map(({ partition, offset }) => ({ partition, offset: String(offset) }))));
