import { describe, expect, test } from "vitest";
import { readTraceparent, sampledIn, writeTraceparent } from "./traceparent.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const sampled = `00-${traceId}-${spanId}-01`;
const bytes = (text: string) => new TextEncoder().encode(text);

describe("a traceparent", () => {
  test.each([
    ["sampled", sampled, 1],
    ["not sampled", `00-${traceId}-${spanId}-00`, 0],
    ["with flags of a later standard", `00-${traceId}-${spanId}-03`, 1],
    ["of a later version, with more behind", `01-${traceId}-${spanId}-01-more`, 1],
    ["with blanks around", ` ${sampled} `, 1],
  ])("%s is read", (_, text, traceFlags) => {
    expect(readTraceparent(text)).toEqual({ traceId, spanId, traceFlags, isRemote: true });
  });

  test.each([
    ["absent", undefined],
    ["empty", ""],
    ["of no trace", `00-${"0".repeat(32)}-${spanId}-01`],
    ["of no span", `00-${traceId}-${"0".repeat(16)}-01`],
    ["of the version that is none", `ff-${traceId}-${spanId}-01`],
    ["in upper case", sampled.toUpperCase()],
    ["cut short", sampled.slice(0, -1)],
    ["with more behind", `${sampled}-more`],
    ["longer than any", `01-${traceId}-${spanId}-01-${"x".repeat(300)}`],
    ["something else", "user 7"],
  ])("that is %s says nothing", (_, text) => {
    expect(readTraceparent(text)).toBeUndefined();
  });

  test("is written as it is read", () => {
    expect(writeTraceparent({ traceId, spanId, traceFlags: 1 })).toBe(sampled);
    expect(writeTraceparent({ traceId, spanId, traceFlags: 0 })).toBe(`00-${traceId}-${spanId}-00`);
  });
});

describe("in a record's headers", () => {
  test("a sampled trace is found", () => {
    const headers: [string, Uint8Array][] = [
      ["schema", bytes("s")],
      ["traceparent", bytes(sampled)],
    ];
    expect(sampledIn(headers)).toMatchObject({ traceId, spanId });
  });

  test.each<[what: string, headers: [string, Uint8Array | null][]]>([
    ["no header", []],
    ["another header", [["schema", bytes(sampled)]]],
    ["a trace that is not sampled", [["traceparent", bytes(`00-${traceId}-${spanId}-00`)]]],
    ["null", [["traceparent", null]]],
    ["bytes that are no text", [["traceparent", new Uint8Array([0xff, 0xfe])]]],
    ["a megabyte", [["traceparent", new Uint8Array(1_000_000)]]],
  ])("%s is none", (_, headers) => {
    expect(sampledIn(headers)).toBeUndefined();
  });
});
