import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A broker that can leave its cluster, on a free port: the one that is given, behind a proxy that puts its own address into what
 * is answered (Kafka's protocol guide, by the versions below). A broker leaves for a moment as it shuts down: to those who are
 * connected it then names no broker at all, and no partition's leader.
 */
export async function startLeavingBroker(behind: string) {
  const [host, port] = behind.split(":");
  const members = new Set<Socket>();
  const left = new WeakSet<Socket>();
  let tellLeft: () => void = () => {};
  const server = createServer((client) => {
    const broker = connect(Number(port), host);
    const asked = new Map<number, number>();
    members.add(client);
    client.on("close", () => {
      members.delete(client);
      broker.destroy();
    });
    broker.on("close", () => client.destroy());
    eachMessage(client, (request) => {
      asked.set(request.readInt32BE(4), request.readInt16BE(0));
      broker.write(withLength(request));
    });
    eachMessage(broker, (answer) => {
      const api = asked.get(answer.readInt32BE(0));
      asked.delete(answer.readInt32BE(0));
      client.write(withLength(passedOn(answer, api, left.has(client))));
      if (api === apis.metadata && left.has(client)) client.once("close", tellLeft);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const own = (server.address() as AddressInfo).port;

  function passedOn(answer: Buffer, api: number | undefined, hasLeft: boolean): Buffer {
    if (api === apis.apiVersions) return withOldVersions(answer);
    if (api === apis.findCoordinator) return withCoordinatorAt(own, answer);
    if (api === apis.metadata) return hasLeft ? withoutBrokers(answer) : withBrokerAt(own, answer);
    return answer;
  }

  return {
    brokers: `127.0.0.1:${own}`,
    /**
     * Leaves for everyone who is connected; who connects from now on finds the broker back. Resolves when someone was told and
     * has let the broker go.
     */
    leave: () =>
      new Promise<void>((resolve) => {
        tellLeft = resolve;
        for (const socket of members) left.add(socket);
      }),
    close: () => {
      for (const socket of members) socket.destroy();
      server.close();
    },
  };
}

/** Lets a client ask for metadata often, so that it soon meets that the broker has left. */
export const soonAsking = { "topic.metadata.refresh.interval.ms": 500 };

const leaderNotAvailable = 5;
const apis = { fetch: 1, metadata: 3, findCoordinator: 10, apiVersions: 18 };
/** The highest version of each that may be asked for: those that are read here, and the last Fetch that names topics. */
const versionsMax = new Map([
  [apis.fetch, 12],
  [apis.metadata, 1],
  [apis.findCoordinator, 0],
]);
/** A client that takes long over what it is told loses its way back for sure; so it is told of one more topic very often. */
const otherTopics = 50_000;
const otherTopic = Buffer.concat([int16(0), text("other".padEnd(80, "-")), Buffer.from([0]), array([])]);
const others = Buffer.alloc(otherTopics * otherTopic.length, otherTopic);

/** Hears of each message from the socket, without its length. */
function eachMessage(socket: Socket, onMessage: (message: Buffer) => void): void {
  let unread = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 4 && unread.length >= 4 + unread.readInt32BE(0)) {
      const end = 4 + unread.readInt32BE(0);
      onMessage(unread.subarray(4, end));
      unread = unread.subarray(end);
    }
  });
}

/** Version 3 and on: after correlation id, error and count (one byte while below 127) come key, lowest, highest, no tags. */
function withOldVersions(answer: Buffer): Buffer {
  const count = answer.readUInt8(6) - 1;
  for (let at = 7; at < 7 + count * 7; at += 7) {
    const max = versionsMax.get(answer.readInt16BE(at));
    if (max !== undefined) answer.writeInt16BE(max, at + 4);
  }
  return answer;
}

/** Version 0: correlation id, error and node stay. */
function withCoordinatorAt(port: number, answer: Buffer): Buffer {
  return Buffer.concat([answer.subarray(0, 10), text("127.0.0.1"), int32(port)]);
}

/** Version 1: of the one broker, the node stays. */
function withBrokerAt(port: number, answer: Buffer): Buffer {
  const broker = Buffer.concat([answer.subarray(8, 12), text("127.0.0.1"), int32(port), text(null)]);
  return Buffer.concat([answer.subarray(0, 4), array([broker]), answer.subarray(endOfBrokers(answer))]);
}

/** Version 1. */
function withoutBrokers(answer: Buffer): Buffer {
  const start = endOfBrokers(answer) + 4;
  const topics = answer.readInt32BE(start);
  let at = start + 4;
  for (let topic = 0; topic < topics; topic += 1) {
    const name = at + 2;
    const partitions = name + 2 + answer.readInt16BE(name) + 1;
    at = partitions + 4;
    for (let partition = 0; partition < answer.readInt32BE(partitions); partition += 1) {
      answer.writeInt16BE(leaderNotAvailable, at);
      answer.writeInt32BE(-1, at + 6);
      const replicas = at + 10;
      const inSync = replicas + 4 + 4 * answer.readInt32BE(replicas);
      at = inSync + 4 + 4 * answer.readInt32BE(inSync);
    }
  }
  const head = [answer.subarray(0, 4), array([]), int32(-1), int32(topics + otherTopics)];
  return Buffer.concat([...head, answer.subarray(start + 4), others]);
}

/** Where, in an answer of Metadata 1, the brokers' nodes, hosts, ports and racks end. */
function endOfBrokers(answer: Buffer): number {
  let at = 8;
  for (let broker = 0; broker < answer.readInt32BE(4); broker += 1) {
    const port = at + 4 + 2 + answer.readInt16BE(at + 4);
    const rack = port + 4;
    at = rack + 2 + Math.max(answer.readInt16BE(rack), 0);
  }
  return at;
}

function withLength(message: Buffer): Buffer {
  return Buffer.concat([int32(message.length), message]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string | null): Buffer {
  return value === null ? int16(-1) : Buffer.concat([int16(value.length), Buffer.from(value)]);
}

function array(items: Buffer[]): Buffer {
  return Buffer.concat([int32(items.length), ...items]);
}
