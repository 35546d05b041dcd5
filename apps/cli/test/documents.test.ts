import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPolicy } from "@scoreline/policy";
import { loadHome } from "@scoreline/stack";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "../src/program.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const documents = ["README.md", "DOCUMENTATION.md"].map((name) => ({
  name,
  text: readFileSync(join(root, name), "utf8"),
}));
const program = await createProgram({ home: loadHome(), stores: () => undefined, rest: [] });

/** The command that words name: `policy exceptions grant --user 7` is the third one's. */
function commandOf(words: string[]): Command | undefined {
  return words.reduce<Command | undefined>((command, word, index) => {
    const found = command?.commands.find((candidate) => candidate.name() === word);
    return found ?? (index === 0 ? undefined : command);
  }, program);
}

/** The lines of a document's shell blocks, without their comments. */
function shellLines(text: string): string[] {
  return [...text.matchAll(/```sh\n(.*?)```/gs)]
    .flatMap((block) => (block[1] ?? "").split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim());
}

describe.each(documents)("$name", ({ text }) => {
  test("names only npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = shellLines(text).flatMap((line) => /^npm (?:run )?([\w:]+)/.exec(line)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test("names only commands of scoreline that exist, with options they have", () => {
    const named = [...text.matchAll(/(?:npx scoreline|^\| `)([a-z]+)((?: --[a-z-]+| \S+)*)/gm)];
    const wrong = named.filter(([line, name, rest]) => {
      const command = commandOf([name ?? "", ...(rest ?? "").trim().split(" ")]);
      if (!command) return line.startsWith("npx");
      const options = [...(rest ?? "").matchAll(/ (--[a-z-]+)/g)].map((match) => match[1]);
      // A command of another app reads its own options; its own tests hold them.
      const delegated = command.options.length === 0;
      return !delegated && options.some((option) => !command.options.some((known) => known.long === option));
    });
    expect(wrong.map(([line]) => line)).toEqual([]);
  });

  test("links only to files that exist", () => {
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? "");
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.length).toBeGreaterThan(3);
    expect(local.filter((link) => !existsSync(join(dirname(join(root, "README.md")), link)))).toEqual([]);
  });
});

test("every variable that an app reads stands in the documentation's table", () => {
  const files = ["ingest", "fraud-check", "scorer", "loader", "simulator"].map((app) =>
    join(root, "apps", app, "src/config.ts"),
  );
  const read = [...files, join(root, "packages/stack/src/config.ts")].flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map((match) => match[1] ?? ""),
  );
  const table = documents.find((document) => document.name === "DOCUMENTATION.md")?.text ?? "";
  expect(read.length).toBeGreaterThan(20);
  expect([...new Set(read)].filter((name) => name !== "PATH" && !table.includes(`\`${name}\``))).toEqual([]);
});

test("the documentation's policy compiles", () => {
  const text = documents.find((document) => document.name === "DOCUMENTATION.md")?.text ?? "";
  const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map((block) => block[1] ?? "");
  expect(blocks.length).toBe(3);
  expect(checkPolicy(blocks.join(""), "DOCUMENTATION.md")).toMatchObject({ ok: true });
});
