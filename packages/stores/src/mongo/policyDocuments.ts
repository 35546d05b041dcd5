import { createHash } from "node:crypto";
import { type ApprovalStatus, approvalStatuses } from "@scoreline/contracts";
import { type Collection, type Db, MongoServerError, type OptionalUnlessRequiredId } from "mongodb";
import { z } from "zod";
import { collections } from "./connect.ts";

/** A published version of a policy. Times are epoch milliseconds of the store's clock. */
export type StoredPolicy = {
  version: string;
  policy: string;
  number: number;
  /** The document, byte for byte. */
  yaml: string;
  sha256: string;
  compilerVersion: number;
  effectiveFromMs: number;
  /** When the publication began. */
  publishedAtMs: number;
  publishedBy: string;
  note: string;
};

/** A grant (`applicationId` or `userId`, `status`, `expiresAtMs`) or a revocation (`revokes`). */
export type StoredException = {
  id: string;
  applicationId?: string;
  userId?: string;
  status?: ApprovalStatus;
  effectiveFromMs: number;
  expiresAtMs?: number;
  revokes?: string;
  reason: string;
  approvedBy: string;
  /** When its publication began. */
  createdAtMs: number;
};

/** A document that is not as this code wrote it: someone else wrote, changed or removed it. Its message names it. */
export class ForeignDocument extends Error {
  override readonly name = "ForeignDocument";
}

const moment = z.date().transform((date) => date.getTime());

const PolicyDocument = z.strictObject({
  _id: z.string(),
  policy: z.string(),
  number: z.int().positive(),
  yaml: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  compiler_version: z.int().positive(),
  effective_from: moment,
  published_at: moment,
  published_by: z.string(),
  note: z.string(),
});
export type PolicyDocument = z.input<typeof PolicyDocument>;

const common = {
  _id: z.string(),
  effective_from: moment,
  reason: z.string(),
  approved_by: z.string(),
  created_at: moment,
};
const grant = { ...common, status: z.enum(approvalStatuses), expires_at: moment };
const ExceptionDocument = z.union([
  z.strictObject({ ...grant, application_id: z.string() }),
  z.strictObject({ ...grant, user_id: z.string() }),
  z.strictObject({ ...common, revokes: z.string() }),
]);
export type ExceptionDocument = z.input<typeof ExceptionDocument>;

/**
 * What became of a publication. `_id` is what at most one publication can have: `effective_from/<ms>` for a version, so
 * that no two versions share an instant whatever the server's indexes promise, and `exception/<id>` for an exception.
 */
const OutcomeDocument = z.strictObject({
  _id: z.string(),
  subject: z.string(),
  outcome: z.enum(["published", "void"]),
  settled_at: z.date(),
});
export type OutcomeDocument = z.input<typeof OutcomeDocument>;

// What a primary that was cut off has not replicated must not decide anything.
const durable = { readConcern: { level: "majority" }, writeConcern: { w: "majority" } } as const;

export const policiesOf = (db: Db) => db.collection<PolicyDocument>(collections.policies, durable);
export const exceptionsOf = (db: Db) => db.collection<ExceptionDocument>(collections.policyExceptions, durable);
export const outcomesOf = (db: Db) => db.collection<OutcomeDocument>(collections.policyOutcomes, durable);

export function policyDocument(policy: StoredPolicy): PolicyDocument {
  return {
    _id: policy.version,
    policy: policy.policy,
    number: policy.number,
    yaml: policy.yaml,
    sha256: policy.sha256,
    compiler_version: policy.compilerVersion,
    effective_from: new Date(policy.effectiveFromMs),
    published_at: new Date(policy.publishedAtMs),
    published_by: policy.publishedBy,
    note: policy.note,
  };
}

/** Throws `ForeignDocument`; also where the document's text is not what its SHA-256 says. */
export function readPolicyDocument(document: unknown): StoredPolicy {
  const { _id, ...rest } = parse(PolicyDocument, collections.policies, document);
  const hash = sha256Of(rest.yaml);
  if (hash !== rest.sha256 || _id !== `${rest.policy}@${rest.number}`) {
    throw new ForeignDocument(
      `${collections.policies}/${_id} was changed after it was published: its text has the SHA-256 ${hash} ` +
        `and it says ${rest.sha256}. A version is immutable; restore it from a copy.`,
    );
  }
  return {
    version: _id,
    policy: rest.policy,
    number: rest.number,
    yaml: rest.yaml,
    sha256: rest.sha256,
    compilerVersion: rest.compiler_version,
    effectiveFromMs: rest.effective_from,
    publishedAtMs: rest.published_at,
    publishedBy: rest.published_by,
    note: rest.note,
  };
}

export function exceptionDocument(exception: StoredException): ExceptionDocument {
  const document = {
    _id: exception.id,
    ...(exception.applicationId === undefined ? {} : { application_id: exception.applicationId }),
    ...(exception.userId === undefined ? {} : { user_id: exception.userId }),
    ...(exception.status === undefined ? {} : { status: exception.status }),
    ...(exception.expiresAtMs === undefined ? {} : { expires_at: new Date(exception.expiresAtMs) }),
    ...(exception.revokes === undefined ? {} : { revokes: exception.revokes }),
    effective_from: new Date(exception.effectiveFromMs),
    reason: exception.reason,
    approved_by: exception.approvedBy,
    created_at: new Date(exception.createdAtMs),
  };
  parse(ExceptionDocument, collections.policyExceptions, document);
  return document as ExceptionDocument;
}

/** Throws `ForeignDocument`. */
export function readExceptionDocument(document: unknown): StoredException {
  const read = parse(ExceptionDocument, collections.policyExceptions, document);
  return {
    id: read._id,
    ...("application_id" in read ? { applicationId: read.application_id } : {}),
    ...("user_id" in read ? { userId: read.user_id } : {}),
    ...("status" in read ? { status: read.status, expiresAtMs: read.expires_at } : {}),
    ...("revokes" in read ? { revokes: read.revokes } : {}),
    effectiveFromMs: read.effective_from,
    reason: read.reason,
    approvedBy: read.approved_by,
    createdAtMs: read.created_at,
  };
}

/** Throws `ForeignDocument`. */
export function readOutcomeDocument(document: unknown): OutcomeDocument {
  return parse(OutcomeDocument, collections.policyOutcomes, document);
}

/** The SHA-256 of a text in UTF-8, hexadecimal. */
export function sha256Of(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

const duplicateKey = 11_000;

/** Inserts one document; gives false when its `_id` is taken. */
export async function insertIfNew<Document extends { _id: string }>(
  collection: Collection<Document>,
  document: OptionalUnlessRequiredId<Document>,
): Promise<boolean> {
  try {
    await collection.insertOne(document);
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === duplicateKey) return false;
    throw error;
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, collection: string, document: unknown): z.output<Schema> {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const id = (document as { _id?: unknown } | null)?._id;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  throw new ForeignDocument(`${collection}/${String(id)} is not a document of Scoreline (${problems.join("; ")}).`);
}
