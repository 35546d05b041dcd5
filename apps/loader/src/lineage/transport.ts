import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { RunEvent } from "./events.ts";

/** How long all events of one call may take to be taken, in milliseconds. */
const sendMsMax = 5_000;
const requestsAtOnceMax = 4;
/** A file that has grown beyond this is put aside with `.1` behind its name, in the place of the one before. */
const fileBytesMax = 64 * 1024 * 1024;

/** Where events go; `name` is for people and holds no secret. Rejects when one was not taken. */
export type Transport = { name: string; send(events: readonly RunEvent[]): Promise<void> };

/** Posts each event to a receiver such as Marquez, at `/api/v1/lineage` below `url`. */
export function httpTransport(url: string, apiKey: string | undefined, msMax = sendMsMax): Transport {
  const endpoint = new URL("api/v1/lineage", url.endsWith("/") ? url : `${url}/`);
  const headers = {
    "content-type": "application/json",
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  return {
    name: endpoint.origin,
    async send(events) {
      const signal = AbortSignal.timeout(msMax);
      const waiting = [...events];
      const post = async () => {
        for (let event = waiting.shift(); event; event = waiting.shift()) {
          const response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(event), signal });
          await response.body?.cancel();
          if (!response.ok) throw new Error(`it answered ${response.status}`);
        }
      };
      // The first that fails leaves nothing for the others.
      const posts = Array.from({ length: requestsAtOnceMax }, () =>
        post().catch((error) => {
          waiting.length = 0;
          throw error;
        }),
      );
      await Promise.all(posts);
    },
  };
}

/** Appends each event to a file, one JSON object a line; makes its folder. */
export function fileTransport(path: string): Transport {
  return {
    name: path,
    async send(events) {
      await mkdir(dirname(path), { recursive: true });
      const { size } = await stat(path).catch(() => ({ size: 0 }));
      if (size > fileBytesMax) await rename(path, `${path}.1`);
      await appendFile(path, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    },
  };
}
