import { series } from "../../promql.ts";
import { type Context, met, orNone } from "../context.ts";
import type { Section } from "../dashboard.ts";
import { ranking } from "../panels/bars.ts";
import { figure } from "../panels/figure.ts";
import { lines } from "../panels/lines.ts";
import { signals } from "../panels/panel.ts";
import { metric, metricNow } from "../query.ts";
import { units } from "../units.ts";

const rate = (selector: string) => `rate(${selector}[$__rate_interval])`;

/** What the stream finds, as it finds it. */
export function qualityStreamSections({ alert, thresholds }: Context): Section[] {
  const invalid = alert("InvalidRecords");
  const { window, records_min } = thresholds.invalid_records;
  return [
    {
      title: "On the stream",
      panels: [
        lines({
          title: "Share of invalid records",
          description: `Of what came in ${window}, at the door or on a topic. Past the line, of ${records_min} records at least: InvalidRecords.`,
          unit: units.share,
          width: 12,
          shows: [invalid],
          queries: signals([invalid], "invalid"),
        }),
        lines({
          title: "Failed checks by check",
          description:
            "A second, over both doors. One check that jumps is a producer's release; all of them, a new producer.",
          unit: units.perSecond,
          width: 12,
          stacked: true,
          queries: [metric(met(`sum by (check) (${rate(series("dataQualityInvalid"))})`, "check"), "{{check}}")],
        }),
        ranking({
          title: "Failed checks since the scorers started",
          description: "Which checks fail most. What leads the list is what is worth mending at its producer.",
          unit: units.count,
          width: 8,
          queries: [metricNow(met(`sum by (check) (${series("dataQualityInvalid")})`, "check"), "{{check}}")],
        }),
        lines({
          title: "Refused at the door, by check",
          description: "Checks that senders over HTTP failed; they were told, and it is theirs to mend.",
          unit: units.perSecond,
          width: 8,
          height: 9,
          queries: [metric(met(`sum by (check) (${rate(series("ingestFailures"))})`, "check"), "{{check}}")],
        }),
        lines({
          title: "Served in spite of a flaw",
          description:
            "Forgiven flaws by kind: unknown fields, times without a zone, numbers as text, a wrong key. Tell the producer.",
          unit: units.perSecond,
          width: 8,
          height: 9,
          queries: [metric(orNone(`sum by (flaw) (${rate(series("forgiven"))})`, "flaw"), "{{flaw}}")],
        }),
        figure({
          title: "Dead letters by stage",
          description:
            "Since the processes started. Those of the scorer can be put back by `scoreline redrive` once their cause is mended.",
          unit: units.count,
          width: 24,
          queries: [metricNow(orNone(`sum by (stage) (${series("deadLetters")})`, "stage"), "{{stage}}")],
        }),
      ],
    },
  ];
}
