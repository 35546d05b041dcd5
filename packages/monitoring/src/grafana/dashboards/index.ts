import type { Thresholds } from "../../thresholds.ts";
import { contextOf } from "../context.ts";
import type { Dashboard } from "../dashboard.ts";
import { dataQuality } from "./dataQuality.ts";
import { fraudAndDecisions } from "./fraudAndDecisions.ts";
import { lendingAndRisk } from "./lendingAndRisk.ts";
import { pipeline } from "./pipeline.ts";
import { slosAndRuntime } from "./slosAndRuntime.ts";

/** Every dashboard. */
export function dashboards(thresholds: Thresholds): Dashboard[] {
  const context = contextOf(thresholds);
  return [pipeline, dataQuality, fraudAndDecisions, lendingAndRisk, slosAndRuntime].map((make) => make(context));
}
