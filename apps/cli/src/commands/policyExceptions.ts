import { type ApprovalStatus, approvalStatuses } from "@scoreline/contracts";
import { readPolicies } from "@scoreline/stores/mongo";
import { type Command, Option } from "commander";
import { withConnections } from "../connections.ts";
import type { Stores } from "../init.ts";
import { type GrantRequest, grantException, grantsOf, revokeException } from "../policies/exceptions.ts";
import { instant, table, write, writeJson } from "../terminal.ts";
import { identifier, moment, words } from "./arguments.ts";
import { jsonOption } from "./options.ts";

type Json = { json?: boolean };

/** `scoreline policy exceptions`: decisions that a person has made beforehand. */
export function addExceptionsCommand(policy: Command, stores: () => Stores): void {
  const exceptions = policy.command("exceptions").description("decide beforehand for one application or user");
  exceptions
    .command("list")
    .description("every exception, newest first, with where it stands")
    .addOption(jsonOption())
    .action((options: Json) => listCommand(stores(), options));
  exceptions
    .command("grant")
    .description("give one application or user a status, whatever the policy says")
    .option("--application <id>", "the application it is for", identifier)
    .option("--user <id>", "the user it is for", identifier)
    .addOption(new Option("--status <status>", "the status").choices(approvalStatuses).makeOptionMandatory())
    .requiredOption("--reason <text>", "why", words)
    .requiredOption("--by <name>", "who approves it", words)
    .requiredOption("--expires <time>", "until when it holds", moment)
    .option("--effective-from <time>", "from when it holds (default: as soon as it may, after 60 s)", moment)
    .addOption(jsonOption())
    .action((options: GrantOptions) => grantCommand(stores(), options));
  exceptions
    .command("revoke")
    .description("end an exception; what was decided by it stays")
    .argument("<id>", "the exception", words)
    .requiredOption("--reason <text>", "why", words)
    .requiredOption("--by <name>", "who revokes it", words)
    .option("--effective-from <time>", "from when it no longer holds (default: as soon as it may, after 60 s)", moment)
    .addOption(jsonOption())
    .action((id: string, options: RevokeOptions) => revokeCommand(stores(), id, options));
}

async function listCommand(stores: Stores, options: Json): Promise<void> {
  const grants = grantsOf(await withConnections(stores, ({ db }) => readPolicies(db)));
  if (options.json) return writeJson(grants.map(({ grant, revocation, state }) => ({ ...grant, state, revocation })));
  if (grants.length === 0) return write("There are no exceptions.");
  const rows = grants.map(({ grant, revocation, state }): [string, string] => {
    const whom = grant.applicationId === undefined ? `user ${grant.userId}` : `application ${grant.applicationId}`;
    const span = `${instant(grant.effectiveFromMs)} to ${instant(grant.expiresAtMs ?? 0)}`;
    const end = revocation
      ? `; revoked from ${instant(revocation.effectiveFromMs)} by ${revocation.approvedBy}: ${revocation.reason}`
      : "";
    return [grant.id, `${state}  ${whom} is ${grant.status}  ${span}  by ${grant.approvedBy}: ${grant.reason}${end}`];
  });
  write(table(rows));
}

type GrantOptions = Json & {
  application?: string;
  user?: string;
  status: ApprovalStatus;
  reason: string;
  by: string;
  expires: number;
  effectiveFrom?: number;
};

async function grantCommand(stores: Stores, options: GrantOptions): Promise<void> {
  const { application, user, status, reason, by, expires, effectiveFrom } = options;
  const request: GrantRequest = {
    applicationId: application,
    userId: user,
    status,
    reason,
    by,
    expiresAtMs: expires,
    effectiveFromMs: effectiveFrom,
  };
  const grant = await withConnections(stores, (connections) => grantException(connections, request));
  if (options.json) return writeJson(grant);
  write(`Granted ${grant.id}: ${status} from ${instant(grant.effectiveFromMs)} to ${instant(expires)}.`);
}

type RevokeOptions = Json & { reason: string; by: string; effectiveFrom?: number };

async function revokeCommand(stores: Stores, id: string, options: RevokeOptions): Promise<void> {
  const { reason, by, effectiveFrom } = options;
  const revocation = await withConnections(stores, (connections) =>
    revokeException(connections, { id, reason, by, effectiveFromMs: effectiveFrom }),
  );
  if (options.json) return writeJson(revocation);
  write(`Revoked ${id} from ${instant(revocation.effectiveFromMs)} on.`);
}
