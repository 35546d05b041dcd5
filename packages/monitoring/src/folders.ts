import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The configuration that this package makes and that Prometheus and Grafana read. */
export const monitoringFolder = fileURLToPath(new URL("../../../monitoring", import.meta.url));

export const thresholdsFile = join(monitoringFolder, "thresholds.yml");
