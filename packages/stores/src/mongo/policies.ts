import { policyLeadMsMin, policyPublishMsMax } from "@scoreline/contracts";
import type { Db } from "mongodb";
import { z } from "zod";
import {
  exceptionDocument,
  exceptionsOf,
  ForeignDocument,
  insertIfNew,
  type OutcomeDocument,
  outcomesOf,
  policiesOf,
  policyDocument,
  readExceptionDocument,
  readOutcomeDocument,
  readPolicyDocument,
  type StoredException,
  type StoredPolicy,
  sha256Of,
} from "./policyDocuments.ts";

/*
 * A publication is two inserts: the document, then its outcome. It counts when its outcome says `published`.
 *
 * A decider whose read began at store time S decides records with t < S + 30 s by what it saw. So a document with
 * effective_from E must be known to every read with S > E - 30 s, however late its insert lands. The publisher takes the
 * store's time P first and sets E >= P + 60 s; it claims `published` only when the store's time is at most P + 10 s
 * *after* its document was acknowledged. A reader with S > P + 10 s that finds the document without an outcome claims
 * `void`. The outcome's `_id` is unique, so the first claim is the outcome, for everyone and for good:
 * - the document lands after such a read: the publisher's second look at the clock is past P + 10 s, and it is void;
 * - the outcome lands late: the first such reader has made it void;
 * - a read with S <= P + 10 s that misses either decides only t < P + 40 s, and those are before E.
 * No decider waits for a publisher, and no clock but the store's is asked.
 *
 * The first version of an empty catalogue takes effect at 0. Nothing is decided before there is a version, so it needs no
 * lead and is never void; the outcome `effective_from/0` still lets only one be the first.
 */

/** The document is stored, but it was not acknowledged in time: it never takes effect. */
export class PublicationVoid extends Error {
  override readonly name = "PublicationVoid";
}

/** The id or the instant belongs to another publication. */
export class AlreadyTaken extends Error {
  override readonly name = "AlreadyTaken";
  readonly what: "id" | "instant";
  constructor(what: AlreadyTaken["what"], message: string) {
    super(message);
    this.what = what;
  }
}

const Hello = z.object({ localTime: z.date() });

/** The store's clock, epoch milliseconds. */
export async function storeTimeMs(db: Db): Promise<number> {
  return Hello.parse(await db.command({ hello: 1 })).localTime.getTime();
}

/** The published part of the catalogue, as a read begun at store time `readAtMs` found it. */
export type Catalogue = { readAtMs: number; versions: StoredPolicy[]; exceptions: StoredException[] };

/**
 * Reads what is published; versions by when they take effect. Throws `ForeignDocument` where a document was not written
 * by us, was changed or is gone. Publications that were never acknowledged are settled as void on the way.
 */
export async function readPolicies(db: Db): Promise<Catalogue> {
  const readAtMs = await storeTimeMs(db);
  // Outcomes come second in a publication, so they are read first: each of these has its document by then.
  const outcomes = (await outcomesOf(db).find().toArray()).map(readOutcomeDocument);
  const [policies, exceptions] = await Promise.all([
    policiesOf(db).find().toArray(),
    exceptionsOf(db).find().toArray(),
  ]);
  const versions = policies.map(readPolicyDocument).map((item) => ({ item, publication: publicationOf(item) }));
  const rows = exceptions
    .map(readExceptionDocument)
    .map((item) => ({ item, publication: publicationOfException(item) }));
  const known = new Map(outcomes.map((outcome) => [outcome._id, outcome]));
  refuseMissing(
    outcomes,
    [...versions, ...rows].map(({ publication }) => publication),
  );
  const published = await keepPublished(db, versions, known, readAtMs);
  return {
    readAtMs,
    versions: published.sort((a, b) => a.effectiveFromMs - b.effectiveFromMs),
    exceptions: await keepPublished(db, rows, known, readAtMs),
  };
}

/** What was published stays: its document is not removed, and does not move to another instant. */
function refuseMissing(outcomes: OutcomeDocument[], publications: Publication[]): void {
  const stored = new Set(publications.map(({ key, subject }) => `${key} ${subject}`));
  const missing = outcomes.find(
    ({ _id, subject, outcome }) => outcome === "published" && !stored.has(`${_id} ${subject}`),
  );
  if (missing) {
    throw new ForeignDocument(
      `${missing.subject} was published (${missing._id}), and its document is gone or has another time. Restore it from a copy.`,
    );
  }
}

/** What a publication claims (`key`), for whom, and since when. Without `beganAtMs` it is the first version. */
type Publication = { key: string; subject: string; beganAtMs: number | undefined };

function publicationOf({ version, effectiveFromMs, publishedAtMs }: StoredPolicy): Publication {
  const beganAtMs = effectiveFromMs === 0 ? undefined : publishedAtMs;
  return { key: `effective_from/${effectiveFromMs}`, subject: version, beganAtMs };
}

function publicationOfException({ id, createdAtMs }: StoredException): Publication {
  return { key: `exception/${id}`, subject: id, beganAtMs: createdAtMs };
}

/** Whether a publication counts; one without an outcome is void once it is overdue, and of no effect until then. */
async function resolve(
  db: Db,
  { key, subject, beganAtMs }: Publication,
  known: ReadonlyMap<string, OutcomeDocument>,
  readAtMs: number,
): Promise<boolean> {
  let outcome = known.get(key);
  if (!outcome && beganAtMs !== undefined && readAtMs > beganAtMs + policyPublishMsMax) {
    outcome = await claim(db, { _id: key, subject, outcome: "void", settled_at: new Date(readAtMs) });
  }
  return outcome?.subject === subject && outcome.outcome === "published";
}

async function keepPublished<Item>(
  db: Db,
  items: { item: Item; publication: Publication }[],
  known: ReadonlyMap<string, OutcomeDocument>,
  readAtMs: number,
): Promise<Item[]> {
  const held = await Promise.all(items.map(({ publication }) => resolve(db, publication, known, readAtMs)));
  return items.flatMap(({ item }, index) => (held[index] ? [item] : []));
}

/** Claims an outcome; gives the one that stands, which is another's when that came first. */
async function claim(db: Db, outcome: OutcomeDocument): Promise<OutcomeDocument> {
  if (await insertIfNew(outcomesOf(db), outcome)) return outcome;
  const standing = await outcomesOf(db).findOne({ _id: outcome._id });
  // Its insert is on its way through the replica set.
  if (!standing) throw new Error(`${outcome._id} is being settled by another process; try again.`);
  return readOutcomeDocument(standing);
}

export type PublishOptions = {
  /** Called between the two inserts, so that nothing takes effect unrecorded; when it throws, nothing does. */
  audit?: () => Promise<void>;
  /** Less than `policyLeadMsMin` only where nothing decides by this catalogue. */
  leadMsMin?: number;
};

/**
 * Publishes a version; `publishedAtMs` is the store's time at which the caller began. `effectiveFromMs` is 0 for the first
 * version, else at least `policyLeadMsMin` later. Throws `AlreadyTaken` when the version or the instant exists already,
 * `PublicationVoid` when the store did not acknowledge it in time, `RangeError` when the lead is too short.
 */
export async function insertPolicy(db: Db, policy: StoredPolicy, options: PublishOptions = {}): Promise<void> {
  const publication = publicationOf(policy);
  if (publication.beganAtMs !== undefined) checkLead(policy.effectiveFromMs, policy.publishedAtMs, options);
  if (!(await insertIfNew(policiesOf(db), policyDocument(policy)))) {
    throw new AlreadyTaken("id", `${policy.version} exists already; a version is immutable.`);
  }
  await acknowledge(db, publication, options);
}

/**
 * Publishes a version as the first of an empty catalogue; `effectiveFromMs` is 0. Gives the first version that stands
 * then: another's, where one was there or came first. What a process left half done the next one completes.
 */
export async function insertFirstPolicy(
  db: Db,
  policy: StoredPolicy,
  options: Pick<PublishOptions, "audit"> = {},
): Promise<StoredPolicy> {
  const { key, subject } = publicationOf(policy);
  if (!(await insertIfNew(policiesOf(db), policyDocument(policy)))) {
    const { effectiveFromMs } = readPolicyDocument(await policiesOf(db).findOne({ _id: policy.version }));
    if (effectiveFromMs !== 0) throw new AlreadyTaken("id", `${policy.version} exists already, and is not the first.`);
  }
  await options.audit?.();
  const settledAt = new Date(await storeTimeMs(db));
  const first = await claim(db, { _id: key, subject, outcome: "published", settled_at: settledAt });
  return readPolicyDocument(await policiesOf(db).findOne({ _id: first.subject }));
}

/** Publishes a grant or a revocation, `createdAtMs` being the store's time at which the caller began. Throws as `insertPolicy`. */
export async function insertException(db: Db, row: StoredException, options: PublishOptions = {}): Promise<void> {
  checkLead(row.effectiveFromMs, row.createdAtMs, options);
  if (!(await insertIfNew(exceptionsOf(db), exceptionDocument(row)))) {
    throw new AlreadyTaken("id", `The exception ${row.id} exists already.`);
  }
  await acknowledge(db, publicationOfException(row), options);
}

function checkLead(effectiveFromMs: number, beganAtMs: number, { leadMsMin = policyLeadMsMin }: PublishOptions): void {
  if (effectiveFromMs >= beganAtMs + leadMsMin) return;
  const earliest = new Date(beganAtMs + leadMsMin).toISOString();
  throw new RangeError(
    `${new Date(effectiveFromMs).toISOString()} is too early to take effect: the earliest is ${earliest}, ` +
      `${leadMsMin / 1000} s after the store's time.`,
  );
}

async function acknowledge(db: Db, { key, subject, beganAtMs }: Publication, options: PublishOptions): Promise<void> {
  await options.audit?.();
  const nowMs = await storeTimeMs(db);
  const inTime = beganAtMs === undefined || nowMs <= beganAtMs + policyPublishMsMax;
  const wanted = { _id: key, subject, outcome: inTime ? "published" : "void", settled_at: new Date(nowMs) } as const;
  const { subject: holder, outcome } = await claim(db, wanted);
  if (holder !== subject)
    throw new AlreadyTaken("instant", `${key} belongs to ${holder}; ${subject} does not take effect.`);
  if (outcome === "void") {
    throw new PublicationVoid(
      `${subject} is void: the store did not acknowledge it within ${policyPublishMsMax / 1000} s. Publish it again.`,
    );
  }
}

/** Ends a publication whose outcome the publisher cannot know: gives true when it is published, false when it is void now. */
export async function settlePublication(db: Db, publication: StoredPolicy | StoredException): Promise<boolean> {
  const { key, subject } = "version" in publication ? publicationOf(publication) : publicationOfException(publication);
  const settledAt = new Date(await storeTimeMs(db));
  const { subject: holder, outcome } = await claim(db, { _id: key, subject, outcome: "void", settled_at: settledAt });
  return holder === subject && outcome === "published";
}

/** One more than the highest number of a policy's versions, void ones included. */
export async function nextVersionNumber(db: Db, policy: string): Promise<number> {
  const stored = await policiesOf(db)
    .find({ policy }, { projection: { number: 1 } })
    .toArray();
  return Math.max(0, ...stored.map(({ number }) => number)) + 1;
}

/** A version's document as it stands, whether or not it is still what was published: for those who look into that. */
export async function inspectVersion(
  db: Db,
  version: string,
): Promise<{ yaml: string; sha256: string; storedSha256: unknown; compilerVersion: unknown } | undefined> {
  const document = await policiesOf(db).findOne({ _id: version });
  if (!document) return undefined;
  const yaml = String(document.yaml);
  const { sha256: storedSha256, compiler_version: compilerVersion } = document;
  return { yaml, sha256: sha256Of(yaml), storedSha256, compilerVersion };
}
