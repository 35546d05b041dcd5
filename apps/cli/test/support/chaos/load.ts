import { DeliveryFailed, ProducerBusy, type RecordToSend } from "@scoreline/kafka";
import { createProducer } from "@scoreline/kafka/librdkafka";
import { chaosRecords } from "./records.ts";

const stepMs = 20;
const retryMs = 200;
const deliveryMsMax = 90_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends the records of `random` at a steady rate until it is stopped; `stop` resolves, with their number, once the broker has all. */
export async function startLoad(brokers: string, random: () => number, ratePerS: number) {
  const producer = createProducer({ brokers, clientId: "scoreline-test" });
  await producer.ready();
  const records = chaosRecords(random);
  const sends: Promise<void>[] = [];
  let stopped = false;
  const running = (async () => {
    const startedMs = performance.now();
    while (!stopped) {
      const due = ((performance.now() - startedMs) / 1_000) * ratePerS;
      while (sends.length < due) sends.push(...next(records).map((record) => sendSurely(producer, record)));
      await pause(stepMs);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
      await Promise.all(sends);
      await producer.close();
      return sends.length;
    },
  };
}

function next(records: Generator<RecordToSend[]>): RecordToSend[] {
  return records.next().value as RecordToSend[];
}

/** Sends again while the broker is away: a record whose answer was lost may then be there twice, which is a repeat. */
async function sendSurely(producer: ReturnType<typeof createProducer>, record: RecordToSend): Promise<void> {
  for (const deadlineMs = performance.now() + deliveryMsMax; ; await pause(retryMs)) {
    try {
      await producer.send(record);
      return;
    } catch (error) {
      const passing = error instanceof ProducerBusy || (error instanceof DeliveryFailed && error.retryable);
      if (!passing || performance.now() > deadlineMs) throw error;
    }
  }
}
