import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMetrics } from "@scoreline/telemetry";
import { afterEach, beforeEach, expect, test } from "vitest";
import { certificatesReading, checkCertificates, earliestEndS } from "./certificates.ts";

// Self-signed, without a key that anybody kept.
const ending2036 = `-----BEGIN CERTIFICATE-----
MIIBcjCCARmgAwIBAgIUOVeu9xaJHd7vm+1t9ohtq/KZJVgwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjcxNTMwNTRaFw0zNjExMjQxNTMwNTRa
MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARaJp7F
2uq/nvXkvbnmjsQt11P0HanrcVEBMfHsMF8QubDGellEn1w3jv4BfpGZE+TPNcRH
pa4b17ojDYGTbJZlo1MwUTAdBgNVHQ4EFgQU5G8DiYDeqtxjb9IR+tDfUqg3nwQw
HwYDVR0jBBgwFoAU5G8DiYDeqtxjb9IR+tDfUqg3nwQwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNHADBEAiBxuNMuy0xUv3Hfj8bWe/ugjcn9/23pXR2xOiua
i/pJTQIgOhsWTYZGMoXxyYy1gc1J29npxE/QsIVEv8GG8A0NvVg=
-----END CERTIFICATE-----
`;
const ending2046 = `-----BEGIN CERTIFICATE-----
MIIBdDCCARmgAwIBAgIUc8ywKMTmzzS6ekGNY7gqcXD1TtAwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjcxNTMwNTRaFw00NjExMjIxNTMwNTRa
MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQqn62W
kHGO/BfnRdBXOV7dOFwRzsZUfoc53JeoxoCOfvQqk2HoiI2PdEYdNRadxmJJMoeZ
wWN67UNPRzkSBv/Zo1MwUTAdBgNVHQ4EFgQU98fQS4DWKP674DC0vB4HFU5greow
HwYDVR0jBBgwFoAU98fQS4DWKP674DC0vB4HFU5greowDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNJADBGAiEAgUmwzPLy1t7iTZDN7RsOrh1S0lxNubbj7Rkd
vmWtJz4CIQC+Stk5dDQa9VAZK8DXr89R1leVeWpzmL1lE29nF8QYNg==
-----END CERTIFICATE-----
`;
const end2036S = Date.UTC(2036, 10, 24, 15, 30, 54) / 1_000;
const end2046S = Date.UTC(2046, 10, 22, 15, 30, 54) / 1_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "certificates-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("of several certificates in a file the first end counts, in whatever order", () => {
  expect(earliestEndS(ending2036)).toBe(end2036S);
  expect(earliestEndS(`${ending2046}\n# the issuer\n${ending2036}`)).toBe(end2036S);
});

test("a file without a certificate, one that is damaged and one that is not there are named before the start", async () => {
  const [good, empty, damaged] = ["good.pem", "empty.pem", "damaged.pem"].map((name) => join(folder, name));
  writeFileSync(good ?? "", ending2036);
  writeFileSync(empty ?? "", "-----BEGIN PRIVATE KEY-----");
  writeFileSync(damaged ?? "", ending2036.replace("MIIBcjCC", "AAAAAAAA"));
  const missing = join(folder, "missing.pem");
  await checkCertificates([good ?? ""]);
  await checkCertificates([]);
  const refused = checkCertificates([good ?? "", empty ?? "", damaged ?? "", missing]);
  await expect(refused).rejects.toMatchObject({ name: "EnvironmentError" });
  const message = await refused.catch((error: Error) => error.message);
  expect(String(message).split("\n")).toEqual([
    "loader cannot start:",
    expect.stringMatching(/^ {2}CERTIFICATE_FILES names .*empty\.pem, which cannot be read: holds no certificate/),
    expect.stringMatching(/damaged\.pem/),
    expect.stringMatching(/missing\.pem, .*ENOENT/),
  ]);
});

test("an end is told by the file's name, read again after a minute, and gone with its file", async () => {
  const file = join(folder, "ingest.pem");
  writeFileSync(file, ending2036);
  const metrics = createMetrics("loader");
  const problems: string[] = [];
  let nowMs = 0;
  const options = { onProblem: (problem: string) => problems.push(problem), nowMs: () => nowMs };
  const reading = certificatesReading(metrics, [file], options);
  const told = async (atMs: number) => {
    nowMs = atMs;
    await reading.read();
    return (await metrics.gauge("certificateExpiry").get()).values.map(({ labels, value }) => [
      labels.certificate,
      value,
    ]);
  };
  expect(await told(0)).toEqual([["ingest.pem", end2036S]]);

  writeFileSync(file, ending2046);
  expect(await told(59_999)).toEqual([["ingest.pem", end2036S]]);
  expect(await told(60_000)).toEqual([["ingest.pem", end2046S]]);

  rmSync(file);
  expect(await told(120_000)).toEqual([]);
  expect(await told(180_000)).toEqual([]);
  expect(problems).toEqual([expect.stringContaining(`${file}, which cannot be read: ENOENT`)]);

  writeFileSync(file, ending2046);
  expect(await told(240_000)).toEqual([["ingest.pem", end2046S]]);
});
