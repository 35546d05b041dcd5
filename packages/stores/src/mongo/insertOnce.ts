import { type Collection, type Document, MongoBulkWriteError, type OptionalUnlessRequiredId } from "mongodb";

const duplicateKey = 11_000;

/** Writes documents; one whose `_id` is there already stays as it is. Throws any other error of the server. */
export async function insertOnce<Kept extends Document & { _id: string }>(
  collection: Collection<Kept>,
  documents: readonly Kept[],
): Promise<void> {
  if (documents.length === 0) return;
  try {
    await collection.insertMany(documents as OptionalUnlessRequiredId<Kept>[], { ordered: false });
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
    // Without a failed document it is the whole batch that failed, at its write concern for one.
    if (failures.length === 0 || failures.some((failure) => failure.code !== duplicateKey)) throw error;
  }
}
