import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { which } from "./programs.ts";
import { run } from "./run.ts";
import { make, platformInputs, type SetupContext, type Step } from "./step.ts";

const downloadSecondsMax = 120;

/** What Prometheus' web pages load, by Debian's names; without them its pages are bare and its API is whole. */
const webPackages = [
  "libjs-bootstrap4",
  "libjs-d3",
  "libjs-eonasdan-bootstrap-datetimepicker",
  "libjs-jquery",
  "libjs-jquery-hotkeys",
  "libjs-moment",
  "libjs-moment-timezone",
  "libjs-mustache",
  "libjs-popper.js",
  "libjs-rickshaw",
  "fonts-glyphicons-halflings",
] as const;

/** Prometheus and promtool: those on PATH, else Debian's. Nobody needs them to decide, so without them both are null. */
export const prometheus: Step = {
  name: "prometheus",
  async run(context) {
    const { env } = context;
    const [server, promtool] = [which("prometheus", env), which("promtool", env)];
    if (server !== undefined && promtool !== undefined) return { found: { prometheus: server, promtool } };
    const none = { found: { prometheus: null, promtool: null } };
    if (which("apt-get", env) === undefined || which("dpkg-deb", env) === undefined) return none;
    // Debian's own version: what a release has changes with its fixes alone.
    const product = { kind: "prometheus", inputs: [...platformInputs, "prometheus", ...webPackages] };
    let version = "";
    try {
      const { dir } = await make(context, "prometheus", product, async (target) => {
        version = await unpack(context, target);
      });
      const bin = join(dir, "usr", "bin");
      return {
        did: version === "" ? undefined : `${version} unpacked from Debian's packages`,
        found: { prometheus: join(bin, "prometheus"), promtool: join(bin, "promtool") },
      };
    } catch {
      context.say(
        "prometheus: none on PATH and Debian's cannot be had: `up --monitoring` and the tests of rules need it",
      );
      return none;
    }
  },
};

/** Puts Debian's files below `target` and gives Prometheus' version. Nothing is installed, and no service starts by itself. */
async function unpack({ env, logFile }: SetupContext, target: string): Promise<string> {
  const packages = join(target, "packages");
  mkdirSync(packages);
  const settings = { cwd: packages, env, logFile, timeoutMsMax: downloadSecondsMax * 1000 };
  const download = (names: readonly string[]) => run("apt-get", ["download", "-q", ...names], settings);
  await download(["prometheus"]).catch(async (error: unknown) => {
    if (process.getuid?.() !== 0) throw error;
    await run("apt-get", ["update", "-q"], settings);
    await download(["prometheus"]);
  });
  await download(webPackages).catch(() => {});
  const files = readdirSync(packages).map((file) => join(packages, file));
  for (const file of files) await run("dpkg-deb", ["--extract", file, target], { env, logFile });
  const server = files.find((file) => basename(file).startsWith("prometheus_")) ?? "";
  const version = await run("dpkg-deb", ["--field", server, "Version"], { env, logFile });
  rmSync(packages, { recursive: true });
  await run(join(target, "usr", "bin", "prometheus"), ["--version"], { env, logFile });
  return version.trim();
}
