import { type Command, Option } from "commander";
import { withConnections } from "../connections.ts";
import { explainDecision } from "../explain/explain.ts";
import { formatExplanation } from "../explain/format.ts";
import type { Stores } from "../init.ts";
import { write, writeJson } from "../terminal.ts";
import { identifier } from "./arguments.ts";

/** `scoreline explain`: what a decision rests on, and whether it would come out the same today. */
export function addExplainCommand(program: Command, stores: () => Stores): void {
  program
    .command("explain")
    .description("what a decision rests on; evaluates it again and says same, policy changed or data changed")
    .argument("<application_id>", "the application", identifier)
    .addOption(new Option("--json", "print one JSON object on standard output"))
    .action((applicationId: string, options: { json?: boolean }) => explainCommand(stores(), applicationId, options));
}

async function explainCommand(stores: Stores, applicationId: string, options: { json?: boolean }): Promise<void> {
  const explanation = await withConnections(stores, (connections) => explainDecision(connections, applicationId));
  if (!options.json) return write(formatExplanation(explanation));
  const { recorded, ...rest } = explanation;
  writeJson({ ...rest, recorded: { ...recorded, offset: Number(recorded.offset) } });
}
