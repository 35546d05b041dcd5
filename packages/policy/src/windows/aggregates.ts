import type { Cells, Journal } from "./cells.ts";
import type { Events } from "./events.ts";
import type { Rows } from "./rows.ts";

/**
 * One aggregate of one input over several windows. Events are numbered in their order. Each enters once and leaves each
 * window once, in order; what is behind it is never looked at, so each step takes the same time however many events a
 * window has. State is written through the journal, except that of the event which enters.
 */
export type WindowAggregate = {
  /** Event `seq` of the user at `row` enters. What has left each window at its time has left already. */
  enter(row: number, seq: number): void;
  leave(window: number, row: number, seq: number): void;
  value(window: number, row: number): number;
};

/** What the aggregates of a partition share. */
export type Shared = {
  readonly users: Rows;
  readonly events: Events;
  readonly journal: Journal;
  /** The first event that has not left each window, by the window's place in the plan. */
  readonly tails: readonly number[];
};

export function countOf({ users, journal }: Shared, windows: number): WindowAggregate {
  const counts = columns(windows, () => users.column({ small: true }));
  return {
    enter: (row) => {
      for (const count of counts) journal.write(count, row, count.get(row) + 1);
    },
    leave: (window, row) => {
      const count = counts[window] as Cells;
      journal.write(count, row, count.get(row) - 1);
    },
    value: (window, row) => (counts[window] as Cells).get(row),
  };
}

/** Sums are held in two numbers, `high * limb + low` with low below `limb`: any number of values up to `inputMax` is exact. */
const limb = 2 ** 52;

export function sumOf({ users, journal }: Shared, windows: number, values: Cells): WindowAggregate {
  const lows = columns(windows, () => users.column());
  const highs = columns(windows, () => users.column({ small: true }));
  const change = (window: number, row: number, by: number) => {
    const [low, high] = [lows[window] as Cells, highs[window] as Cells];
    const moved = low.get(row) + by;
    const carry = moved >= limb ? 1 : moved < 0 ? -1 : 0;
    journal.write(low, row, moved - carry * limb);
    if (carry !== 0) journal.write(high, row, high.get(row) + carry);
  };
  return {
    enter: (row, seq) => {
      for (let window = 0; window < windows; window += 1) change(window, row, values.get(seq));
    },
    leave: (window, row, seq) => change(window, row, -values.get(seq)),
    value: (window, row) =>
      (highs[window] as Cells).get(row) > 0 ? Number.MAX_SAFE_INTEGER : (lows[window] as Cells).get(row),
  };
}

/**
 * The number of different values. `occurrences` has a row for each user and value, with the last event that has it: a
 * value counts from its first event in the window until its last one leaves. `windows` are places in the plan.
 */
export function distinctOf({ users, journal, tails }: Shared, windows: readonly number[], occurrences: Rows) {
  const counts = columns(windows.length, () => users.column({ small: true }));
  const lastSeen = occurrences.column();
  const aggregate: WindowAggregate = {
    enter: (row, seq) => {
      const occurrence = occurrences.refs.get(seq);
      if (occurrence === 0) return;
      const last = lastSeen.get(occurrence);
      for (const [window, count] of counts.entries()) {
        if (last < (tails[windows[window] as number] as number)) journal.write(count, row, count.get(row) + 1);
      }
      journal.write(lastSeen, occurrence, seq);
    },
    leave: (window, row, seq) => {
      const occurrence = occurrences.refs.get(seq);
      const count = counts[window] as Cells;
      if (occurrence !== 0 && lastSeen.get(occurrence) === seq) journal.write(count, row, count.get(row) - 1);
    },
    value: (window, row) => (counts[window] as Cells).get(row),
  };
  return aggregate;
}

/**
 * The least or the greatest value: each user's events that no later one outdoes, linked in order. Every window's value is
 * that of the first one in it, its head; 0 where the window is empty. The windows are in falling order of length.
 */
export function extremeOf({ users, events, journal }: Shared, windows: number, values: Cells, least: boolean) {
  const heads = columns(windows, () => users.column());
  const backs = users.column();
  /** How many events ahead the next one of the list is, and how many behind the one before; 0 at an end. */
  const [ahead, behind] = [events.column({ small: true }), events.column({ small: true })];
  const outdone = (old: number, value: number) => (least ? old >= value : old <= value);
  const aggregate: WindowAggregate = {
    enter: (row, seq) => {
      const first = (heads[0] as Cells).get(row);
      const value = values.get(seq);
      let back = first === 0 ? 0 : backs.get(row);
      while (back !== 0 && outdone(values.get(back), value)) back = back === first ? 0 : back - behind.get(back);
      if (back !== 0) journal.write(ahead, back, seq - back);
      if (back !== 0) behind.set(seq, seq - back);
      journal.write(backs, row, seq);
      for (const head of heads) {
        const at = head.get(row);
        if (at === 0 || at > back) journal.write(head, row, seq);
      }
    },
    leave: (window, row, seq) => {
      const head = heads[window] as Cells;
      if (head.get(row) !== seq) return;
      const next = ahead.get(seq);
      journal.write(head, row, next === 0 ? 0 : seq + next);
    },
    value: (window, row) => values.get((heads[window] as Cells).get(row)),
  };
  return aggregate;
}

function columns(count: number, make: () => Cells): Cells[] {
  return Array.from({ length: count }, make);
}
