import { deadLetterHeaders } from "@scoreline/contracts";

/**
 * What a stranger may put on the topic, and where each record ends: `scored` (with what it was forgiven), the checks that
 * it fails, or refused by the broker itself. One row a record; the documentation's table is made of it.
 */
export type BadInput = {
  name: string;
  value: Buffer | null;
  /** The record's key; the user's own when left out. */
  key?: Buffer | null;
  headers?: readonly (readonly [name: Buffer, value: Buffer | null])[];
  compressed?: boolean;
  end: End;
};

export type End = "scored" | "broker" | Flaw | Checks;
type Flaw = `forgiven:${"unknown_field" | "naive_timestamp" | "misrouted_key"}`;
type Checks = readonly string[];

/** A user whose records belong on the partition that the test writes to, and one whose do not. */
export type Users = { own: string; other: string };

const utf8 = (text: string) => Buffer.from(text);
const bytes = (...values: number[]) => Buffer.from(values);
const mebibyte = 1_048_576;

/** The largest value that the broker takes in a batch of its own: 1,048,588 bytes less what surrounds key and value. */
const valueBytesMax = 1_048_588 - 61 - 11;

/** Rows, given the users. Every application_id is the row's own. */
export function badInputs({ own, other }: Users): BadInput[] {
  let made = 0;
  const application = (over: object = {}) => {
    made += 1;
    return {
      application_id: `bad-${made}`,
      user_id: own,
      credit_score: 700,
      loan_amount: 1000,
      timestamp: 1_767_225_600,
      ...over,
    };
  };
  /** An application as JSON, with a text in the place of one field's value. */
  const written = (field: string, text: string, over: object = {}) =>
    utf8(JSON.stringify(application({ ...over, [field]: "@@" })).replace('"@@"', () => text));
  const json = (over: object = {}) => utf8(JSON.stringify(application(over)));
  const padded = (length: number, head: Buffer) => Buffer.concat([head, Buffer.alloc(length - head.length, " ")]);
  const deep = (open: string, middle: string, close: string, levels = 100_000) =>
    open.repeat(levels) + middle + close.repeat(levels);
  const invalid = (...fields: string[]) => fields.map((field) => `invalid_${field}`);

  return [
    // What is no value, or no JSON
    { name: "a tombstone", value: null, end: ["empty_record"] },
    { name: "an empty value", value: utf8(""), end: ["empty_record"] },
    { name: "blanks", value: utf8(" \n\t "), end: ["invalid_json"] },
    { name: "one NUL byte", value: bytes(0), end: ["invalid_json"] },
    { name: "a NUL byte within a string", value: written("application_id", '"a\0b"'), end: ["invalid_json"] },
    { name: "a NUL byte behind the object", value: Buffer.concat([json(), bytes(0)]), end: ["invalid_json"] },
    { name: "invalid UTF-8", value: bytes(0xff, 0xfe, 0x80), end: ["invalid_json"] },
    {
      name: "invalid UTF-8 within a string",
      value: Buffer.concat([utf8('{"a":"'), bytes(0xc3, 0x28), utf8('"}')]),
      end: ["invalid_json"],
    },
    {
      name: "UTF-8 cut in the middle of a character",
      value: Buffer.concat([utf8('{"a":"'), bytes(0xe2, 0x82), utf8('"}')]),
      end: ["invalid_json"],
    },
    {
      name: "an overlong form of a NUL",
      value: Buffer.concat([utf8('{"a":"'), bytes(0xc0, 0x80), utf8('"}')]),
      end: ["invalid_json"],
    },
    {
      name: "a surrogate in UTF-8 (CESU-8)",
      value: Buffer.concat([utf8('{"a":"'), bytes(0xed, 0xa0, 0x80), utf8('"}')]),
      end: ["invalid_json"],
    },
    { name: "UTF-16", value: Buffer.from(JSON.stringify(application()), "utf16le"), end: ["invalid_json"] },
    {
      name: "every byte there is",
      value: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      end: ["invalid_json"],
    },
    { name: "an object that is cut short", value: json().subarray(0, 60), end: ["invalid_json"] },
    { name: "two objects in one record", value: Buffer.concat([json(), json()]), end: ["invalid_json"] },
    { name: "single quotes", value: utf8("{'application_id': 'a'}"), end: ["invalid_json"] },
    { name: "NaN", value: written("credit_score", "NaN"), end: ["invalid_json"] },
    { name: "Infinity", value: written("loan_amount", "Infinity"), end: ["invalid_json"] },
    { name: "a trailing comma", value: utf8('{"application_id": "a",}'), end: ["invalid_json"] },
    { name: "XML", value: utf8("<?xml version='1.0'?><application id='1'/>"), end: ["invalid_json"] },
    { name: "Avro with a schema id", value: bytes(0, 0, 0, 0, 1, 2, 97), end: ["invalid_json"] },
    { name: "100,000 brackets that are not closed", value: utf8("[".repeat(100_000)), end: ["invalid_json"] },

    // JSON, but no object
    { name: "a number", value: utf8("7"), end: ["invalid_record"] },
    { name: "a string", value: utf8('"application"'), end: ["invalid_record"] },
    { name: "null as JSON", value: utf8("null"), end: ["invalid_record"] },
    { name: "true", value: utf8("true"), end: ["invalid_record"] },
    { name: "an array of applications", value: utf8(JSON.stringify([application()])), end: ["invalid_record"] },
    { name: "100,000 nested arrays", value: utf8(deep("[", "", "]")), end: ["invalid_record"] },
    { name: "an array of 300,000 numbers", value: utf8(`[${"1,".repeat(299_999)}1]`), end: ["invalid_record"] },

    // Depth and breadth
    {
      name: "an unknown field 100,000 levels deep",
      value: written("extra", deep('{"a":', "1", "}")),
      end: "forgiven:unknown_field",
    },
    {
      name: "an attribute 100,000 levels deep",
      value: written("attributes", deep('{"a":', "1", "}")),
      end: invalid("attributes"),
    },
    {
      name: "an applicant nested in itself 50,000 times",
      value: written("applicant", deep('{"applicant":', "{}", "}", 50_000)),
      end: "forgiven:unknown_field",
    },
    {
      name: "60,000 unknown fields",
      value: json(Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`x${i}`, i]))),
      end: "forgiven:unknown_field",
    },
    {
      name: "60,000 attributes",
      value: json({ attributes: Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`x${i}`, i])) }),
      end: invalid("attributes"),
    },
    {
      name: "60,000 attributes, each with a bad name",
      value: json({ attributes: Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`X${i}`, i])) }),
      end: Array(100).fill("invalid_attributes"),
    },
    {
      name: "100,000 key factors",
      value: json({ score: { key_factors: Array(100_000).fill("a") } }),
      end: invalid("score_key_factors"),
    },
    {
      name: "a field name of 500,000 characters",
      value: json({ ["n".repeat(500_000)]: 1 }),
      end: "forgiven:unknown_field",
    },
    {
      name: "an attribute name of 500,000 characters",
      value: json({ attributes: { ["n".repeat(500_000)]: 1 } }),
      end: invalid("attributes"),
    },
    {
      name: "a name of 150,000 escapes",
      value: written("applicant", `{"name":"${"\\u0041".repeat(150_000)}"}`),
      end: invalid("applicant_name"),
    },
    {
      name: "a number of 500,000 digits",
      value: written("loan_amount", "9".repeat(500_000)),
      end: invalid("loan_amount"),
    },
    {
      name: "a decimal of 500,000 digits",
      value: written("loan_amount", `1000.${"0".repeat(500_000)}`),
      end: "scored",
    },
    {
      name: "an application_id of 500,000 characters",
      value: json({ application_id: "a".repeat(500_000) }),
      end: invalid("application_id"),
    },

    // Size
    { name: "1,000,000 bytes of an application", value: padded(1_000_000, json()), end: "scored" },
    { name: "1 MiB that is no JSON", value: Buffer.alloc(mebibyte - 200, "x"), end: ["invalid_json"] },
    {
      name: "the largest record that the broker takes",
      value: padded(valueBytesMax, utf8("{")),
      key: null,
      end: ["invalid_json"],
    },
    { name: "one byte more", value: padded(valueBytesMax + 1, utf8("{")), key: null, end: "broker" },
    {
      name: "20 MB of blanks, compressed to 20 kB",
      value: padded(20_000_000, json()),
      compressed: true,
      end: ["record_too_large"],
    },

    // Characters
    { name: "a byte order mark", value: Buffer.concat([bytes(0xef, 0xbb, 0xbf), json()]), end: "scored" },
    { name: "U+0000 in a value", value: json({ applicant: { name: "a\0b" } }), end: invalid("applicant_name") },
    { name: "U+0000 in an id", value: json({ application_id: "a\0" }), end: invalid("application_id") },
    { name: "U+0000 in an unknown name", value: json({ "a\0b": 1 }), end: "forgiven:unknown_field" },
    { name: "U+0000 in an attribute's name", value: json({ attributes: { "a\0b": 1 } }), end: invalid("attributes") },
    {
      name: "U+0000 in an attribute's value",
      value: json({ attributes: { purpose: "a\0b" } }),
      end: invalid("attributes"),
    },
    { name: "a lone surrogate in a value", value: written("device_id", '"\\ud800"'), end: invalid("device_id") },
    {
      name: "a lone surrogate in an attribute's name",
      value: utf8(JSON.stringify(application({ attributes: { "@@": 1 } })).replace("@@", "\\udfff")),
      end: invalid("attributes"),
    },
    {
      name: "a lone surrogate in an unknown name",
      value: utf8(JSON.stringify(application({ "@@": 1 })).replace("@@", "\\udfff")),
      end: "forgiven:unknown_field",
    },
    {
      name: "tabs, quotes, backslashes and line ends in a name",
      value: json({ applicant: { name: "\t\"'\\\r\n\\N\\.$1 %s {a,b}" } }),
      end: "scored",
    },
    {
      name: "text from right to left, emoji and U+10FFFF",
      value: json({ applicant: { name: "\u202e שלום 😀 \u{10ffff} \ufffe" } }),
      end: "scored",
    },
    {
      name: "SQL in an id",
      value: json({ application_id: "'; drop table credit_scores; --" }),
      end: invalid("application_id"),
    },

    // Names
    {
      name: "a repeated field, the last of which counts",
      value: utf8(JSON.stringify(application()).replace('"credit_score":', '"credit_score":1,"credit_score":')),
      end: "scored",
    },
    {
      name: "a repeated field, the last of which is bad",
      value: utf8(JSON.stringify(application()).replace("700", '700,"credit_score":1')),
      end: invalid("credit_score"),
    },
    {
      name: "`__proto__` with the fields that are missing",
      value: utf8(`{"application_id":"proto-1","__proto__":${JSON.stringify(application())}}`),
      end: ["user_id", "credit_score", "loan_amount", "timestamp"].map((field) => `missing_${field}`),
    },
    {
      name: "`__proto__` beside them",
      value: utf8(JSON.stringify(application()).replace("{", '{"__proto__":{"credit_score":1},')),
      end: "forgiven:unknown_field",
    },
    {
      name: "`__proto__` among the attributes",
      value: written("attributes", '{"__proto__":{"a":1},"dti":5}'),
      end: "forgiven:unknown_field",
    },
    {
      name: "constructor, toString and hasOwnProperty",
      value: json({ constructor: 1, toString: 2, hasOwnProperty: 3 }),
      end: "forgiven:unknown_field",
    },
    {
      name: "field names in upper case",
      value: utf8('{"APPLICATION_ID":"a"}'),
      end: ["application_id", "user_id", "credit_score", "loan_amount", "timestamp"].map((field) => `missing_${field}`),
    },

    // Numbers
    { name: "1e999999 as the amount", value: written("loan_amount", "1e999999"), end: invalid("loan_amount") },
    { name: "-1e999999 as the score", value: written("credit_score", "-1e999999"), end: invalid("credit_score") },
    { name: "1e999999 as the time", value: written("timestamp", "1e999999"), end: invalid("timestamp") },
    { name: "1e999999 as an attribute", value: written("attributes", '{"dti":1e999999}'), end: invalid("attributes") },
    { name: "1e308 as an attribute", value: json({ attributes: { dti: 1e308 } }), end: "scored" },
    { name: "1e-999999 as the amount", value: written("loan_amount", "1e-999999"), end: invalid("loan_amount") },
    { name: "-0 as the amount", value: written("loan_amount", "-0"), end: invalid("loan_amount") },
    {
      name: "an application_id of 2^53 + 1",
      value: written("application_id", "9007199254740993"),
      end: invalid("application_id"),
    },
    { name: "a user_id of 2^64", value: written("user_id", "18446744073709551616"), end: invalid("user_id") },
    {
      name: "an application_id of 20 digits as a string",
      value: json({ application_id: "18446744073709551616" }),
      end: "scored",
    },
    { name: "an application_id of 1.5", value: json({ application_id: 1.5 }), end: invalid("application_id") },
    { name: "an amount beyond 2^53", value: written("loan_amount", "9007199254740993"), end: invalid("loan_amount") },
    { name: "the largest amount", value: json({ loan_amount: "9999999999.99" }), end: "scored" },
    { name: "a cent more", value: json({ loan_amount: "10000000000.00" }), end: invalid("loan_amount") },
    { name: "an amount with three decimals", value: json({ loan_amount: 0.125 }), end: invalid("loan_amount") },
    { name: "a score of 700.5", value: json({ credit_score: 700.5 }), end: invalid("credit_score") },
    { name: "a score as a string", value: json({ credit_score: "700" }), end: invalid("credit_score") },
    { name: "epoch milliseconds", value: json({ timestamp: 1_767_225_600_000 }), end: invalid("timestamp") },
    { name: "a time before 1970", value: json({ timestamp: -1 }), end: invalid("timestamp") },
    { name: "the 31st of February", value: json({ timestamp: "2026-02-31T00:00:00Z" }), end: invalid("timestamp") },
    {
      name: "a time without an offset",
      value: json({ timestamp: "2026-01-31T09:30:00" }),
      end: "forgiven:naive_timestamp",
    },

    // Types
    {
      name: "null in every required field",
      value: json({ application_id: null, user_id: null, credit_score: null, loan_amount: null, timestamp: null }),
      end: ["application_id", "user_id", "credit_score", "loan_amount", "timestamp"].map((field) => `missing_${field}`),
    },
    {
      name: "an object in every required field",
      value: json({ application_id: {}, user_id: {}, credit_score: {}, loan_amount: {}, timestamp: {} }),
      end: invalid("application_id", "user_id", "credit_score", "loan_amount", "timestamp"),
    },
    {
      name: "an array for a group",
      value: json({ applicant: [], score: [], consent: [], attributes: [] }),
      end: invalid("applicant", "score", "attributes", "consent"),
    },
    {
      name: "an attribute that is an object",
      value: json({ attributes: { a: { b: 1 } } }),
      end: invalid("attributes"),
    },

    // Keys and headers
    { name: "no key, on the user's own partition", value: json(), key: null, end: "scored" },
    { name: "an empty key", value: json(), key: utf8(""), end: "scored" },
    { name: "a key of another user", value: json(), key: utf8(other), end: "scored" },
    { name: "a user who belongs on another partition", value: json({ user_id: other }), end: "forgiven:misrouted_key" },
    { name: "a key of garbage", value: utf8("{"), key: bytes(0xff, 0x00, 0xfe), end: ["invalid_json"] },
    { name: "a key of 500,000 bytes", value: json(), key: Buffer.alloc(500_000, "k"), end: "scored" },
    { name: "headers with invalid UTF-8", value: json(), headers: [[utf8("a"), bytes(0xff, 0xfe)]], end: "scored" },
    {
      name: "header names with invalid UTF-8",
      value: json(),
      headers: [[bytes(0xff, 0xfe), utf8("a")]],
      end: "scored",
    },
    {
      name: "500 headers",
      value: json(),
      headers: Array.from({ length: 500 }, (_, i) => [utf8(`h${i}`), utf8("v")] as const),
      end: "scored",
    },
    {
      name: "repeated headers, one of them null and one without a name",
      value: utf8("{"),
      headers: [
        [utf8("a"), utf8("1")],
        [utf8("a"), null],
        [utf8(""), utf8("2")],
      ],
      end: ["invalid_json"],
    },
    {
      name: "headers named as a dead letter's",
      value: utf8("{"),
      headers: Object.values(deadLetterHeaders).map((name) => [utf8(name), utf8("ingest")] as const),
      end: ["invalid_json"],
    },
  ];
}

/** The documentation's table: each end with what ends so. */
export function badInputsTable(inputs: readonly BadInput[]): string {
  const ends = new Map<string, string[]>();
  for (const { name, end } of inputs) {
    const words = wordsOf(end);
    ends.set(words, [...(ends.get(words) ?? []), name]);
  }
  const rows = [...ends].map(([words, names]) => `| ${words} | ${names.join("; ")} |`);
  return ["| ends as | what was sent |", "|---|---|", ...rows].join("\n");
}

function wordsOf(end: End): string {
  if (end === "scored") return "scored";
  if (end === "broker") return "refused by the broker";
  if (typeof end === "string") return `scored, counted as \`${end.replace("forgiven:", "")}\``;
  const checks = [...new Set(end)].map((check) => `\`${check}\``).join(", ");
  return end.length > new Set(end).size ? `${checks} (${end.length} issues)` : checks;
}
