/** A program the stack keeps running: one process group, one log, one record. */
export interface ServiceDefinition {
  /** Names its record, log and lock: lower-case letters, digits and dashes. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of the process that starts it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** One attempt: resolves when the service does its work, rejects with the reason while it does not yet. */
  readonly ready: () => Promise<void>;
  readonly readyTimeoutMsMax?: number;
  /** After this the whole process group is killed. */
  readonly stopTimeoutMsMax?: number;
  readonly stopSignal?: NodeJS.Signals;
  /** Services that are stopped after this one. */
  readonly dependsOn?: readonly string[];
  /** What must be there before the process starts, such as a formatted data directory. Must bear repetition. */
  readonly prepare?: () => Promise<void>;
  /** What must be done once it is ready and before others use it. Must bear repetition. */
  readonly afterReady?: () => Promise<void>;
}

export const serviceDefaults = { readyTimeoutMsMax: 60_000, stopTimeoutMsMax: 15_000, stopSignal: "SIGTERM" } as const;

/**
 * `healthy`: runs and does its work. `running`: runs, its health was not asked. `unhealthy`: runs (or is another's) and
 * does not do its work. `crashed`: was started, was not stopped, and is gone. `stopped`: nothing to run.
 */
export type ServiceState = "healthy" | "running" | "unhealthy" | "crashed" | "stopped";

export interface ServiceStatus {
  readonly name: string;
  readonly state: ServiceState;
  readonly pid?: number;
  readonly logFile: string;
  /** Why it is not healthy. */
  readonly detail?: string;
}

/** What happens while services start and stop, for progress lines. */
export type StackEvent =
  | { readonly type: "starting" | "stopping"; readonly service: string }
  | { readonly type: "ready"; readonly service: string; readonly pid: number; readonly tookMs: number }
  | { readonly type: "already-healthy"; readonly service: string; readonly pid: number | undefined }
  | { readonly type: "restarting"; readonly service: string; readonly reason: string }
  | { readonly type: "stopped"; readonly service: string; readonly tookMs: number; readonly killed: boolean }
  | { readonly type: "port-moved"; readonly port: string; readonly wanted: number; readonly chosen: number }
  | { readonly type: "waiting"; readonly holderPid: number };

export type OnStackEvent = (event: StackEvent) => void;

/** A service that did not become ready; the message holds the reason, its log's path and the log's last lines. */
export class ServiceFailed extends Error {
  readonly service: string;
  readonly logFile: string;
  constructor(service: string, logFile: string, reason: string, lastLines: string, cause?: unknown) {
    super(`${service}: ${reason}; its log is ${logFile}${lastLines ? ` and ends with:\n${lastLines}` : ""}`, { cause });
    this.service = service;
    this.logFile = logFile;
  }
}
