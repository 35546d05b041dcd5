import { describe, expect, test } from "vitest";
import { patient, within } from "./source.ts";

const never = () => new Promise<never>(() => {});

describe("a read", () => {
  test("gives its value, or why there is none", async () => {
    expect(await within(async () => 7)).toEqual({ value: 7 });
    expect(await within(() => Promise.reject(new Error("gone\n away")))).toEqual({ away: "gone away" });
    expect(
      await within(() => {
        throw new Error("at once");
      }),
    ).toEqual({ away: "at once" });
  });

  test("that does not end is away when its time is over", async () => {
    expect(await within(never, 20)).toEqual({ away: "no answer within 0.02 s" });
  });

  test("of an address that nobody listens at says so", async () => {
    const { away } = await within(() => fetch("http://127.0.0.1:9/metrics"));
    expect(away).toMatch(/ECONNREFUSED|bad port/);
  });
});

describe("a patient read", () => {
  test("begins no second time before it has ended, and shows what it gave last", async () => {
    let begun = 0;
    let finish = (_: number) => {};
    const read = patient(() => {
      begun += 1;
      return begun === 1 ? Promise.resolve(1) : new Promise<number>((resolve) => (finish = resolve));
    }, 20);
    expect(await read()).toEqual({ value: 1 });
    expect(await read()).toEqual({ value: 1 });
    expect(await read()).toEqual({ value: 1 });
    expect(begun).toBe(2);
    const next = read();
    finish(2);
    expect(await next).toEqual({ value: 2 });
  });

  test("that hangs after a failure goes on to tell of that", async () => {
    let begun = 0;
    const read = patient(() => {
      begun += 1;
      return begun === 1 ? Promise.resolve(1) : begun === 2 ? Promise.reject(new Error("no")) : never();
    }, 20);
    expect(await read()).toEqual({ value: 1 });
    expect(await read()).toEqual({ away: "no" });
    expect(await read()).toEqual({ away: "no" });
  });

  test("is away until there was an answer, and when it fails", async () => {
    expect(await patient(never, 20)()).toEqual({ away: "no answer within 0.02 s" });
    const failing = patient(() => Promise.reject(new Error("no")), 20);
    expect(await failing()).toEqual({ away: "no" });
    expect(await failing()).toEqual({ away: "no" });
  });
});
