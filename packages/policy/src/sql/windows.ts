import { type Feature, inputMax, type Windowed } from "../ir.ts";
import { decimalText, extended, quoteName, type Step } from "./text.ts";

/*
 * Exact windows: half-open, (t - w, t], in (t, offset) order, the current event included. A whole producer batch shares one
 * t, so a frame by t alone would count later events of the same instant. What a window holds is therefore what a running
 * frame (by rows) holds less what has expired (every event up to t - w, by range, whose ties all expire at once). Both ends
 * only ever move forward over one order, so a million events take one sort and one pass for each window length.
 */

const user = `"_user_id", "_partition", "_topic"`;
const ordered = `order by "_t_ms", "_record_offset"`;

/** Columns and named windows of one select; what several features share stands once. */
class Select {
  readonly #columns = new Set<string>();
  readonly #windows = new Set<string>([`stream as (partition by ${user})`]);

  /** A window by its name; gives the name. */
  window(name: string, definition: string): string {
    this.#windows.add(`${quoteName(name)} as (${definition})`);
    return quoteName(name);
  }

  column(sql: string): void {
    this.#columns.add(sql);
  }

  from(step: string): string {
    return extended(step, [...this.#columns], `\n  window ${[...this.#windows].join(",\n    ")}`);
  }

  get isEmpty(): boolean {
    return this.#columns.size === 0;
  }
}

/** What a feature is computed in: `neighbours` is read by `values`. */
type Selects = { readonly neighbours: Select; readonly values: Select };

/** The features of each event of the step `from`; no step when there are none. */
export function windowSteps({ features, inputs }: Windowed, from: string): Step[] {
  if (features.length === 0) return [];
  const [neighbours, values] = [new Select(), new Select()];
  for (const feature of features) {
    // A number instead of the input's name: a long name with a prefix would be cut to 63 bytes.
    const number = 1 + inputs.findIndex(({ name }) => name === feature.input);
    values.column(`${featureSql(feature, number, { neighbours, values })} as ${quoteName(feature.name)}`);
  }
  if (neighbours.isEmpty) return [{ name: "features", sql: values.from(from) }];
  return [
    { name: "neighbours", sql: neighbours.from(from) },
    { name: "features", sql: values.from("neighbours") },
  ];
}

function featureSql(feature: Feature, number: number, selects: Selects): string {
  switch (feature.aggregate) {
    case "count":
      return countSql(feature, selects.values);
    case "sum":
      return sumSql(feature, selects.values);
    case "min":
    case "max":
      return extremeSql(feature, number, selects);
    case "distinct":
      return distinctSql(feature, number, selects);
  }
}

function running(values: Select): string {
  return values.window("running", `stream ${ordered} rows unbounded preceding`);
}

function expired(values: Select, windowMs: number): string {
  const frame = `range between unbounded preceding and ${windowMs} preceding`;
  return values.window(`expired_${windowMs}`, `stream order by "_t_ms" ${frame}`);
}

function countSql({ windowMs, cap }: Feature, values: Select): string {
  const count = `count(*) over ${running(values)} - count(*) over ${expired(values, windowMs)}`;
  return cap === undefined ? count : `least(${count}, ${cap})`;
}

function sumSql(feature: Feature, values: Select): string {
  const { windowMs, cap = inputMax, type } = feature;
  const input = inputOf(feature);
  const sum = `sum(${input}) over ${running(values)} - coalesce(sum(${input}) over ${expired(values, windowMs)}, 0)`;
  return `least(${sum}, ${decimalText(cap, type.scale)})${type.scale === 0 ? "::bigint" : ""}`;
}

/**
 * A value enters where the same one was not within w before, and expires where it does not come again within w. Those that
 * entered less those that expired by t - w are there.
 */
function distinctSql(feature: Feature, number: number, { neighbours, values }: Selects): string {
  const { windowMs } = feature;
  const input = inputOf(feature);
  const same = neighbours.window(`same_${number}`, `partition by ${user}, ${input} ${ordered}`);
  const previous = `"_previous_${number}"`;
  const next = `"_next_${number}"`;
  neighbours.column(`lag("_t_ms") over ${same} as ${previous}`);
  neighbours.column(`lead("_t_ms") over ${same} as ${next}`);
  const enters = `${input} is not null and (${previous} is null or "_t_ms" - ${previous} >= ${windowMs})`;
  const expires = `${input} is not null and (${next} is null or ${next} - "_t_ms" >= ${windowMs})`;
  const entered = `count(*) filter (where ${enters}) over ${running(values)}`;
  return `${entered}\n      - count(*) filter (where ${expires}) over ${expired(values, windowMs)}`;
}

/**
 * Time is cut into blocks as long as the window, so that it reaches over two of them at most: into the block of the event,
 * from whose start a running frame reads, and into the rest of the block before, from the first event of the window on (van
 * Herk; Gil and Werman). A moving frame would read its whole content again for each event: 35 s instead of 6 on a million.
 */
function extremeSql(feature: Feature, number: number, { neighbours, values }: Selects): string {
  const { aggregate, windowMs } = feature;
  const input = inputOf(feature);
  const start = `"_t_ms" - mod(mod("_t_ms", ${windowMs}) + ${windowMs}, ${windowMs})`;
  const block = `"_block_${windowMs}"`;
  const rest = `"_rest_${aggregate}_${number}_${windowMs}"`;
  const after = neighbours.window(`rest_${windowMs}`, `partition by ${user}, ${start} order by "_t_ms" desc`);
  neighbours.column(`${start} as ${block}`);
  neighbours.column(`${aggregate}(${input}) over ${after} as ${rest}`);
  const before = values.window(
    `block_${windowMs}`,
    `partition by ${user}, ${block} ${ordered} rows unbounded preceding`,
  );
  const frame = values.window(
    `window_${windowMs}`,
    `stream order by "_t_ms" range between ${windowMs - 1} preceding and current row`,
  );
  const choose = aggregate === "min" ? "least" : "greatest";
  const earlier = `case when first_value(${block}) over ${frame} < ${block} then first_value(${rest}) over ${frame} end`;
  return `${choose}(${aggregate}(${input}) over ${before},\n      ${earlier})`;
}

function inputOf({ name, input }: Feature): string {
  if (input === undefined) throw new TypeError(`The feature ${name} names no input.`);
  return quoteName(input);
}
