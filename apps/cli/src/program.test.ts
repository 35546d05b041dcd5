import { loadHome } from "@scoreline/stack";
import { expect, test } from "vitest";
import { createProgram } from "./program.ts";

const deps = { home: loadHome("nowhere"), stores: () => undefined, rest: [] };
const program = await createProgram(deps);
const names = program.commands.map((command) => command.name());

test.each(names)("%s is loaded alone when it is asked for, as the help of all has it", async (name) => {
  const { commands } = await createProgram(deps, name);
  expect(commands.map((command) => command.helpInformation())).toEqual([
    program.commands.find((command) => command.name() === name)?.helpInformation(),
  ]);
});

test.each([undefined, "--help", "help", "stauts", "constructor"])(
  "%s, no command's name, has all loaded",
  async (name) => {
    const { commands } = await createProgram(deps, name);
    expect(commands.map((command) => command.name())).toEqual(names);
  },
);
