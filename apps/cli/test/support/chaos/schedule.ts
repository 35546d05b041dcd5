/** What is done to the system. A scorer is one of the group's processes, by its place. */
export const faultKinds = [
  "kill a scorer",
  "pause a scorer beyond its session",
  "pause a scorer briefly",
  "end a scorer",
  "add a scorer",
  "restart the broker",
  "kill the broker",
  "restart Postgres",
  "stop Postgres at once",
  "kill Postgres",
  "cut the scorers' connections to Postgres",
  "restart MongoDB",
  "kill MongoDB",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** `atMs` counts from the start of the load; the fault lasts `holdMs`, after which what it took away comes back. */
export type Fault = { atMs: number; kind: FaultKind; scorer: number; holdMs: number };

/** One of each group is in every schedule. */
const groups: readonly (readonly FaultKind[])[] = [
  ["kill a scorer"],
  ["kill a scorer"],
  ["pause a scorer beyond its session"],
  ["end a scorer"],
  ["add a scorer"],
  ["restart the broker", "kill the broker"],
  ["restart Postgres", "stop Postgres at once", "kill Postgres"],
  ["cut the scorers' connections to Postgres"],
  ["restart MongoDB", "kill MongoDB"],
];
const extras = 4;

const gapMs = { min: 1_500, max: 5_000 };

/** How long each kind lasts, in milliseconds. */
function holdOf(kind: FaultKind, sessionMs: number): { min: number; max: number } {
  if (kind === "pause a scorer beyond its session") return { min: sessionMs + 2_500, max: sessionMs + 5_000 };
  if (kind === "add a scorer") return { min: 4_000, max: 10_000 };
  return { min: 100, max: 3_000 };
}

/** The schedule of a seed: at least one fault of each group, in a random order and at random times, partly at once. */
export function drawSchedule(random: () => number, scorers: number, sessionMs: number): Fault[] {
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
  const within = ({ min, max }: { min: number; max: number }) => Math.round(min + random() * (max - min));
  const kinds = [...groups.map((group) => pick(group)), ...Array.from({ length: extras }, () => pick(faultKinds))];
  let atMs = 2_000;
  return shuffled(kinds, random).map((kind) => {
    const fault = { atMs, kind, scorer: Math.floor(random() * scorers), holdMs: within(holdOf(kind, sessionMs)) };
    atMs += within(gapMs);
    return fault;
  });
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items];
  return items.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T);
}
