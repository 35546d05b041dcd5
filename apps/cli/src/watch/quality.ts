import { catalogue } from "@scoreline/telemetry";
import type { Sample } from "./exposition.ts";
import { total, totalsBy } from "./tally.ts";

/** How often something was counted: over the interval, and since its processes started. */
export type Tally = { name: string; grown: number; since: number };

export type Quality = {
  /** Records of the interval that failed a check, of all that were decided, repeated or failed; undefined without any. */
  invalid: { failed: number; records: number } | undefined;
  /** Checks that failed on the topics; repeats of a record are no failure of it. The most frequent first. */
  checks: Tally[];
  /** Checks that records were refused by over HTTP. */
  refusals: Tally[];
  /** Dead letters by the stage that wrote them. */
  deadLetters: Tally[];
};

const decidedOutcomes = ["scored", "duplicate", "failed"];

/** What is wrong with the records: the share that the alert `InvalidRecords` is about, and what fails most. */
export function qualityOf({ now, grown }: { now: readonly Sample[]; grown: readonly Sample[] }): Quality {
  const { recordsSettled, dataQualityInvalid, ingestFailures, deadLetters } = catalogue;
  const counted = decidedOutcomes.map((outcome) => total(grown, recordsSettled.name, { outcome }) ?? 0);
  const records = counted.reduce((sum, count) => sum + count, 0);
  const failed = total(grown, recordsSettled.name, { outcome: "failed" }) ?? 0;
  return {
    invalid: records === 0 ? undefined : { failed, records },
    checks: talliesOf(dataQualityInvalid.name, "check").filter(({ name }) => !name.startsWith("duplicate_")),
    refusals: talliesOf(ingestFailures.name, "check"),
    deadLetters: talliesOf(deadLetters.name, "stage"),
  };

  function talliesOf(metric: string, label: string): Tally[] {
    const growth = totalsBy(grown, metric, label);
    return [...totalsBy(now, metric, label)]
      .map(([name, since]) => ({ name, since, grown: growth.get(name) ?? 0 }))
      .filter(({ since }) => since > 0)
      .sort((one, other) => other.grown - one.grown || other.since - one.since || one.name.localeCompare(other.name));
  }
}
