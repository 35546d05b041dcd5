import { series } from "../../promql.ts";
import type { Thresholds } from "../../thresholds.ts";
import type { Alert } from "../rule.ts";

const settled = (outcome: string) =>
  `scoreline_scorer_records_settled_total{app="scorer",topic="credit_applications",outcome="${outcome}"}`;
const letters = (stage: string) => `scoreline_dead_letters_total{app="${stage}",stage="${stage}"}`;

/** Whether what comes in is fit to be decided. */
export function qualityAlerts({ invalid_records, dead_letters }: Thresholds): Alert[] {
  const { window, records_min } = invalid_records;
  const judged = series("recordsSettled", { outcome: "=~scored|duplicate|failed" });
  return [
    {
      name: "InvalidRecords",
      severity: "critical",
      signal: "scoreline:records_invalid:ratio",
      fires: `> ${invalid_records.above}`,
      gate: `sum(increase(${judged}[${window}])) >= ${records_min}`,
      for: invalid_records.for,
      summary: "Too many records fail their checks",
      description: "{{ $value | humanizePercentage }} of the records fail a check, at the door or on a topic.",
      cases: [
        {
          name: "2 in 100 are bad",
          series: { [settled("scored")]: "0+980x30", [settled("failed")]: "0+20x30" },
          at: "5m",
          fires: [],
        },
        {
          name: "half are bad, of a handful",
          series: { [settled("scored")]: "0+1x30", [settled("failed")]: "0+1x30" },
          at: "5m",
          fires: [],
        },
        { name: "nothing comes", series: { [settled("failed")]: "7x30" }, at: "5m", fires: [] },
        {
          name: "8 in 100 are bad; repeats count as good",
          series: {
            [settled("scored")]: "0+900x30",
            [settled("duplicate")]: "0+20x30",
            [settled("failed")]: "0+80x30",
          },
          at: "5m",
          fires: [{ labels: {}, description: "8% of the records fail a check, at the door or on a topic." }],
        },
      ],
    },
    {
      name: "DeadLettersGrowing",
      severity: "warning",
      signal: `sum(increase(${series("deadLetters", { stage: "scorer" })}[${dead_letters.window}]))`,
      fires: `> ${dead_letters.above}`,
      for: dead_letters.for,
      summary: "Dead letters pile up",
      description: `{{ $value | printf "%.0f" }} records that lay on a topic became dead letters in ${dead_letters.window}.`,
      cases: [
        {
          name: "what a customer was refused is the customer's to mend",
          series: { [letters("ingest")]: "0+500x90", [letters("scorer")]: "0+1x90" },
          at: "20m",
          fires: [],
        },
        {
          name: "a producer writes bad records to a topic",
          series: { [letters("scorer")]: "0+20x90" },
          at: "20m",
          fires: [{ labels: {}, description: "1200 records that lay on a topic became dead letters in 15m." }],
        },
      ],
    },
  ];
}
