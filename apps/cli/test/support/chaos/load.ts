import { DeliveryFailed, ProducerBusy, type RecordToSend } from "@scoreline/kafka";
import { createProducer } from "@scoreline/kafka/librdkafka";

const stepMs = 20;
const retryMs = 200;
const deliveryMsMax = 90_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Records to send, those of one step at once, and how many records a second. */
export type Load = { records: Generator<RecordToSend[]>; perS: number };

/** Sends records at steady rates until it is stopped; `stop` resolves, with their number, once the broker has all. */
export async function startLoad(brokers: string, loads: readonly Load[]) {
  const producer = createProducer({ brokers, clientId: "scoreline-test" });
  await producer.ready();
  const sends: Promise<void>[] = [];
  let stopped = false;
  const run = async ({ records, perS }: Load) => {
    const startedMs = performance.now();
    for (let count = 0; !stopped; await pause(stepMs)) {
      const due = ((performance.now() - startedMs) / 1_000) * perS;
      while (count < due) {
        const step = next(records);
        sends.push(...step.map((record) => sendSurely(producer, record)));
        count += step.length;
      }
    }
  };
  const running = Promise.all(loads.map(run));
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
