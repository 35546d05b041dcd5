import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "../../test/session.ts";
import { linesIn, type StandIn, startStandIn } from "../../test/standIn.ts";
import { systemFiles } from "../adapters/files.ts";

const map = `fields:
  application_id: { column: id }
  user_id: { column: user }
  credit_score: { column: fico }
  loan_amount: { column: amount }
  timestamp: { column: time }
  attributes.dti: { column: dti, type: decimal }
`;

const csv = `id,user,fico,amount,time,dti
c,1,700,1000,2009-01-01,1.50
a,1,,1000.001,2008-01-01T00:00:00Z,1.50
b,2,700,20.5,2008-06-01T10:00:00+02:00,
d,2,700,1000.00,2999-01-01T00:00:00Z,1
e,2,700,1000.00,2008-01-01T00:00:00Z,high
`;

let standIn: StandIn;
let folder: string;
beforeEach(async () => {
  standIn = await startStandIn();
  folder = await mkdtemp(join(tmpdir(), "history-"));
  await writeFile(join(folder, "rows.csv"), csv);
  await writeFile(join(folder, "map.yaml"), map);
});
afterEach(async () => {
  await standIn.close();
  await rm(folder, { recursive: true });
});

async function history(...more: string[]) {
  const written: string[] = [];
  const toStdout = { write: async (text: string) => void written.push(text), close: async () => {} };
  const files = {
    ...systemFiles,
    write: async (path: string) => (path === "-" ? toStdout : await systemFiles.write(path)),
  };
  const line = ["replay", "--history", join(folder, "rows.csv"), "--map", join(folder, "map.yaml"), ...more];
  return { ...(await run(line, standIn, { files })), written: linesIn(written.join("")) };
}

test("past applications are written in canonical form, in the order of the file, and nothing is sent", async () => {
  const { code, stdout, written } = await history();
  expect([code, stdout]).toEqual([0, ""]);
  expect(written).toEqual([
    '{"application_id":"c","user_id":"1","credit_score":700,"attributes":{"dti":1.5},"loan_amount":"1000.00",' +
      '"timestamp":"2009-01-01T00:00:00.000Z"}',
    '{"application_id":"b","user_id":"2","credit_score":700,"loan_amount":"20.50",' +
      '"timestamp":"2008-06-01T08:00:00.000Z"}',
  ]);
  expect(standIn.requests).toBe(0);
});

test("what ingest would refuse is refused here, by the same checks, with its line; the summary goes to standard error", async () => {
  const rejects = join(folder, "rejects.jsonl");
  const { stderr } = await history("--json", "--rejects", rejects);
  expect(JSON.parse(stderr)).toMatchObject({
    read: 5,
    sent: 4,
    accepted: 2,
    refused: 2,
    unmapped: 1,
    naive_timestamps: 1,
    refused_by_check: { missing_credit_score: 1, invalid_loan_amount: 1, invalid_timestamp: 1, invalid_attributes: 1 },
  });
  const rows = linesIn(await readFile(rejects, "utf8")).map((line) => JSON.parse(line));
  expect(rows).toMatchObject([
    { line: 3, application_id: "a", failures: [{ pointer: "/credit_score" }, { pointer: "/loan_amount" }] },
    { line: 5, application_id: "d", failures: [{ pointer: "/timestamp" }] },
    { line: 6, failures: [{ pointer: "/attributes/dti" }] },
  ]);
});

test("past transactions are none of the warehouse's history", async () => {
  const line = ["replay", join(folder, "rows.csv"), "--map", "transactions", "--history"];
  const { code, stderr } = await run(line, standIn);
  expect([code, stderr]).toEqual([2, "error: --history takes applications; the map's contract is transaction\n"]);
});

test("a pace is for sending, and ingest's address is not asked for", async () => {
  const { code, stderr } = await history("--rate", "5");
  expect([code, stderr]).toEqual([2, "error: --rate is for sending; leave it out with --history\n"]);
  const target = () => {
    throw new Error("asked for ingest's address");
  };
  const line = ["replay", join(folder, "rows.csv"), "--map", join(folder, "map.yaml"), "--history", "--limit", "1"];
  const sink = { write: async () => {}, close: async () => {} };
  const files = { ...systemFiles, write: async () => sink };
  expect((await run(line, standIn, { files, target })).code).toBe(0);
});
