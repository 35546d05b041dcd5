import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { EnvironmentError } from "@scoreline/contracts";
import type { Metrics } from "@scoreline/telemetry";
import type { Reading } from "./readings.ts";

/** A renewed certificate shows after this at the latest, in milliseconds. */
const readAgainMs = 60_000;

const certificateForm = /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs;

/** When the first of a file's certificates ends, epoch seconds. Throws when there is none, or one cannot be read. */
export function earliestEndS(pem: string): number {
  const ends = [...pem.matchAll(certificateForm)].map(
    ([text]) => Date.parse(new X509Certificate(text).validTo) / 1_000,
  );
  if (ends.length === 0) throw new Error("holds no certificate in PEM form");
  return Math.min(...ends);
}

/** Throws `EnvironmentError` that names each file which holds no certificate that can be read. */
export async function checkCertificates(files: readonly string[]): Promise<void> {
  const checked = await Promise.all(files.map((file) => endOf(file)));
  const lines = checked.flatMap((end) => (typeof end === "number" ? [] : [`  CERTIFICATE_FILES names ${end}`]));
  if (lines.length > 0) throw new EnvironmentError(`loader cannot start:\n${lines.join("\n")}`);
}

/** The end of a file's certificates, or the file and what is wrong with it. */
async function endOf(file: string): Promise<number | string> {
  try {
    return earliestEndS(await readFile(file, "utf8"));
  } catch (error) {
    return `${file}, which cannot be read: ${(error as Error).message}`;
  }
}

/**
 * When watched certificates end, by their file's name; read again once a minute. A file that can no longer be read has no
 * series, and `onProblem` hears of it once.
 */
export function certificatesReading(
  metrics: Metrics,
  files: readonly string[],
  { onProblem, nowMs = () => performance.now() }: { onProblem: (problem: string) => void; nowMs?: () => number },
): Reading {
  const broken = new Set<string>();
  let readAtMs = Number.NEGATIVE_INFINITY;

  async function tell(file: string): Promise<void> {
    const end = await endOf(file);
    const labels = { certificate: basename(file) };
    if (typeof end === "number") {
      metrics.gauge("certificateExpiry").set(labels, end);
      broken.delete(file);
      return;
    }
    metrics.gauge("certificateExpiry").remove(labels);
    if (!broken.has(file)) onProblem(end);
    broken.add(file);
  }

  return {
    name: "certificates",
    read: async () => {
      if (nowMs() - readAtMs < readAgainMs) return;
      readAtMs = nowMs();
      await Promise.all(files.map(tell));
    },
  };
}
