import type { Context } from "../context.ts";
import type { Dashboard } from "../dashboard.ts";
import { objectiveSections } from "./objectives.ts";
import { runtimeSections } from "./runtime.ts";

/** Whether we keep our objectives, and what the processes need for it. */
export function slosAndRuntime(context: Context): Dashboard {
  return {
    uid: "scoreline-slo-runtime",
    title: "SLOs and Runtime",
    description:
      "Error budgets and how fast they burn, requests by route, and memory, processor, connections and what expires.",
    tags: ["operations"],
    from: "now-6h",
    refresh: "10s",
    variables: [
      { datasource: "prometheus", name: "app", label: "App", metric: "process_resident_memory_bytes", of: "app" },
    ],
    sections: [...objectiveSections(context), ...runtimeSections(context)],
  };
}
