import type { Database } from "@scoreline/stores/postgres";
import type { Metrics } from "@scoreline/telemetry";
import { type Compared, parityOf } from "../parity.ts";
import { endedBuilds } from "./builds.ts";
import type { Reading } from "./readings.ts";

/**
 * How many decisions the warehouse made again, how many it did not, and how many differ. Counted over all of them, and
 * therefore once for each build that has ended; 0 before the first.
 */
export function parityReading(metrics: Metrics, { jobs, warehouse }: { jobs: Database; warehouse: Database }): Reading {
  let counted: string | undefined;
  return {
    name: "parity",
    read: async () => {
      const [build] = await endedBuilds(jobs);
      if (build !== undefined && build === counted) return;
      for (const [subject, compared] of Object.entries(parityOf)) {
        const counts = build === undefined ? none : await count(warehouse, compared, build);
        metrics.gauge("parityCompared").set({ subject }, counts.compared);
        metrics.gauge("parityUncompared").set({ subject }, Math.max(0, counts.recorded - counts.compared));
        metrics.gauge("parityMismatches").set({ subject }, counts.mismatches);
      }
      counted = build;
    },
  };
}

type Counts = { recorded: number; compared: number; mismatches: number };
const none: Counts = { recorded: 0, compared: 0, mismatches: 0 };

async function count(warehouse: Database, { table, recorded }: Compared, build: string): Promise<Counts> {
  // The next run may have loaded more by now, which this build could not know.
  const [loaded] = await warehouse<{ recorded: number; made: boolean }[]>`
    select count(*)::float8 as recorded, to_regclass(${table}::text) is not null as made
    from ${warehouse(recorded)} where load_id <= (
      select coalesce(max(load_id) filter (where run_id = ${build}), max(load_id)) from raw.loads)`;
  if (!loaded?.made) return { ...none, recorded: loaded?.recorded ?? 0 };
  const [made] = await warehouse<Omit<Counts, "recorded">[]>`
    select count(*)::float8 as compared, (count(*) filter (where mismatches <> '{}'))::float8 as mismatches
    from ${warehouse(table)}`;
  return { ...none, ...made, recorded: loaded.recorded };
}
