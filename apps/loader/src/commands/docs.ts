import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { migrate } from "@scoreline/stores/postgres";
import { type Command, InvalidArgumentError } from "commander";
import { Hono } from "hono";
import { dbtDocs } from "../dbt.ts";
import type { Opened } from "../open.node.ts";
import { compiledVersions } from "../policyModels.ts";
import { makeProject } from "../project.ts";
import { connection, type WarehouseDeps } from "../warehouse.ts";

type DocsOptions = { port: number; open: boolean; static?: string };

/** `loader docs`: the catalogue of models, columns, tests and exposures as dbt describes them, served or written. */
export function addDocs(program: Command, open: Opened): void {
  program
    .command("docs")
    .description("describe every model, column, test and exposure; served on loopback until Ctrl-C")
    .option("--port <number>", "the port to serve on; a free one unless told", portOf, 0)
    .option("--no-open", "do not open a browser")
    .option("--static <folder>", "write it to a folder, as one file that needs nothing else, and do not serve")
    .action(async (options: DocsOptions) => {
      const { deps, close } = open((notice) => console.error(notice));
      const page = await makeDocs(deps).finally(close);
      if (options.static === undefined) await serveDocs(page, options);
      else await writeDocs(page, options.static);
    });
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError("Send a port from 0 to 65535.");
}

/** Has dbt describe the project that a run builds, the policy versions' models included; gives the page. */
export async function makeDocs({ warehouseUrl, dbt, compile }: WarehouseDeps): Promise<string> {
  await migrate(warehouseUrl, "dw_finance");
  const warehouse = connection(warehouseUrl, "scoreline-docs");
  try {
    await warehouse.connect();
    const versions = await compiledVersions(warehouse, compile);
    const models = versions.flatMap((version) => version.models);
    // A place of its own: a run that is under way makes and reads its project meanwhile.
    const stateDir = join(dbt.stateDir, "docs");
    const projectDir = await makeProject(dbt.warehouseDir, stateDir, models);
    return await dbtDocs({ ...dbt, stateDir, projectDir, databaseUrl: warehouseUrl, policyModels: models });
  } finally {
    await warehouse.end().catch(() => undefined);
  }
}

async function writeDocs(page: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const target = join(folder, "index.html");
  await writeFile(target, page);
  console.log(target);
}

async function serveDocs(page: string, { port, open }: DocsOptions): Promise<void> {
  const app = new Hono().get("/", (context) => context.html(page));
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port });
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  console.log(url);
  console.error("Press Ctrl-C to end.");
  if (open) openBrowser(url);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  // A browser keeps its connections open.
  server.close();
  if ("closeAllConnections" in server) server.closeAllConnections();
}

/** Opens a page in the user's browser; where there is none, the address is told already. */
function openBrowser(url: string): void {
  const command = { darwin: "open", win32: "explorer" }[process.platform as string] ?? "xdg-open";
  spawn(command, [url], { detached: true, stdio: "ignore" })
    .on("error", () => undefined)
    .unref();
}
