import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openReceiver } from "../../test/receiver.ts";
import { eventsOf, type RunEvent, wholeRun } from "./events.ts";
import { loaderEngine } from "./loadEvents.ts";
import { fileTransport, httpTransport } from "./transport.ts";

const at = new Date("2026-03-01T10:00:00Z");
const events: RunEvent[] = eventsOf({
  ...{ runId: "8f14e45f-ceea-467f-a0e6-5b1c1b4a2b11", job: wholeRun, jobType: "JOB", engine: loaderEngine },
  ...{ nominalStart: at, parentRunId: null, startedAt: at, finishedAt: at, error: null },
});

test("each event is posted with the key, below whatever path the receiver has", async () => {
  const receiver = await openReceiver();
  onTestFinished(receiver.close);
  await httpTransport(`${receiver.url}/lineage-proxy`, "a key").send(events);
  expect(receiver.events).toHaveLength(2);
  expect(receiver.events).toEqual(expect.arrayContaining(events));
  expect(receiver.requests[0]).toMatchObject({
    method: "POST",
    url: "/lineage-proxy/api/v1/lineage",
    headers: { authorization: "Bearer a key", "content-type": "application/json" },
  });
});

test("a receiver that refuses is not asked for the rest", async () => {
  const receiver = await openReceiver(() => 500);
  onTestFinished(receiver.close);
  const many = Array.from({ length: 50 }, () => events).flat();
  await expect(httpTransport(receiver.url, undefined).send(many)).rejects.toThrow("it answered 500");
  expect(receiver.events.length).toBeLessThan(many.length);
});

test("a receiver that never answers is given up within the bound", async () => {
  const receiver = await openReceiver(() => undefined);
  onTestFinished(receiver.close);
  const startMs = performance.now();
  await expect(httpTransport(receiver.url, undefined, 200).send(events)).rejects.toThrow(/timeout/);
  expect(performance.now() - startMs).toBeLessThan(5_000);
});

test("a transport's name holds no secret", () => {
  expect(httpTransport("https://user:password@lineage.example/path?key=1", "a key").name).toBe(
    "https://lineage.example",
  );
});

test("a file gets a line an event, and is put aside when it has grown large", async () => {
  const folder = mkdtempSync(join(tmpdir(), "loader-lineage-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "new", "lineage.ndjson");
  const { send } = fileTransport(path);
  await send(events);
  await send(events);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([...events, ...events]);

  writeFileSync(path, "");
  truncateSync(path, 64 * 1024 * 1024 + 1);
  await send(events);
  expect(readdirSync(join(folder, "new")).sort()).toEqual(["lineage.ndjson", "lineage.ndjson.1"]);
  expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(2);
});
