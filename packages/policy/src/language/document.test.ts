import { describe, expect, test } from "vitest";
import { checkPolicy } from "./check.ts";
import { documentBytesMax } from "./document.ts";
import { nestingMax } from "./nesting.ts";
import { documentWith, problemsOf } from "./testing/documents.ts";

const clauses = `applications:
  risk: [{ level: Low }]
  approval: [{ status: Under Review, reason: MANUAL_REVIEW_REQUIRED }]`;

describe("a document is YAML 1.2, and of that the plain part", () => {
  test.each([
    ["", ["1:1 the document is empty; write a policy, with `policy:` and `applications:`"]],
    ["# nothing\n", ["1:1 the document is empty; write a policy, with `policy:` and `applications:`"]],
    ["policy: 'a", ["1:11 the YAML cannot be read: missing closing 'quote; correct the YAML there"]],
    [
      "policy: [a",
      [
        "1:11 the YAML cannot be read: flow sequence in block collection must be sufficiently indented and end with a ]; correct the YAML there",
      ],
    ],
    ["\tpolicy: a", ["1:1 the YAML cannot be read: tabs are not allowed as indentation; correct the YAML there"]],
    [`policy: a\npolicy: b\n${clauses}`, ["2:1 the key `policy` stands twice in one map; remove one of the two"]],
    [`policy: &a loans\n${clauses}`, ["1:12 anchors are not part of a policy; remove &a"]],
    [`policy: *a\n${clauses}`, expect.arrayContaining(["1:9 aliases are not part of a policy; write the value out"])],
    [`policy: !!str loans\n${clauses}`, ["1:15 tags are not part of a policy; remove the tag"]],
    [
      `policy: !mine loans\n${clauses}`,
      expect.arrayContaining([expect.stringMatching(/^1:\d+ tags are not part of a policy/)]),
    ],
    [`? [policy]\n: loans\n${clauses}`, ["1:3 a key is not a plain name; write the key as a word"]],
    [
      `%YAML 1.1\n---\npolicy: loans\n${clauses}`,
      ["1:1 directives are not part of a policy; remove the lines that begin with %"],
    ],
    [
      `%TAG ! tag:x:\n---\npolicy: loans\n${clauses}`,
      ["1:1 directives are not part of a policy; remove the lines that begin with %"],
    ],
    [
      `policy: loans\n${clauses}\n---\npolicy: more`,
      ["5:1 the file holds more than one document; write one policy a file"],
    ],
    [
      `policy: loans\n<<: { inputs: {} }\n${clauses}`,
      [
        "2:1 `<<` is not a key here; the keys here are `policy`, `inputs`, `scorecard`, `reasons`, `applications` and `transactions`",
      ],
    ],
    ["policy: lo\0ans", ["1:11 the document holds U+0000 or a lone surrogate, which no store can keep; remove it"]],
    ["# 😀\npolicy: \ud800", ["2:9 the document holds U+0000 or a lone surrogate, which no store can keep; remove it"]],
    [
      "- policy",
      [
        "1:1 this is a list; write a map with `policy`, `inputs`, `scorecard`, `reasons`, `applications` and `transactions`",
      ],
    ],
    [
      "policy",
      [
        '1:1 this is the text "policy"; write a map with `policy`, `inputs`, `scorecard`, `reasons`, `applications` and `transactions`',
      ],
    ],
  ])("%j is told", (yaml, problems) => {
    expect(problemsOf(yaml)).toEqual(problems);
  });

  test("of at most 256 KiB of UTF-8", () => {
    const padded = (bytes: number) => `${documentWith("")}#${"é".repeat(Math.floor(bytes / 2))}`.slice(0, undefined);
    const spare = documentBytesMax - new TextEncoder().encode(documentWith("")).length - 1;
    expect(problemsOf(padded(spare))).toEqual(["clean"]);
    expect(problemsOf(padded(spare + 2))).toEqual([
      "1:1 the document is longer than 256 KiB; split the policy, or remove what it does not need",
    ]);
  });

  test.each(["[", "{ a: ", "- ", "? ", "- - ", "{ ? "])("nested at most so deep by %j", (opening) => {
    const [problem] = problemsOf(opening.repeat(nestingMax + 1));
    expect(problem).toMatch(/the document is nested deeper than 64; write a policy as in the documentation$/);
  });

  test("nested at most so deep by indentation, however long the keys are", () => {
    const nested = Array.from(
      { length: nestingMax + 1 },
      (_, depth) => `${" ".repeat(depth)}${"k".repeat(99 - depth)}:`,
    );
    expect(problemsOf(nested.join("\n"))[0]).toMatch(/^65:100 the document is nested deeper than 64/);
  });

  test("a document as deep as the parser's stack is refused before it is parsed", () => {
    for (const opening of ["[", "{ a: ", "- ", "? ", "a:\n "]) {
      expect(checkPolicy(opening.repeat(40_000), "policy.yaml").ok).toBe(false);
    }
  });
});

test("a long list of problems is told up to its 200th", () => {
  const yaml = documentWith(`reasons:\n${Array.from({ length: 200 }, (_, index) => `  x${index}: {}`).join("\n")}`);
  expect(problemsOf(yaml)).toHaveLength(200);
});
