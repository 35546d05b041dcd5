import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Runs `work` beside a server that takes traces by OTLP over HTTP and forgets them. */
export async function withCollector<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  const server = createServer((request, response) => {
    request.resume().once("end", () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
