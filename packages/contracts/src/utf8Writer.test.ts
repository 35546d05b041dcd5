import { expect, test } from "vitest";
import { amountMinorMax, formatMinorUnits } from "./money.ts";
import { Utf8Writer } from "./utf8Writer.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

function written(write: (out: Utf8Writer) => void, capacity?: number): string {
  const out = new Utf8Writer(capacity);
  write(out);
  return decoder.decode(out.bytesFrom(0));
}

test("any text is written as UTF-8, however much it outgrows the first guess", () => {
  const texts = [
    "",
    "plain",
    'a "quoted" \\ one',
    "\u0000\t\n\u007f",
    "é",
    "日本語",
    "𝒳 and 🎲",
    "x".repeat(10_000),
    "日🎲".repeat(10_000),
  ];
  const all = written((out) => {
    for (const text of texts) out.raw(text);
  }, 1);
  expect(all).toBe(texts.join(""));
});

test("half of a surrogate pair becomes the replacement character, as in every encoder", () => {
  expect(written((out) => out.raw("a\ud800b"))).toBe("a\ufffdb");
});

test("integers are written as String gives them", () => {
  const powers = Array.from({ length: 16 }, (_, power) => 10 ** power);
  const numbers = [0, 7, -7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, ...powers];
  for (const number of [...numbers, ...powers.map((power) => power - 1), ...powers.map((power) => 1 - power)]) {
    expect(written((out) => out.integer(number), 1)).toBe(String(number));
  }
});

test("amounts are written as formatMinorUnits gives them", () => {
  for (const minor of [1, 9, 10, 99, 100, 101, 125_000, 99_999_999_999, amountMinorMax]) {
    expect(written((out) => out.minorUnits(minor), 1)).toBe(formatMinorUnits(minor));
  }
});

test("a moment is written as Date does it, on both sides of every edge and in any order", () => {
  const edges = ["0000-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2024-02-29T23:59:59.999Z", "2026-11-26T00:00:00Z"];
  const past = ["1582-10-15T00:00:00Z", "9999-12-30T23:59:59Z"];
  for (const edge of [...edges, ...past, ...edges.toReversed()]) {
    for (const step of [-86_400_000, -3_600_000, -60_001, -1, 0, 1, 59_999, 3_599_999]) {
      const ms = Date.parse(edge) + step;
      if (ms >= Date.parse("0000-01-01T00:00:00Z"))
        expect(written((out) => out.time(ms), 1)).toBe(new Date(ms).toISOString());
    }
  }
});

test("what cannot stand for itself within quotes is not written as plain", () => {
  for (const text of ['"', "\\", "a\tb", "\u0000", "\u007f", "é"]) {
    expect(written((out) => expect(out.plain(text)).toBe(false))).toBe("");
  }
  expect(written((out) => expect(out.plain("a ~b:1")).toBe(true))).toBe("a ~b:1");
});

test("what was written since a byte is a view of its own", () => {
  const out = new Utf8Writer();
  out.raw("one");
  const start = out.length;
  out.ascii(0x2c);
  out.raw("two");
  expect(decoder.decode(out.bytesFrom(start))).toBe(",two");
});
