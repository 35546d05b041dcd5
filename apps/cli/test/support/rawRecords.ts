import { spawn } from "node:child_process";
import { topics } from "@scoreline/contracts";
import { tools } from "@scoreline/stack";

/** A record with nothing between it and the broker: no contract, no client's ideas of keys and headers. */
export type RawRecord = {
  key: Buffer | null;
  value: Buffer | null;
  headers?: readonly (readonly [name: Buffer, value: Buffer | null])[];
  partition: number;
  compressed?: boolean;
};

// kafka-python checks headers, encodes their names and measures their values; names that are no UTF-8 and values that are
// null get past it here.
const program = `
import base64, json, sys
import kafka.producer.producer_batch as batches
from kafka import KafkaProducer
from kafka.errors import KafkaError
batches.len = lambda it: 0 if it is None else len(it)
class Name(str):
    def encode(self, *_):
        return base64.b64decode(str(self))
class Headers(list):
    checked = False
    def __iter__(self):
        if self.checked: return super().__iter__()
        self.checked = True
        return iter(())
def bytes_of(text):
    return None if text is None else base64.b64decode(text)
def producer(compression):
    return KafkaProducer(bootstrap_servers=sys.argv[1], acks="all", linger_ms=0, max_request_size=1 << 26,
        enable_idempotence=False, compression_type=compression)
plain, packed = producer(None), producer("gzip")
for line in sys.stdin:
    record = json.loads(line)
    headers = Headers((Name(name), bytes_of(value)) for name, value in record["headers"])
    sender = packed if record["compressed"] else plain
    sent = sender.send(sys.argv[2], bytes_of(record["value"]), bytes_of(record["key"]), headers, record["partition"])
    try:
        print(sent.get(30).offset, flush=True)
    except KafkaError as error:
        print("refused", type(error).__name__, flush=True)
`;

/**
 * Appends records to `credit_applications` one after the other, as they are. Gives the offset of each, or the broker's
 * error where it refused one.
 */
export async function sendRaw(brokers: string, records: readonly RawRecord[]): Promise<(number | string)[]> {
  const python = spawn(tools().python, ["-c", program, brokers, topics.creditApplications.name], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  python.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  const base64 = (bytes: Buffer | null) => bytes?.toString("base64") ?? null;
  for (const { key, value, headers = [], partition, compressed = false } of records) {
    const named = headers.map(([name, content]) => [base64(name), base64(content)]);
    const line = { key: base64(key), value: base64(value), headers: named, partition, compressed };
    python.stdin.write(`${JSON.stringify(line)}\n`);
  }
  python.stdin.end();
  const code = await new Promise((resolve) => python.once("close", resolve));
  const lines = output.trim().split("\n");
  if (code !== 0 || lines.length !== records.length) throw new Error(`The producer sent ${lines.length} records.`);
  return lines.map((line) => (line.startsWith("refused ") ? line.slice("refused ".length) : Number(line)));
}
