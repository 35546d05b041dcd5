import { type Logger, pino } from "pino";
import { traceIds } from "./tracing/tracing.ts";

export type { Logger };

/**
 * JSON lines on standard output, one an event, with ISO 8601 time, and with the ids of the span that is active. Never log a
 * record's content: it holds personal data; and of an error no more than `wordsOf` or `stackOf` give.
 * Goes through `console`, the one sink that Node and Deno share.
 */
export function createLogger(app: string, level = "info"): Logger {
  return pino(
    {
      name: app,
      level,
      base: { app },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      mixin: traceIds,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => console.log(line.trimEnd()) },
  );
}
