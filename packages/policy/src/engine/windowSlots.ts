import type { Feature } from "../ir.ts";
import type { Frame, Layout } from "./frame.ts";

/** Where a frame holds the windows of a policy, in the policy's order. */
export class WindowSlots {
  readonly #version: string;
  readonly #slots: readonly { readonly name: string; readonly slot: number; readonly factor: number }[];

  constructor(features: readonly Feature[], layout: Layout, version: string) {
    this.#version = version;
    this.#slots = features.map(({ name, type }) => {
      return { name, slot: layout.number("feature", name), factor: 10 ** type.scale };
    });
  }

  /** Fills a frame with scaled values. Throws a `RangeError` where their number is not the policy's. */
  fill(frame: Frame, windows: readonly number[]): void {
    if (windows.length !== this.#slots.length) {
      throw new RangeError(`${this.#version} has ${this.#slots.length} features and was given ${windows.length}.`);
    }
    for (let index = 0; index < windows.length; index++) {
      frame.numbers[(this.#slots[index] as { slot: number }).slot] = windows[index] as number;
    }
  }

  /** What a frame holds by name, in major units. */
  plain(frame: Frame): Record<string, number> {
    const features: Record<string, number> = {};
    for (const { name, slot, factor } of this.#slots) features[name] = (frame.numbers[slot] as number) / factor;
    return features;
  }
}
