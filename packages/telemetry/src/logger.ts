import { type Logger, pino } from "pino";

export type { Logger };

/**
 * JSON lines on standard output, one an event, with ISO 8601 time. Never log a record's content: it holds personal data.
 * Goes through `console`, the one sink that Node and Deno share.
 */
export function createLogger(app: string, level = "info"): Logger {
  return pino(
    {
      name: app,
      level,
      base: { app },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => console.log(line.trimEnd()) },
  );
}
