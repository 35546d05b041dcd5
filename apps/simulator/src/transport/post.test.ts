import { afterEach, beforeEach, expect, test } from "vitest";
import { resultOf, type StandIn, startStandIn } from "../../test/standIn.ts";
import { DeliveryError, PassingFault } from "../errors.ts";
import { type Answer, postTo, readRetryAfter } from "./post.ts";

let standIn: StandIn;
beforeEach(async () => {
  standIn = await startStandIn();
});
afterEach(() => standIn.close());

const good = { application_id: "a", user_id: 1, credit_score: 700, loan_amount: "10.00", timestamp: 1_700_000_000 };
const lines = [good, { ...good, credit_score: 1 }, { ...good, application_id: "b" }].map((one) => JSON.stringify(one));

async function post(target: { url: string; apiKey: string } = standIn) {
  const answers = new Map<number, Answer>();
  let error: unknown;
  await postTo(target, "applications")(lines, (index, answer) => answers.set(index, answer)).catch(
    (thrown: unknown) => {
      error = thrown;
    },
  );
  return { answers, error };
}

test("each line's result is given by its index, with the rules that it breaks", async () => {
  const { answers, error } = await post();
  expect(error).toBeUndefined();
  expect([...answers].map(([index, { status }]) => [index, status])).toEqual([
    [0, 202],
    [1, 422],
    [2, 202],
  ]);
  expect(answers.get(1)?.failures[0]).toMatchObject({ pointer: "/credit_score", check: "invalid_credit_score" });
});

test("a refusal without a rule has its problem's code", async () => {
  standIn.faults.push((_, response) => {
    response
      .writeHead(207)
      .end('{"line":1,"status":400,"code":"invalid_json","detail":"The text stops being JSON."}\n');
    return true;
  });
  const { answers } = await post();
  expect(answers.get(0)).toEqual({ status: 400, failures: [], code: "invalid_json" });
});

test("results that came before the connection broke count", async () => {
  standIn.faults.push((_, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write(resultOf(lines[0] ?? "", 1, standIn));
    response.write('{"line":2,"sta', () => response.destroy());
    return true;
  });
  const { answers, error } = await post();
  expect([...answers.keys()]).toEqual([0]);
  expect(error).toBeInstanceOf(PassingFault);
});

test("503 is a passing fault with the server's Retry-After", async () => {
  standIn.faults.push((_, response) => {
    response.writeHead(503, { "retry-after": "3" }).end(JSON.stringify({ title: "The stream cannot take records" }));
    return true;
  });
  const { error } = await post();
  expect(error).toBeInstanceOf(PassingFault);
  expect(error).toMatchObject({ retryAfterMs: 3_000, reached: true });
  expect(String(error)).toContain("503 (The stream cannot take records)");
});

test("a port that nobody listens on is a passing fault that says so", async () => {
  await standIn.close();
  const { error } = await post();
  expect(error).toMatchObject({ name: "PassingFault", reached: false });
  expect(String(error)).toContain("ECONNREFUSED");
});

test("a refused key and a foreign server are lasting faults that name the variable to set", async () => {
  const refused = await post({ ...standIn, apiKey: "wrong" });
  expect(refused.error).toBeInstanceOf(DeliveryError);
  expect(String(refused.error)).toMatch(/refused the API key with 401.*SCORELINE_API_KEY/);
  standIn.faults.push((_, response) => {
    response.end("<html></html>\n");
    return true;
  });
  standIn.faults.push((_, response) => {
    response.end('{"hello":"world"}\n');
    return true;
  });
  standIn.faults.push((_, response) => {
    response.writeHead(404).end();
    return true;
  });
  expect((await post()).error).toBeInstanceOf(PassingFault);
  expect(String((await post()).error)).toMatch(/not ingest's.*INGEST_URL/);
  expect(String((await post()).error)).toMatch(/404.*INGEST_URL/);
});

test("Retry-After is read as seconds or as a date; anything else is no wait", () => {
  expect(readRetryAfter("120", 0)).toBe(120_000);
  expect(readRetryAfter("Thu, 01 Jan 1970 00:01:00 GMT", 20_000)).toBe(40_000);
  expect(readRetryAfter("Thu, 01 Jan 1970 00:00:00 GMT", 20_000)).toBe(0);
  expect(readRetryAfter("soon", 0)).toBe(0);
  expect(readRetryAfter(null, 0)).toBe(0);
});
