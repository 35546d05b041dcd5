import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { ensureTopics } from "@scoreline/kafka/librdkafka";
import vectors from "@scoreline/kafka/vectors" with { type: "json" };
import { denoEnvironment, repositoryRoot, tools } from "@scoreline/stack";
import { expect, inject, test } from "vitest";

const run = promisify(execFile);
const denoOptions = ["--config=apps/ingest/deno.json", "--frozen", "--cached-only"];

function deno(command: string, ...args: string[]) {
  const { deno, denoDir } = tools();
  const options = { cwd: repositoryRoot, env: denoEnvironment(denoDir) };
  return run(deno, [command, ...denoOptions, ...args], options);
}

test("the adapter in TypeScript alone places every key on the partition that Java says, and tells its offset", async () => {
  const brokers = inject("env").KAFKA_BROKERS;
  const topic = `test-${randomUUID()}`;
  await ensureTopics({ brokers, clientId: "ingest-tests" }, [
    { name: topic, partitions: vectors.partitions, config: {} },
  ]);
  const { stdout } = await deno("run", "--allow-all", "apps/ingest/test/placeVectors.deno.ts", brokers, topic);
  const placements = JSON.parse(stdout) as { partition: number; offset: string }[];
  const next = new Map<number, number>();
  const expected = vectors.vectors.map(({ partition }) => {
    const offset = next.get(partition) ?? 0;
    next.set(partition, offset + 1);
    return { partition, offset: String(offset) };
  });
  expect(placements).toEqual(expected);
});

test("what Deno runs passes Deno's type check", async () => {
  await deno("check", "--quiet", "apps/ingest/src/main.deno.ts", "apps/ingest/test/placeVectors.deno.ts");
});
