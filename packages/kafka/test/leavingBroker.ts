import { type AddressInfo, createServer, type Socket } from "node:net";

/**
 * What a producer needs of a broker (Kafka's protocol guide, by the versions below), on a free port: one broker, one topic
 * whose records are acknowledged and not kept. It can leave its cluster, which a real broker does for a moment as it shuts
 * down: to those who are connected it then names no broker at all, and leads no partition.
 */
export async function startLeavingBroker(topic: string, partitions: number) {
  const members = new Set<Socket>();
  const left = new WeakSet<Socket>();
  const server = createServer((socket) => {
    members.add(socket);
    socket.on("close", () => members.delete(socket));
    socket.on("error", () => {});
    let unread = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      unread = Buffer.concat([unread, chunk]);
      while (unread.length >= 4 && unread.length >= 4 + unread.readInt32BE(0)) {
        const length = unread.readInt32BE(0);
        const request = unread.subarray(4, 4 + length);
        unread = unread.subarray(4 + length);
        const body = Buffer.concat([int32(request.readInt32BE(4)), answer(request.readInt16BE(0), left.has(socket))]);
        socket.write(Buffer.concat([int32(body.length), body]));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  function answer(api: number, hasLeft: boolean): Buffer {
    if (api === apis.apiVersions) return apiVersions();
    if (api === apis.metadata) return metadata(hasLeft);
    if (api === apis.initProducerId) return Buffer.concat([int32(0), int16(0), int64(1n), int16(0)]);
    const placed = Buffer.concat([int32(0), int16(hasLeft ? notLeader : 0), int64(0n), int64(-1n)]);
    return Buffer.concat([array([Buffer.concat([text(topic), array([placed])])]), int32(0)]);
  }

  function metadata(hasLeft: boolean): Buffer {
    const leader = hasLeft ? -1 : 1;
    const brokers = hasLeft ? [] : [Buffer.concat([int32(1), text("127.0.0.1"), int32(port), text(null)])];
    const states = Array.from({ length: partitions }, (_, partition) =>
      Buffer.concat([int16(0), int32(partition), int32(leader), array([int32(1)]), array([int32(1)])]),
    );
    const topics = [Buffer.concat([int16(0), text(topic), Buffer.from([0]), array(states)])];
    return Buffer.concat([array(brokers), int32(leader), array(topics)]);
  }

  return {
    brokers: `127.0.0.1:${port}`,
    /** Leaves for everyone who is connected; who connects from now on finds the broker back. */
    leave: () => {
      for (const socket of members) left.add(socket);
    },
    close: () => {
      for (const socket of members) socket.destroy();
      server.close();
    },
  };
}

const notLeader = 6;
const apis = { produce: 0, fetch: 1, metadata: 3, apiVersions: 18, initProducerId: 22 };
/** The one version of each that is answered; an idempotent producer asks that there be a fetch as well. */
const versions: [api: number, version: number][] = [
  [apis.produce, 3],
  [apis.fetch, 4],
  [apis.metadata, 1],
  [apis.initProducerId, 0],
];

/** Version 3, the one that librdkafka asks with. */
function apiVersions(): Buffer {
  const all = [...versions.map(([api, version]) => [api, version, version]), [apis.apiVersions, 0, 3]];
  const entries = all.map((range) => Buffer.concat([...range.map(int16), Buffer.from([0])]));
  return Buffer.concat([int16(0), Buffer.from([entries.length + 1]), ...entries, int32(0), Buffer.from([0])]);
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

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function text(value: string | null): Buffer {
  return value === null ? int16(-1) : Buffer.concat([int16(value.length), Buffer.from(value)]);
}

function array(items: Buffer[]): Buffer {
  return Buffer.concat([int32(items.length), ...items]);
}
