import { loadHome } from "@scoreline/stack";
import { type Command, CommanderError } from "commander";
import { z } from "zod";
import { createProgram } from "./program.ts";

const Stores = z.object({
  KAFKA_BROKERS: z.string().min(1),
  CREDITDB_URL: z.url(),
  DW_FINANCE_URL: z.url(),
  MONGO_URL: z.string().min(1),
});

const [name, ...rest] = process.argv.slice(2);
const program = await createProgram({ home: loadHome(), stores: () => Stores.safeParse(process.env).data, rest }, name);

throwErrors(program);
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.stderr.write(`scoreline: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** A command that meets wrong arguments throws; it does not end the process. */
function throwErrors(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwErrors);
}
