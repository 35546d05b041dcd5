import type { LineCounter } from "yaml";

/** What is wrong with a policy document, where, and what to do about it. Lines and columns count from 1, in UTF-16 units. */
export type PolicyProblem = {
  file: string;
  line: number;
  column: number;
  /** The part of the policy that it is in, such as `fraud clause risky`, `input dti` or `reasons`. */
  clause: string | undefined;
  message: string;
  fix: string;
};

/** One line: `policy.yaml:12:18 fraud clause risky: message; fix`. */
export function formatProblem({ file, line, column, clause, message, fix }: PolicyProblem): string {
  return `${file}:${line}:${column} ${clause === undefined ? "" : `${clause}: `}${message}; ${fix}`;
}

/** Tells a problem at an offset of the document. */
export type Tell = (offset: number, message: string, fix: string) => void;

/** A document with more problems than this is told no further: the first ones are enough to begin with. */
const problemsMax = 200;

/** The problems of one document. */
export class Problems {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #found: PolicyProblem[] = [];

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  /** Gives what tells the problems of one part of the policy. */
  within(clause: string | undefined): Tell {
    return (offset, message, fix) => {
      const { line, col } = this.#lines.linePos(offset);
      if (this.#found.length >= problemsMax) return;
      this.#found.push({ file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1), clause, message, fix });
    };
  }

  /** In the order of the document. */
  get all(): PolicyProblem[] {
    return this.#found.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }
}
