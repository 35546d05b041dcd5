import type { Application } from "@scoreline/contracts";
import type { Place } from "./commitWatch.ts";
import { canonicalText } from "./sameContent.ts";

/**
 * Applications that lie on the topic and whose decision is not read yet: a repeat of one waits for the record that is
 * there, instead of adding one at every retry while the scorer is away. Beyond its bound the oldest is forgotten, which
 * costs a duplicate and nothing else.
 */
export class Appended {
  readonly #sizeMax: number;
  readonly #byId = new Map<string, { content: string; place: Place }>();

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** Where the same application lies already; undefined when it does not, or says something else. */
  placeOf(application: Application): Place | undefined {
    const known = this.#byId.get(application.application_id);
    return known?.content === canonicalText(application) ? known?.place : undefined;
  }

  /** Of two records of one application_id the scorer decides the first, so the first is kept. */
  add(application: Application, place: Place): void {
    if (this.#byId.has(application.application_id)) return;
    this.#byId.set(application.application_id, { content: canonicalText(application), place });
    if (this.#byId.size <= this.#sizeMax) return;
    const [oldest] = this.#byId.keys();
    if (oldest !== undefined) this.#byId.delete(oldest);
  }

  forget(applicationId: string): void {
    this.#byId.delete(applicationId);
  }
}
