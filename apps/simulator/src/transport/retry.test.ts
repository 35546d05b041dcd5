import { expect, test } from "vitest";
import { manualClock } from "../../test/clock.ts";
import { DeliveryError, PassingFault } from "../errors.ts";
import type { Answer, Post } from "./post.ts";
import { Server } from "./retry.ts";

const accepted: Answer = { status: 202, failures: [] };
const busy: Answer = { status: 503, failures: [] };
const lines = [..."abcdefgh"];

/** A server that lives through `script`, one step a request, and the requests it was sent. */
function scripted(script: Post[]): { post: Post; requests: string[] } {
  const requests: string[] = [];
  const post: Post = async (batch, onResult) => {
    requests.push(batch.join(""));
    await (script.shift() ?? acceptAll)(batch, onResult);
  };
  return { post, requests };
}

const acceptAll: Post = async (batch, onResult) => {
  for (const index of batch.keys()) onResult(index, accepted);
};

async function deliver(post: Post, clock = manualClock()) {
  const answers = new Map<number, Answer>();
  await new Server(post, clock).deliver(lines, (index, answer) => {
    expect(answers.has(index), `line ${index} is answered once`).toBe(false);
    answers.set(index, answer);
  });
  return answers;
}

test("only lines without an acknowledgement are sent again, in their order, and none is lost", async () => {
  const { post, requests } = scripted([
    async (_, onResult) => {
      for (const index of [0, 3, 1]) onResult(index, accepted);
      throw new PassingFault("cut off", { reached: true });
    },
    async (batch, onResult) => {
      for (const index of batch.keys()) onResult(index, index % 2 === 0 ? busy : accepted);
    },
  ]);
  const answers = await deliver(post);
  expect(requests).toEqual(["abcdefgh", "cefgh", "cfh"]);
  expect([...answers.keys()].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a refusal is an answer and is not sent again", async () => {
  const refused: Answer = { status: 422, failures: [{ pointer: "/x", check: "unknown_field", detail: "x." }] };
  const { post, requests } = scripted([
    async (batch, onResult) => {
      for (const index of batch.keys()) onResult(index, index === 2 ? refused : accepted);
    },
  ]);
  const answers = await deliver(post);
  expect(answers.get(2)).toEqual(refused);
  expect(requests).toEqual(["abcdefgh"]);
});

test("a result that never came is asked for again", async () => {
  const { post, requests } = scripted([async (_, onResult) => onResult(0, accepted)]);
  await deliver(post);
  expect(requests).toEqual(["abcdefgh", "bcdefgh"]);
});

test("waits double up to their bound, and a longer Retry-After is respected up to its own", async () => {
  const clock = manualClock();
  const fault = (retryAfterMs: number): Post => {
    return async () => {
      throw new PassingFault("busy", { reached: true, retryAfterMs });
    };
  };
  const { post } = scripted([fault(0), fault(0), fault(2_000), fault(0), fault(3_600_000)]);
  await deliver(post, clock);
  expect(clock.sleeps).toEqual([200, 400, 2_000, 1_600, 30_000]);
});

test("an address where nobody ever answered is given up within 5 s, a server that was there within 60 s", async () => {
  for (const [reached, secondsMax] of [
    [false, 5],
    [true, 60],
  ] as const) {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const delivery = deliver(async () => {
      throw new PassingFault("no", { reached });
    }, clock);
    await expect(delivery).rejects.toThrow(DeliveryError);
    expect(clock.nowMs() - startMs).toBeLessThanOrEqual(secondsMax * 1_000);
    expect(clock.nowMs() - startMs).toBeGreaterThan(secondsMax * 500);
  }
});

test("patience begins anew with each acknowledgement", async () => {
  const clock = manualClock();
  const startMs = clock.nowMs();
  const oneAtATime: Post = async (_, onResult) => {
    clock.advance(50_000);
    onResult(0, accepted);
  };
  const answers = await deliver(oneAtATime, clock);
  expect(answers.size).toBe(lines.length);
  expect(clock.nowMs() - startMs).toBeGreaterThan(400_000);
});

test("a lasting fault is thrown at once", async () => {
  const clock = manualClock();
  const delivery = deliver(async () => {
    throw new DeliveryError("the key is refused");
  }, clock);
  await expect(delivery).rejects.toThrow("the key is refused");
  expect(clock.sleeps).toEqual([]);
});
