import { expect, test } from "vitest";
import { Events } from "./events.ts";
import { Rows } from "./rows.ts";

/** Rows with a column, and events that refer to them. */
function newRows() {
  const events = new Events();
  const rows = new Rows(events.column({ small: true }));
  const column = rows.column();
  const refer = (key: string) => {
    const seq = events.push();
    return { seq, row: rows.refer(seq, key) };
  };
  return { events, rows, column, refer };
}

test("events of one key refer to one row, and another key has another", () => {
  const { rows, refer } = newRows();
  const [a, b, again] = [refer("a"), refer("b"), refer("a")];
  expect(again.row).toBe(a.row);
  expect(b.row).not.toBe(a.row);
  expect([a, b, again].map(({ seq }) => rows.refs.get(seq))).toEqual([a.row, b.row, a.row]);
  expect(rows.size).toBe(2);
});

test("a row is kept until its last event is released, and what takes its place begins at 0", () => {
  const { rows, column, refer } = newRows();
  const [first, second] = [refer("a"), refer("a")];
  column.set(first.row, 7);
  rows.release(first.seq);
  expect([rows.size, refer("a").row]).toEqual([1, first.row]);
  rows.release(second.seq);
  rows.release(second.seq + 1);
  expect(rows.size).toBe(0);
  const other = refer("b");
  expect([other.row, column.get(other.row)]).toEqual([first.row, 0]);
});

test("an event that refers to no row releases none", () => {
  const { events, rows, refer } = newRows();
  refer("a");
  rows.release(events.push());
  expect(rows.size).toBe(1);
});

test("rows that are left keep their keys, events and numbers when the room of the others is given back", () => {
  const { events, rows, column, refer } = newRows();
  const count = 5_000;
  const referred = Array.from({ length: count }, (_, i) => refer(`key-${i}`));
  for (const { seq, row } of referred) column.set(row, seq);
  const [kept, gone] = [referred.filter(({ seq }) => seq % 100 === 0), referred.filter(({ seq }) => seq % 100 !== 0)];
  const full = rows.bytes;
  for (const { seq } of gone) rows.release(seq);
  rows.shrink(1, events.end);
  expect(rows.bytes).toBeLessThan(full / 20);
  for (const { seq } of kept) {
    expect(column.get(rows.refs.get(seq))).toBe(seq);
    expect(refer(`key-${seq - 1}`).row).toBe(rows.refs.get(seq));
  }
  for (let i = 0; i < count; i += 1) column.set(refer(`new-${i}`).row, -1);
  for (const { seq } of kept) expect(column.get(rows.refs.get(seq))).toBe(seq);
});
