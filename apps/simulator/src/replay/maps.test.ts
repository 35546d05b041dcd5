import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import {
  type Application,
  type Parsed,
  parseApplication,
  parseTransaction,
  type Transaction,
} from "@scoreline/contracts";
import { expect, test } from "vitest";
import { checkColumns, mapRow } from "./mapping.ts";
import { readMapping } from "./mappingFile.ts";
import { csvRows } from "./rows.ts";

const header =
  "application_id,user_id,credit_score,loan_amount,annual_income,dti,purpose,interest_rate,inquiries_6m," +
  "delinquencies_2y,public_records,lender_policy_met,not_fully_paid";
const sample = [
  header,
  "1,100001,737,25000.00,85000,19.48,debt_consolidation,0.1189,0,0,0,1,0",
  "2,100002,707,7000.00,65000,14.29,credit_card,0.1071,0,0,0,1,0",
  "9577,109577,692,10000.00,50000,19.18,home_improvement,0.16,5,0,0,0,1",
].join("\n");

const read = (name: string, bytes: NodeJS.ReadableStream) => readAs<Application>(name, bytes, parseApplication);
const readTransactions = (text: string) => readAs<Transaction>("transactions", Readable.from([text]), parseTransaction);

/** The records that the shipped map `name` makes of a CSV stream; throws where one breaks the contract. */
async function readAs<Value>(
  name: string,
  bytes: NodeJS.ReadableStream,
  parse: (input: unknown, door: "http", nowMs: number) => Parsed<Value>,
): Promise<Value[]> {
  const mapping = readMapping(await readFile(new URL(`../../maps/${name}.yaml`, import.meta.url), "utf8"), name);
  const nowMs = Date.now();
  const records: Value[] = [];
  for await (const row of csvRows(bytes, ",", (columns) => checkColumns(mapping, columns, true, "the sample"))) {
    if (!("cells" in row)) throw new Error(`line ${row.line}: ${row.problem}`);
    const mapped = mapRow(mapping, row.cells, { index: records.length, nowMs });
    if (!mapped.ok) throw new Error(`line ${row.line}: ${JSON.stringify(mapped.failures)}`);
    const parsed = parse(JSON.parse(mapped.line), "http", nowMs);
    if (!parsed.ok) throw new Error(`line ${row.line}: ${JSON.stringify(parsed.failures)}`);
    records.push(parsed.value);
  }
  return records;
}

test("LendingClub's rows become applications without their outcomes", async () => {
  const applications = await read("lendingclub", Readable.from([sample]));
  expect(applications).toHaveLength(3);
  expect(applications[0]).toEqual({
    application_id: "lendingclub-1",
    user_id: "lendingclub-100001",
    credit_score: 737,
    loan_amount_minor: 2_500_000,
    timestamp_ms: Date.UTC(2007, 5, 1),
    attributes: {
      annual_income: 85_000,
      dti: 19.48,
      purpose: "debt_consolidation",
      interest_rate: 0.1189,
      inquiries_6m: 0,
      delinquencies_2y: 0,
      public_records: 0,
    },
  });
  expect(applications[2]?.timestamp_ms).toBe(Date.UTC(2007, 5, 1, 6));
});

const whole = process.env.SCORELINE_LENDINGCLUB_CSV ?? "";

test.skipIf(!existsSync(whole))(
  "all 9,578 LendingClub applications pass (SCORELINE_LENDINGCLUB_CSV names the file)",
  async () => {
    const applications = await read("lendingclub", createReadStream(whole));
    expect(new Set(applications.map(({ application_id }) => application_id)).size).toBe(9_578);
  },
);

test("the classic producer's five columns are an application", async () => {
  const text = "application_id,user_id,credit_score,loan_amount,timestamp\n4711,17,512,15000.55,1700000000.123456\n";
  expect(await read("classic", Readable.from([text]))).toEqual([
    {
      application_id: "4711",
      user_id: "17",
      credit_score: 512,
      loan_amount_minor: 1_500_055,
      timestamp_ms: 1_700_000_000_123,
    },
  ]);
});

test("the classic producer's CSV of transactions is read, its times without an offset as UTC", async () => {
  const header =
    "transaction_id,user_id,amount,timestamp,location,merchant,card_type,device_id,credit_score,risk_level,is_fraud";
  const rows = [
    '0b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f,17,12.5,2024-03-01T10:00:00.123456,"New York, NY",Smith LLC,VISA,d-1,712,Low,False',
    "1b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f,17,1999.99,1999-12-31T23:59:59,Denver,Books,AMEX,d-2,430.0,High,True",
    "2b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f,18,3,2024-03-01T10:00:00Z,Denver,Books,MASTERCARD,d-2,500,,1",
    "3b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f,18,3,2024-03-01T10:00:00Z,Denver,Books,MASTERCARD,d-2,500,Medium,",
  ];
  const transactions = await readTransactions([header, ...rows].join("\n"));
  expect(transactions[0]).toEqual({
    transaction_id: "0b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f",
    user_id: "17",
    amount_minor: 1_250,
    timestamp_ms: Date.parse("2024-03-01T10:00:00.123Z"),
    location: "New York, NY",
    merchant: "Smith LLC",
    card_type: "VISA",
    device_id: "d-1",
    credit_score: 712,
    risk_level: "Low",
    is_fraud: false,
  });
  expect(transactions[1]).toMatchObject({
    credit_score: 430,
    is_fraud: true,
    timestamp_ms: Date.UTC(2000, 0, 1) - 1_000,
  });
  expect(transactions.map(({ risk_level, is_fraud }) => [risk_level, is_fraud])).toEqual([
    ["Low", false],
    ["High", true],
    [undefined, true],
    ["Medium", undefined],
  ]);
});
