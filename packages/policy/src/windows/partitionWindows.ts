import { inputReader, type PolicyFacts } from "../inputs.ts";
import { countOf, distinctOf, extremeOf, type Shared, sumOf, type WindowAggregate } from "./aggregates.ts";
import { type Cells, Journal } from "./cells.ts";
import { Events } from "./events.ts";
import type { WindowPlan, WindowSlot, WindowValues } from "./plan.ts";
import { Rows } from "./rows.ts";

/** What windows read of an event: whose it is, and what a policy may read. */
export type WindowEvent = PolicyFacts & { readonly user_id: string };

/** A point between two events, up to which what was added can be made final. */
export type WindowMark = {
  readonly end: number;
  readonly tails: readonly number[];
  readonly lastMs: number;
  readonly written: number;
};

/** Rows that events refer to until they leave a window; events before `released` refer to none any more. */
type Referred = { readonly rows: Rows; readonly window: number; released: number };

/**
 * The windows of one partition: the aggregates of a plan for all of its users, over events in (t, offset) order, half open:
 * (t - w, t]. An event is held as some numbers in columns for as long as the longest window, a user as a row for as long
 * as it has an event there.
 */
export class PartitionWindows {
  readonly #plan: WindowPlan;
  readonly #events = new Events();
  readonly #times = this.#events.column();
  readonly #users = new Rows(this.#events.column({ small: true }));
  readonly #journal = new Journal();
  /** In milliseconds, the longest first. */
  readonly #lengths: readonly number[];
  /** The first event that has not left each window. */
  readonly #tails: number[];
  /** Keeps what the aggregates read of an event. */
  readonly #keep: ((seq: number, event: WindowEvent) => void)[] = [];
  readonly #aggregates: WindowAggregate[] = [];
  /** Who is to hear of an event that leaves each window. */
  readonly #leave: ((row: number, seq: number) => void)[][];
  readonly #values: ((row: number) => number)[] = [];
  readonly #referred: Referred[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;
  #committed: WindowMark;

  constructor(plan: WindowPlan) {
    this.#plan = plan;
    this.#lengths = [...new Set(plan.slots.map((slot) => slot.windowMs))].sort((a, b) => b - a);
    this.#tails = this.#lengths.map(() => this.#events.end);
    this.#leave = this.#lengths.map(() => []);
    this.#referred.push({ rows: this.#users, window: 0, released: this.#events.end });
    const numbers = new Map<number, Cells>();
    for (const slots of groupsOf(plan.slots)) this.#build(slots, numbers);
    this.#committed = this.mark();
  }

  /** What is held since the last commit; `bytes` counts columns as they are and keys by a measured average. */
  get size(): { users: number; events: number; bytes: number } {
    const rows = this.#referred.reduce((sum, { rows: { bytes } }) => sum + bytes, 0);
    return { users: this.#users.size, events: this.#events.size, bytes: this.#events.bytes + rows };
  }

  /**
   * Adds an event at broker time `tMs`. Gives every aggregate of the plan for it, itself included. Throws a `RangeError`
   * when the time falls or a value is missing that must be there; then `rollback` is due.
   */
  add(tMs: number, event: WindowEvent): WindowValues {
    if (tMs < this.#lastMs) throw new RangeError(`The time falls from ${this.#lastMs} to ${tMs} within a partition.`);
    this.#lastMs = tMs;
    if (this.#lengths.length === 0) return [];
    this.#expire(tMs);
    const seq = this.#events.push();
    this.#times.set(seq, tMs);
    const row = this.#users.refer(seq, event.user_id);
    for (const keep of this.#keep) keep(seq, event);
    for (const aggregate of this.#aggregates) aggregate.enter(row, seq);
    return this.#values.map((value) => value(row));
  }

  /** The point after the last event. It holds until a `rollback`. */
  mark(): WindowMark {
    const { end } = this.#events;
    return { end, tails: [...this.#tails], lastMs: this.#lastMs, written: this.#journal.written };
  }

  /** Makes final what was added before `mark`, of marks the earliest first, and lets go of what had left the windows there. */
  commit(mark: WindowMark = this.mark()): void {
    this.#journal.forget(mark.written);
    this.#committed = mark;
    for (const referred of this.#referred) {
      const tail = mark.tails[referred.window] ?? mark.end;
      for (let seq = referred.released; seq < tail; seq += 1) referred.rows.release(seq);
      referred.released = tail;
      const renumbered = referred.rows.shrink(tail, this.#events.end);
      if (renumbered) this.#journal.renumber(renumbered);
    }
    this.#events.letGo(mark.tails[0] ?? mark.end);
  }

  /** Takes back everything since the last commit. */
  rollback(): void {
    const { end, tails, lastMs } = this.#committed;
    this.#journal.undo();
    for (let seq = this.#events.end - 1; seq >= end; seq -= 1) for (const { rows } of this.#referred) rows.release(seq);
    this.#events.truncate(end);
    this.#tails.splice(0, tails.length, ...tails);
    this.#lastMs = lastMs;
  }

  #expire(tMs: number): void {
    for (const [window, lengthMs] of this.#lengths.entries()) {
      let tail = this.#tails[window] as number;
      while (tail < this.#events.end && this.#times.get(tail) <= tMs - lengthMs) {
        const row = this.#users.refs.get(tail);
        for (const leave of this.#leave[window] ?? []) leave(row, tail);
        tail += 1;
      }
      this.#tails[window] = tail;
    }
  }

  /** One aggregate of one input over its windows. `numbers` are the columns that are there already, by input. */
  #build(slots: readonly WindowSlot[], numbers: Map<number, Cells>): void {
    const windows = slots.map((slot) => this.#lengths.indexOf(slot.windowMs));
    const aggregate = this.#aggregateOf(slots[0] as WindowSlot, windows, numbers);
    this.#aggregates.push(aggregate);
    for (const [index, slot] of slots.entries()) {
      this.#leave[windows[index] as number]?.push((row, seq) => aggregate.leave(index, row, seq));
      this.#values[this.#plan.slots.indexOf(slot)] = (row) => aggregate.value(index, row);
    }
  }

  #aggregateOf({ aggregate, input }: WindowSlot, windows: number[], numbers: Map<number, Cells>): WindowAggregate {
    const shared: Shared = { users: this.#users, events: this.#events, journal: this.#journal, tails: this.#tails };
    if (input === undefined) return countOf(shared, windows.length);
    if (aggregate === "distinct") return distinctOf(shared, windows, this.#keepValues(input, windows[0] as number));
    const values = numbers.get(input) ?? this.#keepNumbers(input);
    numbers.set(input, values);
    if (aggregate === "sum") return sumOf(shared, windows.length, values);
    return extremeOf(shared, windows.length, values, aggregate === "min");
  }

  #keepNumbers(index: number): Cells {
    const input = this.#inputAt(index);
    const read = inputReader(input);
    const cells = this.#events.column();
    this.#keep.push((seq, event) => {
      const value = read(event);
      if (typeof value !== "number") throw new RangeError(`${input.name} is missing, which a window has to read.`);
      cells.set(seq, value);
    });
    return cells;
  }

  #keepValues(index: number, window: number): Rows {
    const read = inputReader(this.#inputAt(index));
    const rows = new Rows(this.#events.column({ small: true }));
    this.#keep.push((seq, event) => {
      const value = read(event);
      if (value !== undefined) rows.refer(seq, `${event.user_id}\u0000${value}`);
    });
    this.#referred.push({ rows, window, released: this.#events.end });
    return rows;
  }

  #inputAt(index: number) {
    const input = this.#plan.inputs[index];
    if (!input) throw new RangeError(`The plan has no input ${index}.`);
    return input;
  }
}

/** Slots of one aggregate of one input, the longest window first. */
function groupsOf(slots: readonly WindowSlot[]): WindowSlot[][] {
  const groups = new Map<string, WindowSlot[]>();
  for (const slot of [...slots].sort((a, b) => b.windowMs - a.windowMs)) {
    const key = `${slot.aggregate} ${slot.input}`;
    groups.set(key, [...(groups.get(key) ?? []), slot]);
  }
  return [...groups.values()];
}
