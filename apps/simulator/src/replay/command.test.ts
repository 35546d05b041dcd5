import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { manualClock } from "../../test/clock.ts";
import { run } from "../../test/session.ts";
import { linesIn, type StandIn, startStandIn } from "../../test/standIn.ts";

const map = `fields:
  application_id: { column: id }
  user_id: { column: user }
  credit_score: { column: fico }
  loan_amount: { column: amount }
  timestamp: { column: time }
  attributes.dti: { column: dti, type: decimal }
`;

const csv = `id,user,fico,amount,time,dti
a,1,700,1000.00,2024-01-01T00:00:00Z,1.50
b,1,,1000.001,2024-01-01T00:00:00Z,1.50
c,2,700,1000.00,2024-01-01T00:00:00Z,high
d,2,700,1000.00
e,3,300,20000.5,2024-01-01 10:00,
`;

let standIn: StandIn;
let folder: string;
beforeEach(async () => {
  standIn = await startStandIn();
  folder = await mkdtemp(join(tmpdir(), "replay-"));
});
afterEach(async () => {
  await standIn.close();
  await rm(folder, { recursive: true });
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function replay(fileName: string, text: string, ...more: string[]) {
  return run(["replay", await file(fileName, text), "--map", await file("map.yaml", map), "--json", ...more], standIn);
}

test("rows are delivered; those not accepted are counted by check and written with their line and failures", async () => {
  const rejects = join(folder, "rejects.jsonl");
  const { code, stdout, stderr, progress } = await replay("rows.csv", csv, "--rejects", rejects);
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({
    read: 5,
    sent: 3,
    accepted: 2,
    refused: 1,
    unmapped: 2,
    failed: 0,
    naive_timestamps: 1,
    refused_by_check: { missing_credit_score: 1, invalid_loan_amount: 1, invalid_attributes: 1, invalid_record: 1 },
  });
  expect(standIn.accepted.toSorted()).toEqual(["a", "e"]);
  const rows = linesIn(await readFile(rejects, "utf8")).map((line) => JSON.parse(line));
  expect(rows.toSorted((one, other) => one.line - other.line)).toMatchObject([
    {
      line: 3,
      application_id: "b",
      status: 422,
      failures: [{ pointer: "/credit_score" }, { pointer: "/loan_amount" }],
    },
    {
      line: 4,
      failures: [{ pointer: "/attributes/dti", detail: expect.stringContaining('column "dti" holds "high"') }],
    },
    { line: 5, failures: [{ check: "invalid_record", detail: "the row has 4 cells and the header 6 columns." }] },
  ]);
  expect(progress.at(-1)).toBe(csv.length);
});

test("JSON lines are delivered with their numbers' text", async () => {
  const line = '{"id":"a","user":12345678901234567890,"fico":700,"amount":1000.10,"time":1700000000.50,"dti":1.50}';
  const { code } = await replay("rows.jsonl", `${line}\n`);
  expect(code).toBe(0);
  expect(standIn.lines).toEqual([
    '{"application_id":"a","user_id":"12345678901234567890","credit_score":700,"loan_amount":"1000.10",' +
      '"timestamp":1700000000.50,"attributes":{"dti":1.50}}',
  ]);
});

test("--limit reads so many rows and --rate holds the pace", async () => {
  const rows = Array.from({ length: 400 }, (_, index) => `r${index},${index},700,1000,1700000000,1`).join("\n");
  const path = await file("rows.csv", `id,user,fico,amount,time,dti\n${rows}\n`);
  const line = ["replay", path, "--map", await file("map.yaml", map), "--json", "--limit", "101", "--rate", "10"];
  const { stdout } = await run(line, standIn, { clock: manualClock() });
  expect(JSON.parse(stdout)).toMatchObject({ read: 101, accepted: 101, seconds: 10 });
});

test("a shipped map is found by its name", async () => {
  const path = await file(
    "rows.csv",
    "application_id,user_id,credit_score,loan_amount,timestamp\n1,2,700,10.50,1700000000\n",
  );
  const { code } = await run(["replay", path, "--map", "classic"], standIn);
  expect([code, standIn.accepted]).toEqual([0, ["1"]]);
});

test("a map for transactions sends its rows to their address, and names what was not accepted by transaction_id", async () => {
  const header =
    "transaction_id,user_id,amount,timestamp,location,merchant,card_type,device_id,credit_score,risk_level,is_fraud";
  const [good, bad] = ["0", "1"].map((digit) => `${digit}b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f`);
  const rows = [
    `${good},1,12.50,2024-03-01 10:00:00,"Denver, CO",Books,VISA,d-1,700,Low,False`,
    `${bad},1,12.50,2024-03-01 10:00:00,"Denver, CO",Books,DISCOVER,d-1,700,Low,False`,
  ];
  const path = await file("rows.csv", `${[header, ...rows].join("\n")}\n`);
  const rejects = join(folder, "rejects.jsonl");
  const line = ["replay", path, "--map", "transactions", "--json", "--rejects", rejects];
  const { code, stdout } = await run(line, standIn);
  expect([code, standIn.accepted]).toEqual([0, [good]]);
  expect(JSON.parse(stdout)).toMatchObject({ read: 2, accepted: 1, refused: 1, naive_timestamps: 2 });
  expect(JSON.parse(await readFile(rejects, "utf8"))).toMatchObject({
    line: 3,
    transaction_id: bad,
    status: 422,
    failures: [{ pointer: "/card_type" }],
  });
});

test("a mapping, a column, a file or an ending that does not fit is exit code 2 before anything is sent", async () => {
  const path = await file("rows.csv", csv);
  const good = await file("map.yaml", map);
  for (const [line, words] of [
    [
      [path, "--map", await file("bad.yaml", map.replace("column: fico", "columm: fico"))],
      "fields.credit_score.columm",
    ],
    [[path, "--map", await file("other.yaml", map.replace("fico", "score"))], "its columns are id, user, fico"],
    [[path, "--map", "nowhere"], "nowhere cannot be read"],
    [[join(folder, "absent.csv"), "--map", good], "absent.csv cannot be read"],
    [[await file("rows.txt", csv), "--map", good], 'add "format: csv"'],
    [[folder, "--map", await file("format.yaml", `format: csv\n${map}`)], "cannot be read: it is a folder"],
    [[path], "required option '--map <file>' not specified"],
  ] as const) {
    const { code, stderr } = await run(["replay", ...line], standIn);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  }
  expect(standIn.requests).toBe(0);
});

test("a file that stops being CSV is exit code 1 after the rows before it were delivered", async () => {
  const { code, stdout, stderr } = await replay("rows.csv", `${csv}f,4,700,10,"2024`);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: the file is not CSV any more: .*line 7/);
  expect(JSON.parse(stdout)).toMatchObject({ accepted: 2, refused: 1, unmapped: 2, failed: 0 });
});
