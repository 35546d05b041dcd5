import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { RunEvent } from "../src/lineage/events.ts";

/** A receiver of lineage events over HTTP; `answer` gives the status, or undefined to leave a request without one. */
export async function openReceiver(answer: () => number | undefined = () => 201) {
  const events: RunEvent[] = [];
  const requests: { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const server = createServer(async (request, response) => {
    events.push(JSON.parse(await text(request)));
    requests.push({ method: request.method, url: request.url, headers: request.headers });
    const status = answer();
    if (status !== undefined) response.writeHead(status).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${port}`, events, requests, close };
}
