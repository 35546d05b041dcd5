import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { lineOf, readMended } from "./letterFile.ts";
import type { Letter } from "./letters.ts";

const folder = mkdtempSync(join(tmpdir(), "scoreline-letters-"));
afterAll(() => rmSync(folder, { recursive: true }));

const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

function letter(key: Buffer | null, value: Buffer, id = "credit_applications/3/7"): Letter {
  return {
    ...{ id, stage: "scorer", failures: [], reason: "invalid_json", checks: ["invalid_json"], attempt: 1 },
    ...{ sourceTopic: "credit_applications", source: { partition: 3, offset: 12_345_678_901_234_567n } },
    ...{
      firstFailedAtMs: 0,
      deadLetteredAtMs: 0,
      scorerVersion: undefined,
      bytesOmitted: false,
      headers: [],
      key,
      value,
    },
  };
}

function fileOf(...lines: string[]): string {
  const file = join(folder, "letters.ndjson");
  writeFileSync(file, lines.join("\n"));
  return file;
}

test.each([
  ["text", Buffer.from("u"), Buffer.from('{"a": "Zoë \u2028 😀"}\n')],
  ["every byte", every, every],
  ["U+0000 and a byte order mark", Buffer.from("\0"), Buffer.from("\ufeff\0{")],
  ["nothing", Buffer.alloc(0), Buffer.alloc(0)],
  ["no key", null, Buffer.from("{")],
])("%s comes back from a file as it went in", (_, key, value) => {
  const mended = readMended(fileOf(lineOf(letter(key, value))));
  expect(mended).toEqual(new Map([["credit_applications/3/7", { key, value }]]));
});

test("a line tells where the record came from, exactly, and what is wrong with it", () => {
  expect(JSON.parse(lineOf(letter(null, Buffer.from("{"))))).toMatchObject({
    source_offset: "12345678901234567",
    reason: "invalid_json",
    first_failed_at: "1970-01-01T00:00:00.000Z",
    key: null,
    value: "{",
  });
});

test("what a line leaves out stays as it was, and empty lines are none", () => {
  const file = fileOf('{"dead_letter_id": "a"}', "", '{"dead_letter_id": "b", "value": "{}"}', "");
  expect([...readMended(file)]).toEqual([
    ["a", {}],
    ["b", { value: Buffer.from("{}") }],
  ]);
});

describe("a file is refused at its line", () => {
  test.each([
    ["that is not JSON", "{", /letters.ndjson:2: .*JSON/],
    ["without an id", '{"value": "x"}', /letters.ndjson:2: .*\n.*dead_letter_id/],
    ["with a value that is no text", '{"dead_letter_id": "b", "value": {}}', /letters.ndjson:2: .*\n.*value/],
    [
      "with a value twice",
      '{"dead_letter_id": "b", "value": "", "value_base64": ""}',
      /has both value and value_base64/,
    ],
    ["with a key twice", '{"dead_letter_id": "b", "key": null, "key_base64": ""}', /has both key and key_base64/],
    ["with what is no base64", '{"dead_letter_id": "b", "value_base64": "?"}', /letters.ndjson:2: .*\n.*value_base64/],
    ["with an id that was there", '{"dead_letter_id": "a"}', /letters.ndjson:2: a stands in the file twice/],
  ])("%s", (_, line, message) => {
    expect(() => readMended(fileOf('{"dead_letter_id": "a"}', line))).toThrow(message);
  });

  test("whole where it is not UTF-8", () => {
    const file = join(folder, "latin1.ndjson");
    writeFileSync(file, every);
    expect(() => readMended(file)).toThrow(/latin1.ndjson is not UTF-8/);
  });
});
