import type { Reporter, TestModule } from "vitest/node";

/**
 * Prints the totals of the whole run as one plain line, the last of all. A file or a group that could not run (a set-up
 * hook failed, say) counts as one failure, and so does an error outside of any test.
 */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const broken = groups.filter((group) => group.errors().length > 0).length + errors.length;
    const skipped = count("skipped");
    const line = `${count("passed")} passed, ${count("failed") + broken} failed`;
    process.stdout.write(`${line}${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
  }
}
