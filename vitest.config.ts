import { defineConfig } from "vitest/config";

const folders = "{packages,apps}/*/{src,test,bench}";

export default defineConfig({
  test: {
    reporters: ["default", "./apps/cli/test/support/totalsReporter.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: [`${folders}/**/*.test.ts`],
          exclude: ["**/*.stack.test.ts", "**/node_modules/**"],
          // Some run a program, such as promtool, which takes seconds where other work is under way.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "stack",
          include: [`${folders}/**/*.stack.test.ts`],
          globalSetup: ["./apps/cli/test/support/globalSetup.ts"],
          // Most of their time is waiting for real servers, which share the machine's cores: more at once would miss bounds.
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      // The policy section of `npm run bench`: no test run finds anything here.
      { test: { name: "bench", include: [], benchmark: { include: ["packages/*/bench/**/*.bench.ts"] } } },
    ],
  },
});
