import { describe, expect, test } from "vitest";
import { clockSkewMsMax, problemWithTime, type SenderTime, Timestamp } from "./time.ts";

const nowMs = Date.parse("2026-03-01T12:00:00Z");

function read(value: unknown): SenderTime | string {
  const result = Timestamp.safeParse(value);
  return result.success ? result.data : (result.error.issues[0]?.message ?? "");
}

describe("a moment is read as the sender meant it", () => {
  test.each([
    [1_767_225_600, "2026-01-01T00:00:00.000Z"],
    [1_767_225_600.25, "2026-01-01T00:00:00.250Z"],
    [1_767_225_600.9999, "2026-01-01T00:00:00.999Z"],
    [0, "1970-01-01T00:00:00.000Z"],
    ["2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000Z"],
    ["2026-01-31t09:30:00z", "2026-01-31T09:30:00.000Z"],
    ["2026-01-31 09:30:00Z", "2026-01-31T09:30:00.000Z"],
    ["2026-01-31T09:30Z", "2026-01-31T09:30:00.000Z"],
    ["2026-01-31T09:30:00.1Z", "2026-01-31T09:30:00.100Z"],
    ["2026-01-31T09:30:00.123456789Z", "2026-01-31T09:30:00.123Z"],
    ["2026-01-31T09:30:00+02:00", "2026-01-31T07:30:00.000Z"],
    ["2026-01-31T23:30:00-0330", "2026-02-01T03:00:00.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"],
  ])("%j is %s", (value, iso) => {
    const time = read(value);
    expect(typeof time === "string" ? time : new Date(time.ms).toISOString()).toBe(iso);
    expect(time).toMatchObject({ naive: false });
  });

  test("every millisecond of a second survives as epoch seconds with a fraction", () => {
    const seconds = 1_767_225_600;
    const expected = Array.from({ length: 1_000 }, (_, i) => ({ ms: seconds * 1000 + i, naive: false }));
    expect(expected.map(({ ms }) => read(ms / 1000))).toEqual(expected);
  });
});

describe("a time without an offset", () => {
  const naive = read("2026-01-31T09:30:00") as SenderTime;

  test("is read as UTC and marked", () => {
    expect(naive).toEqual({ ms: Date.parse("2026-01-31T09:30:00Z"), naive: true });
    expect(read("2026-01-31 09:30")).toEqual(naive);
  });

  test("is refused over HTTP with the fix, and stands on a topic", () => {
    expect(problemWithTime(naive, nowMs, "refuse")).toBe("has no offset; add Z or an offset such as +02:00");
    expect(problemWithTime(naive, nowMs, "utc")).toBeUndefined();
  });
});

describe("a time ahead of our clock", () => {
  test("is accepted up to five minutes and refused beyond", () => {
    const ahead = (ms: number) => problemWithTime({ ms: nowMs + ms, naive: false }, nowMs, "refuse");
    expect(ahead(clockSkewMsMax)).toBeUndefined();
    expect(ahead(clockSkewMsMax + 1)).toBe("is 2026-03-01T12:05:00.001Z, more than 5 minutes ahead");
    expect(problemWithTime(read("2999-01-01T00:00:00Z") as SenderTime, nowMs, "refuse")).toBe(
      "is 2999-01-01T00:00:00.000Z, more than 5 minutes ahead",
    );
  });

  test("is named as epoch milliseconds where it is that", () => {
    expect(problemWithTime(read(nowMs) as SenderTime, nowMs, "refuse")).toBe(
      "looks like epoch milliseconds; send seconds",
    );
  });

  test.each([1e15, 1e300, JSON.parse("1e999") as number])("is refused for %d, which no date can hold", (value) => {
    expect(problemWithTime(read(value) as SenderTime, nowMs, "utc")).toMatch(/more than 5 minutes ahead$/);
  });
});

describe("refused", () => {
  test.each([
    "2026-02-31T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-10T00:00:00Z",
    "2026-01-31T25:00:00Z",
    "2026-01-31T09:60:00Z",
    "2026-01-31T09:30:00+99:00",
  ])("%s is no date of the calendar", (value) => {
    expect(read(value)).toBe(`is the string "${value}", which is no date of the calendar`);
  });

  test.each([-1, -0.001, "1969-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1970-01-01T00:30:00+01:00"])(
    "%j is before 1970",
    (value) => {
      expect(read(value)).toMatch(/; it must not be before 1970$/);
    },
  );

  test.each(["1767225600", "1767225600.5", "2026-01-31", "31.01.2026 09:30", "now", "", "2026-01-31T09:30:00 Z"])(
    "the string %j is refused with both forms that are taken",
    (value) => {
      expect(read(value)).toMatch(/; send epoch seconds as a number, or ISO 8601 such as 2026-01-31T09:30:00Z$/);
    },
  );

  test.each([[null], [true], [[]], [{}]])("%j is refused with what to send", (value) => {
    expect(read(value)).toMatch(/; send epoch seconds or ISO 8601$/);
  });
});
