import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { unreadyParts, watchDependencies } from "./dependencies.ts";
import { createMetrics } from "./metrics.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const metrics = createMetrics("test");
const watches: { stop(): void }[] = [];
afterEach(() => {
  for (const watch of watches.splice(0)) watch.stop();
  metrics.gauge("dependencyUp").reset();
});

function watch(...[probes, options]: [Parameters<typeof watchDependencies>[1], object?]) {
  const watching = watchDependencies(metrics, probes, options);
  watches.push(watching);
  return watching;
}

async function ups(): Promise<Record<string, number>> {
  const { values } = await metrics.gauge("dependencyUp").get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels.dependency, value]));
}

test("a dependency that answers is up, one that does not is down, and each is told apart", async () => {
  let postgresIsUp = true;
  watch({ postgres: async () => (postgresIsUp ? [] : Promise.reject(new Error("away"))), kafka: async () => {} });
  await vi.advanceTimersByTimeAsync(0);
  expect(await ups()).toEqual({ postgres: 1, kafka: 1 });

  postgresIsUp = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await ups()).toEqual({ postgres: 0, kafka: 1 });

  postgresIsUp = true;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await ups()).toEqual({ postgres: 1, kafka: 1 });
});

test("a probe that throws at once counts as no answer", async () => {
  watch({
    kafka: () => {
      throw new Error("closed");
    },
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(await ups()).toEqual({ kafka: 0 });
});

test("a dependency that hangs is down, is not asked again while it hangs, and its late answer tells nothing", async () => {
  let answer: (() => void) | undefined;
  const probe = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
  watch({ kafka: probe });
  await vi.advanceTimersByTimeAsync(2_999);
  expect(await ups()).toEqual({});
  await vi.advanceTimersByTimeAsync(1);
  expect(await ups()).toEqual({ kafka: 0 });

  await vi.advanceTimersByTimeAsync(60_000);
  expect(probe).toHaveBeenCalledTimes(1);

  answer?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(await ups()).toEqual({ kafka: 0 });
  await vi.advanceTimersByTimeAsync(2_000);
  answer?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(probe).toHaveBeenCalledTimes(2);
  expect(await ups()).toEqual({ kafka: 1 });
});

test("after stop nothing is asked and nothing is told", async () => {
  let answer: (() => void) | undefined;
  const probe = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
  const watching = watch({ kafka: probe });
  watching.stop();
  answer?.();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(probe).toHaveBeenCalledTimes(1);
  expect(await ups()).toEqual({});
});

test("the parts that do not answer are named, and are asked once however many ask", async () => {
  const kafka = vi.fn(async () => {});
  const unready = unreadyParts({
    kafka,
    postgres: async () => {
      throw new Error("away");
    },
    mongodb: () => {
      throw new Error("closed");
    },
  });
  expect(await Promise.all([unready(), unready(), unready()])).toEqual(Array(3).fill(["postgres", "mongodb"]));
  expect(kafka).toHaveBeenCalledTimes(1);
  await unready();
  expect(kafka).toHaveBeenCalledTimes(2);
});

test("a part that hangs is named in time, is not asked again while it hangs, and is ready once it answers", async () => {
  let answer: (() => void) | undefined;
  const probe = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
  const unready = unreadyParts({ kafka: async () => {}, postgres: probe });
  for (let time = 0; time < 3; time += 1) {
    const named = unready();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await named).toEqual(["postgres"]);
  }
  expect(probe).toHaveBeenCalledTimes(1);
  const named = unready();
  answer?.();
  expect(await named).toEqual([]);
  void unready();
  expect(probe).toHaveBeenCalledTimes(2);
});
