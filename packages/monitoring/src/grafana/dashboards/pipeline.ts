import { catalogue } from "@scoreline/telemetry";
import type { Context } from "../context.ts";
import type { Dashboard } from "../dashboard.ts";
import { flowSections } from "./pipelineFlow.ts";
import { jobSections } from "./pipelineJobs.ts";

/** Whether records come through: throughput, lag, latency, what the processes stand on, and the jobs behind the warehouse. */
export function pipeline(context: Context): Dashboard {
  return {
    uid: "scoreline-pipeline",
    title: "Pipeline",
    description: "From the door to the marts: what comes in, what is decided, what waits, and what stands still.",
    tags: ["operations"],
    from: "now-1h",
    refresh: "10s",
    variables: [
      { datasource: "prometheus", name: "topic", label: "Topic", metric: catalogue.recordsReceived.name, of: "topic" },
      { datasource: "prometheus", name: "job", label: "Job", metric: catalogue.jobLastRun.name, of: "job" },
    ],
    sections: [...flowSections(context), ...jobSections(context)],
  };
}
