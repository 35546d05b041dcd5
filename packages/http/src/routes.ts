import type { Context } from "hono";
import { routePath } from "hono/route";

/** Methods that a label or a span may name; any other is one for all. */
export const knownMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** The request's method; undefined when it is not one of HTTP's own. */
export function methodOf(c: Context): string | undefined {
  return knownMethods.has(c.req.method) ? c.req.method : undefined;
}

/** The pattern of the route that has answered a request, such as `/v1/decisions/:application_id`; undefined where none has. */
export function routeOf(c: Context): string | undefined {
  const pattern = routePath(c, -1);
  return pattern.includes("*") ? undefined : pattern;
}
