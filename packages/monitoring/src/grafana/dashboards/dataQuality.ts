import type { Context } from "../context.ts";
import type { Dashboard } from "../dashboard.ts";
import { qualityStreamSections } from "./dataQualityStream.ts";
import { qualityWarehouseSections } from "./dataQualityWarehouse.ts";

/** Which records fail, on which checks, and whether the warehouse says the same as the stream. */
export function dataQuality(context: Context): Dashboard {
  return {
    uid: "scoreline-data-quality",
    title: "Data Quality Events",
    description:
      "Records that fail their checks, at the door, on the stream and in the warehouse, and what both engines agree on.",
    tags: ["quality"],
    from: "now-24h",
    refresh: "10s",
    variables: [],
    sections: [...qualityStreamSections(context), ...qualityWarehouseSections(context)],
  };
}
