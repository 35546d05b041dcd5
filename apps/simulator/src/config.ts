import { z } from "zod";
import { UsageError } from "./errors.ts";
import type { Target } from "./transport/post.ts";

const Environment = z.object({
  INGEST_URL: z.url({
    protocol: /^https?$/,
    error: ({ input }) =>
      `${input ? "is no http address" : "is missing"}; set it to ingest's address, such as http://127.0.0.1:8080`,
  }),
  SCORELINE_API_KEY: z
    .string({ error: "is missing; set it to ingest's API key" })
    .regex(/^[\x21-\x7e]+$/, { error: "is empty or holds characters that no header can carry" }),
});

/** Where to send to, from the environment. Throws `UsageError` that names each variable and what to set it to. */
export function readTarget(environment: Record<string, string | undefined>): Target {
  const result = Environment.safeParse(environment);
  if (result.success) return { url: result.data.INGEST_URL, apiKey: result.data.SCORELINE_API_KEY };
  throw new UsageError(result.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; "));
}
