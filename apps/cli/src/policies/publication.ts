import { policyPublishMsMax } from "@scoreline/contracts";
import {
  AlreadyTaken,
  type PublishOptions,
  type StoredException,
  type StoredPolicy,
  settlePublication,
} from "@scoreline/stores/mongo";
import { type AuditAction, recordAudit } from "@scoreline/stores/postgres";
import type { Connections } from "../connections.ts";

export type Act = {
  publication: StoredPolicy | StoredException;
  actor: string;
  action: AuditAction;
  /** The action that is recorded when it comes to nothing. */
  voidAction: AuditAction;
  subject: string;
  details: Record<string, unknown>;
  insert: (options: PublishOptions) => Promise<void>;
};

/**
 * Publishes, recorded in the audit log before it counts. Ends within twice `policyPublishMsMax`: what is not acknowledged
 * by then is made void. Throws where it did not come to be published, and says so when that cannot be known.
 */
export async function publishAudited({ db, sql }: Connections, act: Act): Promise<void> {
  const { actor, subject, details } = act;
  const audit = () => recordAudit(sql, { actor, subject, details, action: act.action });
  try {
    await within(policyPublishMsMax, act.insert({ audit }));
  } catch (error) {
    if (error instanceof AlreadyTaken || error instanceof RangeError) throw error;
    const published = await within(policyPublishMsMax, settlePublication(db, act.publication)).catch((cause) => {
      const message = `Whether ${subject} was published is not known: the store does not answer. It is void unless it is listed.`;
      throw new Error(message, { cause });
    });
    if (published) return;
    await recordAudit(sql, { actor, subject, details, action: act.voidAction });
    throw new Error(`${subject} was not published, and is void: ${error instanceof Error ? error.message : error}`);
  }
}

/** Rejects when `work` takes longer than `ms`. The work itself goes on. */
async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the store did not acknowledge it within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
