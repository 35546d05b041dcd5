import { expect, test } from "vitest";
import { packRows } from "./copy.ts";

async function* pieces(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

const packed = async (bytes: number, ...texts: string[]) =>
  (await packRows(pieces(...texts), bytes)).map((chunk) => String(chunk));

test("chunks end with a row, whatever the pieces end with", async () => {
  expect(await packed(4, "a\nb", "c\nd", "\nee", "eeee\n", "f\n")).toEqual(["a\nbc\n", "d\neeeeee\n", "f\n"]);
});

test("a row longer than a chunk stays whole", async () => {
  expect(await packed(2, "aaaa", "bbbb", "cc\ndd\n")).toEqual(["aaaabbbbcc\ndd\n"]);
});

test("of no rows there is no chunk", async () => {
  expect(await packed(2)).toEqual([]);
});
