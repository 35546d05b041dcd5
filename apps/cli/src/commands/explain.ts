import type { Command } from "commander";
import { withConnections } from "../connections.ts";
import { explainDecision } from "../explain/explain.ts";
import { explainTransaction } from "../explain/explainTransaction.ts";
import { formatExplanation } from "../explain/format.ts";
import { formatTransaction } from "../explain/formatTransaction.ts";
import type { Stores } from "../init.ts";
import { write, writeJson } from "../terminal.ts";
import { type EventId, eventId } from "./arguments.ts";
import type { CommandDeps } from "./command.ts";
import { jsonOption } from "./options.ts";

/** `scoreline explain`: what a decision or a finding rests on, and whether it would come out the same today. */
export function addExplainCommand(program: Command, { stores }: CommandDeps): void {
  program
    .command("explain")
    .description("what a decision rests on; evaluates it again and says same, policy changed or data changed")
    .argument("<id>", "the application, or else the card transaction; transaction/<id> is always the latter", eventId)
    .addOption(jsonOption())
    .action((id: EventId, options: { json?: boolean }) => explainCommand(stores(), id, options));
}

async function explainCommand(stores: Stores, id: EventId, { json = false }: { json?: boolean }): Promise<void> {
  const { application, transaction } = id;
  await withConnections(stores, async (connections) => {
    const decision = application === undefined ? undefined : await explainDecision(connections, application);
    if (decision) return json ? writeRecorded(decision) : write(formatExplanation(decision));
    const finding = transaction === undefined ? undefined : await explainTransaction(connections, transaction);
    if (finding) return json ? writeRecorded(finding) : write(formatTransaction(finding));
    throw new Error(
      `There is no application with a decision and no card transaction that is ${application ?? transaction}.`,
    );
  });
}

/** JSON has no numbers but doubles, and Kafka's offsets stay far below 2^53. */
function writeRecorded({ recorded, ...rest }: { recorded: { offset: bigint } }): void {
  writeJson({ ...rest, recorded: { ...recorded, offset: Number(recorded.offset) } });
}
