import { policySection } from "./policy/section.ts";
import { scorerSection } from "./scorer/section.ts";
import type { Section } from "./section.ts";
import { telemetrySection } from "./telemetry/section.ts";
import { warehouseSection } from "./warehouse/section.ts";

/** Everything that the bench measures, in the order it runs. */
export const sections: readonly Section[] = [policySection, scorerSection, telemetrySection, warehouseSection];
