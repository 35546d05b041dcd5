import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { csvRows, jsonRows, type Row } from "./rows.ts";

async function csv(text: string, delimiter = ","): Promise<{ columns: string[]; rows: Row[] }> {
  let columns: string[] = [];
  const rows: Row[] = [];
  const read = csvRows(Readable.from([Buffer.from(text)]), delimiter, (header) => {
    columns = header;
  });
  for await (const row of read) rows.push(row);
  return { columns, rows };
}

/** The rows of `text`, whose bytes come in pieces of `size`. */
async function json(text: string, size = 5): Promise<Row[]> {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, i * size + size),
  );
  const rows: Row[] = [];
  for await (const row of jsonRows(Readable.from(pieces))) rows.push(row);
  return rows;
}

test("CSV: quoted cells, a byte order mark, CRLF and empty lines", async () => {
  const { columns, rows } = await csv('\uFEFFid, name\r\n1,"Ann ""A"", Jr"\r\n\r\n2,"two\r\nlines"\r\n');
  expect(columns).toEqual(["id", "name"]);
  expect(rows.map((row) => "cells" in row && Object.fromEntries(row.cells))).toEqual([
    { id: "1", name: 'Ann "A", Jr' },
    { id: "2", name: "two\r\nlines" },
  ]);
  expect(rows.map(({ line }) => line)).toEqual([2, 5]);
});

test("CSV: a row of another length is told apart, with its line, and the rows after it are read", async () => {
  const { rows } = await csv("a;b\n1;2\n1;2;3\n4;5\n", ";");
  expect(rows[1]).toEqual({ line: 3, problem: "the row has 3 cells and the header 2 columns" });
  expect(rows[2]).toEqual({
    line: 4,
    cells: new Map([
      ["a", "4"],
      ["b", "5"],
    ]),
  });
});

test("CSV: a broken quote, a repeated column and an empty file are errors that say so", async () => {
  await expect(csv('a,b\n1,"2')).rejects.toThrow(/not CSV any more.*line 2/);
  await expect(csv("a,a\n1,2\n")).rejects.toThrow('the header names the column "a" twice');
  await expect(csv("")).rejects.toThrow("the file is empty");
});

test("JSON lines: numbers keep their text, nested names are joined by dots, null is no value", async () => {
  const [row] = await json(
    '{"a":25000.00,"b":{"c":12345678901234567890},"d":null,"e":true,"f":"1.50 \\"x\\" é","g":-1e-7}\n',
  );
  expect(row && "cells" in row && Object.fromEntries(row.cells)).toEqual({
    a: "25000.00",
    "b.c": "12345678901234567890",
    e: "true",
    f: '1.50 "x" é',
    g: "-1e-7",
  });
});

test("JSON lines: what is not a JSON object is told apart with its line", async () => {
  const rows = await json('{"a":1}\n\n[1]\n{"a":01}\n{"a":\nnull\n{"a":2}');
  expect(rows.map(({ line }) => line)).toEqual([1, 3, 4, 5, 6, 7]);
  expect(rows.map((row) => ("problem" in row ? row.problem : "ok"))).toEqual([
    "ok",
    "the line is not a JSON object",
    "the line is not JSON",
    "the line is not JSON",
    "the line is not a JSON object",
    "ok",
  ]);
});
