import { MappingType } from "@grafana/grafana-foundation-sdk/dashboard";
import { series } from "../../promql.ts";
import type { Context } from "../context.ts";
import type { Section } from "../dashboard.ts";
import { ranking } from "../panels/bars.ts";
import { figure } from "../panels/figure.ts";
import { lines } from "../panels/lines.ts";
import { signals, signalsNow } from "../panels/panel.ts";
import { table } from "../panels/table.ts";
import { metric, metricNow } from "../query.ts";
import { units } from "../units.ts";

const ofJob = { job: "=~$job" };
const byJob = (selector: string) => `max by (job) (${selector})`;

/** The warehouse's jobs, and how far the marts are behind. */
export function jobSections({ alert }: Context): Section[] {
  const [failed, slow, stale] = [alert("EtlJobFailed"), alert("EtlJobSlow"), alert("MartsStale")];
  return [
    {
      title: "Jobs and the marts",
      panels: [
        figure({
          title: "Last run",
          description: "Whether the last run of each job failed. Failed: metadata_table holds its error.",
          unit: units.count,
          width: 12,
          shows: [failed],
          mappings: [
            {
              type: MappingType.ValueToText,
              options: { "0": { text: "good", index: 0 }, "1": { text: "failed", index: 1 } },
            },
          ],
          queries: signalsNow([failed], "{{job}}"),
        }),
        figure({
          title: "Oldest decision that the marts lack",
          description: "0 when they hold all. Past the bound: see whether the loader runs, and what its last run said.",
          unit: units.seconds,
          width: 6,
          shows: [stale],
          queries: signals([stale], "age"),
        }),
        figure({
          title: "Records for the next load",
          description: "Decided, and in no load yet. It falls to 0 with each load.",
          unit: units.count,
          width: 6,
          queries: [metric(`max(${series("warehouseWaitingRecords")})`, "records")],
        }),
        lines({
          title: "Duration against what is usual",
          description: "The run under way, or else the last, in medians of the runs before. Past the line: EtlJobSlow.",
          unit: units.times,
          width: 8,
          shows: [slow],
          queries: signals([slow], "{{job}}"),
        }),
        lines({
          title: "Duration and its baseline",
          description: "Seconds of the last run, of the one under way, and of the median before it.",
          unit: units.seconds,
          width: 8,
          queries: [
            metric(byJob(series("jobDuration", ofJob)), "{{job}}"),
            metric(byJob(series("jobRunning", ofJob)), "{{job}} under way"),
            // Before there is a history, what a job took is what it takes.
            metric(
              `${byJob(series("jobDurationBaseline", ofJob))} or ${byJob(series("jobDuration", ofJob))}`,
              "{{job}} usual",
            ),
          ],
        }),
        ranking({
          title: "Rows of the last run",
          description: "By job and target. 0 where there used to be thousands: a source is empty, or not read.",
          unit: units.count,
          width: 8,
          height: 8,
          queries: [metricNow(`max by (job, target) (${series("jobRows", ofJob)})`, "{{job}} {{target}}")],
        }),
        table({
          title: "Jobs",
          description: "When each job ran and succeeded last, how long it took, and how many runs on record failed.",
          unit: units.count,
          width: 24,
          height: 7,
          unitsByField: {
            "Last run": units.time,
            "Last success": units.time,
            Duration: units.seconds,
          },
          transformations: [
            { id: "joinByField", options: { byField: "job", mode: "outer" } },
            {
              id: "organize",
              options: {
                excludeByName: Object.fromEntries(
                  ["Time", "Time 1", "Time 2", "Time 3", "Time 4"].map((name) => [name, true]),
                ),
                renameByName: {
                  job: "Job",
                  "Value #A": "Last run",
                  "Value #B": "Last success",
                  "Value #C": "Duration",
                  "Value #D": "Failed runs",
                },
              },
            },
          ],
          queries: [
            // Grafana tells moments in milliseconds.
            metricNow(`${byJob(series("jobLastRun", ofJob))} * 1000`, "", "table"),
            metricNow(`${byJob(series("jobLastSuccess", ofJob))} * 1000`, "", "table"),
            metricNow(byJob(series("jobDuration", ofJob)), "", "table"),
            metricNow(byJob(series("jobFailures", ofJob)), "", "table"),
          ],
        }),
      ],
    },
  ];
}
