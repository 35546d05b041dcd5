import type { ReasonDetail } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { CopyWriter, type Json } from "./copyWriter.ts";

/** The fields of one row as Postgres reads them (manual, COPY, "Text Format"). */
function fieldsOf(write: (out: CopyWriter) => void): (string | undefined)[] {
  const out = new CopyWriter(1);
  write(out);
  out.endRow();
  const escapes: Record<string, string> = { t: "\t", n: "\n", r: "\r", "\\": "\\" };
  const row = new TextDecoder("utf-8", { fatal: true }).decode(out.bytes).slice(0, -1);
  return row.split("\t").map((field) => {
    return field === "\\N" ? undefined : field.replace(/\\(.)/g, (_, char: string) => escapes[char] as string);
  });
}

const detail: Required<ReasonDetail> = {
  code: "CREDIT_SCORE_TOO_LOW",
  literal: "low/1",
  clause: "low",
  test: `purpose == "it's \\ \u2028 😀"`,
  values: { credit_score: 480, loan_amount: 20_000.5, purpose: 'say "no"\n', employed: false, dti: null, total: -0 },
  threshold: 1e21,
  pointsLost: 0.5,
  keyFactors: ['Too "many" accounts', "\ud800"],
  counterfactual: {
    kind: "set",
    changes: [
      { input: "credit_score", from: 480, to: 500 },
      { input: "dti", from: null, to: 1e-7 },
    ],
  },
};

test.each<[string, Json]>([
  ["an empty list", []],
  ["an empty object", {}],
  ["details of reasons", [detail, { ...detail, values: {}, keyFactors: [] }]],
  ["numbers that JSON does not have", [Number.NaN, Number.POSITIVE_INFINITY, -0]],
  ["members that are undefined", { a: undefined, b: 1, c: undefined }],
  ["names and texts with what JSON and COPY escape", { 'a"\t\\': '\\"\t\n\r\u0007é' }],
  ["numbers of every size", [0, -7, 1e15, 9_007_199_254_740_991, 0.1, 1e-9, 123_456.789]],
])("%s is written as JSON.stringify writes it", (_, value) => {
  expect(fieldsOf((out) => out.json(value))).toEqual([JSON.stringify(value)]);
});

test("every kind of field, with its null", () => {
  const texts = ["plain", "tab\t, line\n, return\r, back\\slash", "\\N", ""];
  expect(fieldsOf((out) => texts.map((text) => out.text(text)))).toEqual(texts);
  expect(fieldsOf((out) => out.integer(-7).minorUnits(125_000).time(0).flag(true).flag(false))).toEqual([
    "-7",
    "1250.00",
    "1970-01-01T00:00:00.000Z",
    "t",
    "f",
  ]);
  expect(
    fieldsOf((out) =>
      out
        .array(['a "b" \\c', "d,e"])
        .array([])
        .bytea(Buffer.from([0, 255])),
    ),
  ).toEqual(['{"a \\"b\\" \\\\c","d,e"}', "{}", "\\x00ff"]);
  const nothing = fieldsOf((out) =>
    out.text(undefined).integer(undefined).flag(undefined).array(undefined).json(undefined).bytea(null),
  );
  expect(nothing).toEqual([undefined, undefined, undefined, undefined, undefined, undefined]);
});
