import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { which } from "./programs.ts";
import { run } from "./run.ts";
import { make, platformInputs, type SetupContext, type Step } from "./step.ts";

/** Prometheus, and what its web pages load, by Debian's names. The packages are unpacked: nothing is installed or started. */
const debianPackages = [
  "prometheus",
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
    const product = { kind: "prometheus", inputs: [...platformInputs, ...debianPackages] };
    try {
      const { dir, built } = await make(context, "prometheus", product, (target) => unpack(context, target));
      const bin = join(dir, "usr", "bin");
      return {
        did: built ? "unpacked from Debian's packages" : undefined,
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

async function unpack({ env, logFile }: SetupContext, target: string): Promise<void> {
  const packages = join(target, "packages");
  mkdirSync(packages);
  const download = () => run("apt-get", ["download", "-q", ...debianPackages], { cwd: packages, env, logFile });
  await download().catch(async (error: unknown) => {
    if (process.getuid?.() !== 0) throw error;
    await run("apt-get", ["update", "-q"], { env, logFile });
    await download();
  });
  for (const file of readdirSync(packages))
    await run("dpkg-deb", ["--extract", join(packages, file), target], { env, logFile });
  rmSync(packages, { recursive: true });
  await run(join(target, "usr", "bin", "prometheus"), ["--version"], { env, logFile });
}
