import { expect, test } from "vitest";
import { readLines, readText } from "./body.ts";

const streamOf = (...chunks: (string | Uint8Array<ArrayBuffer>)[]) => new Blob(chunks).stream();
const request = (body: string | Uint8Array<ArrayBuffer> | ReadableStream, headers: Record<string, string> = {}) =>
  new Request("http://worker/", { method: "POST", body, headers, duplex: "half" } as RequestInit);

async function linesOf(body: ReadableStream<Uint8Array> | null, bytesMax = 8) {
  const lines = [];
  for await (const line of readLines(body, bytesMax)) lines.push([line.number, line.ok ? line.text : line.problem]);
  return lines;
}

test("a body of exactly the bound is read, with a length or without", async () => {
  expect(await readText(request("äbc"), 4)).toEqual({ ok: true, text: "äbc" });
  expect(await readText(request(streamOf("äbc")), 4)).toEqual({ ok: true, text: "äbc" });
});

test("a byte more is too large, whether it is announced or only comes", async () => {
  expect(await readText(request("x", { "content-length": "5" }), 4)).toEqual({ ok: false, problem: "too large" });
  expect(await readText(request(streamOf("äbcd")), 4)).toEqual({ ok: false, problem: "too large" });
});

test("bytes that are not UTF-8 are told from a body that is too large", async () => {
  expect(await readText(request(new Uint8Array([0xc3, 0x28])), 4)).toEqual({ ok: false, problem: "not UTF-8" });
});

test("lines are numbered as they stand; blank ones have a number and nothing else", async () => {
  expect(await linesOf(streamOf("one\r\n\n  \nfour"))).toEqual([
    [1, "one\r"],
    [4, "four"],
  ]);
  expect(await linesOf(null)).toEqual([]);
});

test("a line that is too long or not UTF-8 costs itself alone", async () => {
  const body = streamOf("123456789\n12345678\n", new Uint8Array([0xff, 0x0a]), "end\n");
  expect(await linesOf(body)).toEqual([
    [1, "too large"],
    [2, "12345678"],
    [3, "not UTF-8"],
    [4, "end"],
  ]);
});

test("a character that two chunks share is whole again", async () => {
  const bytes = new TextEncoder().encode("ä😀\n");
  const oneByOne = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  expect(await linesOf(oneByOne)).toEqual([[1, "ä😀"]]);
});
