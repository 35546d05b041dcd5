import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Home, HomeState } from "../home.ts";
import type { ServiceDefinition } from "../service.ts";
import { kafkaAnswers } from "./kafka-probe.ts";
import { runToEnd } from "./run-to-end.ts";

const heapMaxMb = 512;

/** The broker's bootstrap address. */
export const kafkaBrokers = (state: HomeState): string => `127.0.0.1:${state.ports.kafka}`;

/** One Kafka broker that is its own KRaft controller, on the loopback address. */
export function kafkaService(home: Home, state: HomeState, kafkaLibs: string): ServiceDefinition {
  const data = join(home.dataDir, "kafka");
  const config = join(home.runDir, "kafka.properties");
  // The second compiler would take more of a small machine than its code gives back: half of the broker's time, as measured.
  const java = ["-XX:TieredStopAtLevel=1", "-cp", join(kafkaLibs, "*"), "-Dorg.slf4j.simpleLogger.showDateTime=true"];
  return {
    name: "kafka",
    command: "java",
    args: [`-Xmx${heapMaxMb}m`, ...java, "kafka.Kafka", config],
    stopTimeoutMsMax: 30_000,
    prepare: async () => {
      writeFileSync(config, serverProperties(state, data));
      if (!existsSync(data)) await format(home, state, data, java);
    },
    ready: () => kafkaAnswers(state.ports.kafka),
  };
}

/** A formatted directory appears whole: it is made aside and renamed. */
async function format(home: Home, state: HomeState, data: string, java: readonly string[]): Promise<void> {
  const making = `${data}.new`;
  const config = join(home.runDir, "kafka-format.properties");
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  writeFileSync(config, serverProperties(state, making));
  const clusterId = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
  // In one word: an id that begins with a dash would be read as an option.
  const args = ["kafka.tools.StorageTool", "format", `--cluster-id=${clusterId}`, "-c", config];
  await runToEnd("java", [...java, ...args]);
  renameSync(making, data);
  rmSync(config);
}

function serverProperties(state: HomeState, data: string): string {
  const broker = kafkaBrokers(state);
  const controller = `127.0.0.1:${state.ports.kafkaController}`;
  return Object.entries({
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@${controller}`,
    listeners: `PLAINTEXT://${broker},CONTROLLER://${controller}`,
    "advertised.listeners": `PLAINTEXT://${broker}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": data,
    "num.partitions": 6,
    "auto.create.topics.enable": false,
    // The broker's clock orders windows; a producer's timestamp changes nothing.
    "log.message.timestamp.type": "LogAppendTime",
    "min.insync.replicas": 1,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    // After a crash the broker is let in again when its old session is over: 9 s by default, with one broker for nothing.
    "broker.session.timeout.ms": 5_000,
    "broker.heartbeat.interval.ms": 1_000,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
