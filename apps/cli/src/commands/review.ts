import { recordReview, reviewStatuses } from "@scoreline/stores/postgres";
import { type Command, Option } from "commander";
import { withConnections } from "../connections.ts";
import type { Stores } from "../init.ts";
import { say } from "../terminal.ts";
import { identifier, words } from "./arguments.ts";
import type { CommandDeps } from "./command.ts";

type Options = { status: (typeof reviewStatuses)[number]; by: string; reason: string };

/** `scoreline review`: a person ends a decision that is Under Review. */
export function addReviewCommand(program: Command, { stores }: CommandDeps): void {
  program
    .command("review")
    .description("end a decision that is Under Review")
    .argument("<application_id>", "the application", identifier)
    .addOption(new Option("--status <status>", "what it ends as").choices(reviewStatuses).makeOptionMandatory())
    .requiredOption("--by <name>", "who decides", words)
    .requiredOption("--reason <text>", "why", words)
    .action((applicationId: string, options: Options) => reviewCommand(stores(), applicationId, options));
}

async function reviewCommand(stores: Stores, applicationId: string, { status, by, reason }: Options): Promise<void> {
  const outcome = await withConnections(stores, ({ sql }) =>
    recordReview(sql, applicationId, { status, reviewedBy: by, reason }),
  );
  if (outcome.kind === "not-found") throw new Error(`There is no decision on application ${applicationId}.`);
  if (outcome.kind === "not-under-review") {
    throw new Error(
      `Application ${applicationId} is ${outcome.status}; only a decision that is Under Review is ended.`,
    );
  }
  const { review } = outcome;
  const at = review.reviewedAt.toISOString();
  if (outcome.kind === "already-reviewed") {
    throw new Error(
      `Application ${applicationId} was ended already: ${review.status} by ${review.reviewedBy} at ${at}, ${review.reason}`,
    );
  }
  say(`Application ${applicationId} is ${review.status}, by ${review.reviewedBy} at ${at}.`);
}
