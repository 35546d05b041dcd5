import { Hono } from "hono";
import type { Metrics } from "./metrics.ts";

/** What `/readyz` and `/livez` ask. `ready` gives the names of the parts that do not answer; none means ready. */
export type Health = { alive?: () => boolean; unready: () => Promise<string[]>; metrics: Metrics };

/**
 * `/livez` (200, or 503 when the process should be restarted), `/readyz` (200, or 503 naming what does not answer) and
 * `/metrics` (Prometheus' text form). They carry no customer data and take no key; who may reach them is the network's matter.
 */
export function healthRoutes({ alive = () => true, unready, metrics }: Health): Hono {
  const app = new Hono();
  app.get("/livez", (c) => (alive() ? c.json({ status: "alive" }) : c.json({ status: "stalled" }, 503)));
  app.get("/readyz", async (c) => {
    const waitingFor = await unready();
    return waitingFor.length === 0
      ? c.json({ status: "ready" })
      : c.json({ status: "unready", waiting_for: waitingFor }, 503);
  });
  app.get("/metrics", async (c) => {
    const { contentType, body } = await metrics.expose();
    return c.body(body, 200, { "content-type": contentType });
  });
  return app;
}
