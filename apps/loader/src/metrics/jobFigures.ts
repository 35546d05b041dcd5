/** A run of a job: all its rows of one run_id. By the database's clock. */
export type Run = {
  job: string;
  /** Epoch seconds; null while it is under way, or its process has died and no later run has closed it. */
  endedS: number | null;
  /** From its first start to its last end, or to now. */
  seconds: number;
  /** Some row failed. */
  failed: boolean;
};

/** What is told of a job; undefined where there is nothing to tell. */
export type JobFigures = {
  endedS: number | undefined;
  failed: boolean | undefined;
  seconds: number | undefined;
  /** The median duration of the good runs before the last one. */
  baselineSeconds: number | undefined;
  /** How long the run under way has taken; 0 when none is. */
  runningSeconds: number;
};

/** Good runs that a baseline is made of, at most and at least. */
export const baselineRunsMax = 20;
const baselineRunsMin = 3;

/** The figures of one job from its runs, in any order. */
export function figuresOf(runs: readonly Run[]): JobFigures {
  const finished = runs.filter((run): run is Run & { endedS: number } => run.endedS !== null);
  const [last, ...before] = finished.sort((one, other) => other.endedS - one.endedS);
  const underWay = runs.filter(({ endedS }) => endedS === null);
  const good = before.filter(({ failed }) => !failed).slice(0, baselineRunsMax);
  return {
    endedS: last?.endedS,
    failed: last?.failed,
    seconds: last?.seconds,
    baselineSeconds: good.length < baselineRunsMin ? undefined : median(good.map(({ seconds }) => seconds)),
    runningSeconds: Math.max(0, ...underWay.map(({ seconds }) => seconds)),
  };
}

/** The middle value, or the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const [low = 0, high = low] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return (low + high) / 2;
}
