import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Failure, parseApplication, parseTransaction } from "@scoreline/contracts";

/** Answers one request in place of the usual results; gives false to leave it to them. */
export type Fault = (request: IncomingMessage, response: ServerResponse, body: string) => boolean;

/** A small server that speaks ingest's `POST /v1/applications` and `/v1/transactions` as NDJSON. */
export type StandIn = {
  url: string;
  apiKey: string;
  /** The ids of applications and transactions that were accepted, in their order, repeats included. */
  accepted: string[];
  /** The lines that came, in their order. */
  lines: string[];
  requests: number;
  /** Faults for the next requests, one each. */
  faults: Fault[];
  close(): Promise<void>;
};

export async function startStandIn(): Promise<StandIn> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    standIn.requests++;
    if (standIn.faults.shift()?.(request, response, body)) return;
    if (request.headers.authorization !== `Bearer ${standIn.apiKey}`) {
      response.writeHead(401, { "content-type": "application/problem+json" });
      response.end(JSON.stringify({ title: "A valid API key is required", status: 401 }));
      return;
    }
    response.writeHead(207, { "content-type": "application/x-ndjson" });
    for (const [index, line] of linesIn(body).entries()) {
      response.write(resultOf(line, index + 1, standIn, request.url));
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: "test-key",
    accepted: [],
    lines: [],
    requests: 0,
    faults: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}

export function linesIn(body: string): string[] {
  return body.split("\n").filter((line) => line !== "");
}

/** The result line for one record, which is accepted or refused as the contract of its address says. */
export function resultOf(line: string, number: number, standIn: StandIn, path = "/v1/applications"): string {
  standIn.lines.push(line);
  const parsed = parsers[path]?.(JSON.parse(line)) ?? { ok: false, failures: [] };
  if (parsed.ok) standIn.accepted.push(parsed.id);
  const result = parsed.ok ? { status: 202 } : { status: 422, code: "validation_failed", errors: parsed.failures };
  return `${JSON.stringify({ line: number, ...result })}\n`;
}

type Judged = { ok: true; id: string } | { ok: false; failures: Failure[] };

const parsers: Record<string, (input: unknown) => Judged> = {
  "/v1/applications": (input) => {
    const parsed = parseApplication(input, "http", Date.now());
    return parsed.ok ? { ok: true, id: parsed.value.application_id } : parsed;
  },
  "/v1/transactions": (input) => {
    const parsed = parseTransaction(input, "http", Date.now());
    return parsed.ok ? { ok: true, id: parsed.value.transaction_id } : parsed;
  },
};
