/** Time as the simulator sees it: a test gives one that it moves itself. */
export type Clock = {
  /** Milliseconds that never go back; only differences mean something. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
};

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
