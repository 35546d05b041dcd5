import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type OffsetRange, OffsetSet } from "./offsetSet.ts";

const start = 1_000_003n;
const bounds = { start, end: start + 200n };
const offsets = fc.uniqueArray(fc.integer({ min: 0, max: 199 }).map((index) => start + BigInt(index)));

function setOf(members: readonly bigint[]): OffsetSet {
  const set = new OffsetSet(bounds);
  for (const member of members) set.add(member);
  return set;
}

function membersOf(set: OffsetSet): bigint[] {
  const members: bigint[] = [];
  for (const { from, to } of set.ranges()) for (let offset = from; offset < to; offset += 1n) members.push(offset);
  return members;
}

const sorted = (members: readonly bigint[]) => members.toSorted((a, b) => Number(a - b));

describe("a set of offsets", () => {
  test("holds what was added, and gives it back as ranges that do not touch", () => {
    fc.assert(
      fc.property(offsets, (members) => {
        const set = setOf(members);
        expect(set.size).toBe(members.length);
        expect(membersOf(set)).toEqual(sorted(members));
        const ranges: OffsetRange[] = [...set.ranges()];
        for (const [index, range] of ranges.entries()) {
          const next = ranges[index + 1];
          if (next) expect(next.from).toBeGreaterThan(range.to);
        }
      }),
    );
  });

  test("is combined as sets are", () => {
    fc.assert(
      fc.property(offsets, offsets, (left, right) => {
        const [a, b] = [setOf(left), setOf(right)];
        expect(membersOf(a.or(b))).toEqual(sorted([...new Set([...left, ...right])]));
        expect(membersOf(a.and(b))).toEqual(sorted(left.filter((offset) => right.includes(offset))));
        expect(membersOf(a.minus(b))).toEqual(sorted(left.filter((offset) => !right.includes(offset))));
      }),
    );
  });

  test("takes of a range what lies within its bounds", () => {
    const any = fc.integer({ min: -40, max: 240 });
    fc.assert(
      fc.property(any, any, (from, to) => {
        const range = { from: start + BigInt(from), to: start + BigInt(to) };
        const expected = Array.from({ length: 200 }, (_, index) => index).filter((i) => i >= from && i < to);
        expect(membersOf(new OffsetSet(bounds).addRange(range))).toEqual(expected.map((i) => start + BigInt(i)));
      }),
    );
  });

  test("says of a repeat that it was there, and refuses what lies beyond its bounds", () => {
    const set = new OffsetSet(bounds);
    expect([set.add(start), set.add(start), set.has(start), set.has(start + 1n)]).toEqual([true, false, true, false]);
    expect(set.has(start - 1n)).toBe(false);
    expect(() => set.add(bounds.end)).toThrow(RangeError);
    expect(() => set.or(new OffsetSet({ start: 0n, end: 1n }))).toThrow(RangeError);
  });

  test("of a partition without a record is empty", () => {
    const empty = new OffsetSet({ start, end: start });
    expect([empty.size, [...empty.ranges()]]).toEqual([0, []]);
  });
});
