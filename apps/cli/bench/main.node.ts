import { CommanderError } from "commander";
import { say, write, writeJson } from "../src/terminal.ts";
import { parseArguments } from "./program.ts";
import { sections } from "./sections.ts";

try {
  const { only, json, ...options } = parseArguments(
    process.argv.slice(2),
    sections.map(({ name }) => name),
  );
  const figures: Record<string, object> = {};
  for (const section of sections.filter(({ name }) => only.includes(name))) {
    say(`bench: ${section.name}`);
    const measured = await section.measure(options);
    figures[section.name] = measured.json;
    if (!json) write(`\n${section.name}\n${measured.lines}\n`);
  }
  if (json) writeJson(figures);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    say(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
