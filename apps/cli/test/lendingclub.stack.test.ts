import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readEnv, repositoryRoot } from "@scoreline/stack";
import { connectPostgres } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonOf, scoreline } from "./support/cli.ts";
import { temporaryHome } from "./support/homes.ts";

// 9,578 real applications (LendingClub, 2007-2010). The variable names the CSV; without it these tests are skipped.
const file = process.env.SCORELINE_LENDINGCLUB_CSV ?? "";
const present = file !== "" && existsSync(file);
if (!present) console.log("SCORELINE_LENDINGCLUB_CSV names no file: the replay of real applications is skipped");

/** The business rules once more, in awk, straight from the CSV: credit_score is column 3, loan_amount column 4. */
const independent = `NR > 1 {
  fraud = ($4 > 15000 && $3 < 450) ? "true" : "false"
  risk = ($3 >= 700) ? "Low" : ($3 >= 500) ? "Medium" : "High"
  if (fraud == "true" || risk == "High") status = "Rejected"
  else if ($3 >= 600 && $4 <= 15000) status = "Approved"
  else status = "Under Review"
  count[risk "," status "," fraud]++
}
END { for (key in count) print key "," count[key] }`;

describe.skipIf(!present)("a replay of real applications", () => {
  const home = temporaryHome("lendingclub");

  beforeAll(async () => {
    expect((await scoreline(home, "up", "--detach")).code).toBe(0);
  });

  afterAll(async () => {
    await scoreline(home, "down");
    rmSync(home.dir, { recursive: true, force: true });
  });

  test("every one becomes a fact, and the counts equal a calculation straight from the file", async () => {
    const map = join(repositoryRoot, "apps/simulator/maps/lendingclub.yaml");
    const replay = jsonOf<{ sent: number; accepted: number }>(
      await scoreline(home, "replay", file, "--map", map, "--json"),
    );
    expect(replay).toMatchObject({ sent: 9_578, accepted: 9_578 });
    const built = jsonOf<{ facts: number; dbt: { tests_failed: number } }>(
      await scoreline(home, "warehouse", "--json"),
    );
    expect(built).toMatchObject({ facts: 9_578, dbt: { tests_failed: 0 } });

    const expected = execFileSync("awk", ["-F,", independent, file], { encoding: "utf8" }).trim().split("\n").sort();
    const warehouse = connectPostgres(readEnv(home).DW_FINANCE_URL, { app: "test" });
    const rows = await warehouse<{ line: string }[]>`
      select concat_ws(',', risk_level, approval_status, is_fraud::text, count(*)::text) as line
      from marts.fact_loan_application group by risk_level, approval_status, is_fraud`;
    await warehouse.end();
    expect(rows.map((row) => row.line).sort()).toEqual(expected);
  });
});
