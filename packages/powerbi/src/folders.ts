import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The dbt project's folder, and the Power BI project within it. */
export const warehouseFolder = fileURLToPath(new URL("../../../warehouse", import.meta.url));
export const projectFolder = join(warehouseFolder, "powerbi");
export const reportFolder = join(projectFolder, "Scoreline.Report");
export const modelFolder = join(projectFolder, "Scoreline.SemanticModel", "definition");
