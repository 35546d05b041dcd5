import { expect, test } from "vitest";
import { DeliveryError } from "../errors.ts";
import { type Outgoing, type Sender, sendInLanes } from "./lanes.ts";

const accepted = { status: 202, failures: [] };

function applications(count: number, users: number): Outgoing[] {
  return Array.from({ length: count }, (_, index) => ({ line: String(index), userId: `u${index % users}` }));
}

/** A sender that answers in the next turn of the event loop, and what it was given. */
function recordingSender(): Sender & { batches: string[][]; stopped: boolean } {
  const sender = {
    batches: [] as string[][],
    stopped: false,
    async deliver(lines: string[], onAnswer: (index: number, answer: typeof accepted) => void) {
      sender.batches.push(lines);
      await new Promise((resolve) => setImmediate(resolve));
      for (const index of lines.keys()) onAnswer(index, accepted);
    },
    stop() {
      sender.stopped = true;
    },
  };
  return sender;
}

test("every application is sent once, those of one user in their order", async () => {
  const sender = recordingSender();
  const answered: Outgoing[] = [];
  await sendInLanes(applications(5_000, 37), sender, (item) => answered.push(item));
  const sent = sender.batches.flat().map(Number);
  expect(sent.toSorted((one, other) => one - other)).toEqual([...Array(5_000).keys()]);
  for (let user = 0; user < 37; user++) {
    const ofUser = sent.filter((index) => index % 37 === user);
    expect(ofUser).toEqual(ofUser.toSorted((one, other) => one - other));
  }
  expect(answered).toHaveLength(5_000);
});

test("under load batches fill up to their bound", async () => {
  const sender = recordingSender();
  await sendInLanes(applications(5_000, 100), sender, () => {}, { lanes: 2, batchLinesMax: 100 });
  expect(Math.max(...sender.batches.map(({ length }) => length))).toBe(100);
  expect(sender.batches.length).toBeLessThan(70);
});

test("a server that does not answer holds the source back", async () => {
  let taken = 0;
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const sender: Sender = {
    async deliver(lines, onAnswer) {
      await released;
      for (const index of lines.keys()) onAnswer(index, accepted);
    },
    stop() {},
  };
  function* source() {
    for (const item of applications(10_000, 100)) {
      taken++;
      yield item;
    }
  }
  const sending = sendInLanes(source(), sender, () => {}, { lanes: 4, batchLinesMax: 50 });
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
  // One batch in flight and one waiting in each lane, and the one that found no room.
  expect(taken).toBeLessThanOrEqual(4 * 2 * 50 + 1);
  release();
  await sending;
  expect(taken).toBe(10_000);
});

test("a lane's failure stops the source and the other lanes and is thrown", async () => {
  const sender = recordingSender();
  const deliver = sender.deliver;
  sender.deliver = async (lines, onAnswer) => {
    if (lines.includes("700")) throw new DeliveryError("refused");
    await deliver(lines, onAnswer);
  };
  let answered = 0;
  const sending = sendInLanes(applications(100_000, 50), sender, () => answered++, { lanes: 4, batchLinesMax: 50 });
  await expect(sending).rejects.toThrow(new DeliveryError("refused"));
  expect(sender.stopped).toBe(true);
  expect(answered).toBeLessThan(2_000);
});

test("what was read before the source broke is delivered, and the break is thrown", async () => {
  const sender = recordingSender();
  function* source() {
    yield* applications(10, 3);
    throw new DeliveryError("the file ends here");
  }
  await expect(sendInLanes(source(), sender, () => {})).rejects.toThrow("the file ends here");
  expect(sender.batches.flat()).toHaveLength(10);
});
