/** A line of a frame: a heading, what needs a look, or neither. */
export type Line = { text: string; tone?: "heading" | "trouble" };

/** Where frames go: standard output, or what a test puts in its place. */
export type Output = {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  hasColors?: () => boolean;
};

export type Screen = { paint(lines: readonly Line[]): void; close(): void };

// ECMA-48 and xterm's control sequences.
const csi = (sequence: string) => `\u001b[${sequence}`;
const alternateScreen = { enter: csi("?1049h"), leave: csi("?1049l") };
const cursor = { hide: csi("?25l"), show: csi("?25h"), home: csi("H") };
const clear = { toLineEnd: csi("K"), toScreenEnd: csi("J") };
const tones = { heading: csi("1m"), trouble: csi("31m") };
const plainTone = csi("0m");

/** Frames drawn over each other on a terminal; elsewhere, one after the other as plain text. */
export function openScreen(output: Output): Screen {
  return output.isTTY ? terminalScreen(output) : plainScreen(output);
}

function plainScreen(output: Output): Screen {
  return {
    paint: (lines) => {
      output.write(`${lines.map(({ text }) => printable(text)).join("\n")}\n\n`);
    },
    close: () => {},
  };
}

/** On the terminal's other screen, so that what stood there comes back; the last frame is left below it. */
function terminalScreen(output: Output): Screen {
  const isColoured = output.hasColors?.() ?? false;
  let last: readonly Line[] = [];
  output.write(alternateScreen.enter + cursor.hide);
  return {
    paint: (lines) => {
      last = lines;
      const { columns = 80, rows = 24 } = output;
      const drawn = fitted(lines, rows).map((line) => toned(line, columns, isColoured) + clear.toLineEnd);
      output.write(cursor.home + drawn.join("\r\n") + clear.toScreenEnd);
    },
    close: () => {
      output.write(cursor.show + alternateScreen.leave);
      const { columns = 80 } = output;
      for (const line of last) output.write(`${toned(line, columns, isColoured)}\n`);
    },
  };
}

/** As many lines as there is room for. */
function fitted(lines: readonly Line[], rows: number): readonly Line[] {
  if (lines.length <= rows) return lines;
  const shown = lines.slice(0, Math.max(rows - 1, 0));
  return [...shown, { text: `  and ${lines.length - shown.length} lines more, for which the window is too low` }];
}

/** Cut to the width, as a longer line would push the next one down. */
function toned({ text, tone }: Line, columns: number, isColoured: boolean): string {
  const whole = [...printable(text)];
  const cut = whole.length > columns ? `${whole.slice(0, columns - 1).join("")}…` : whole.join("");
  return tone === undefined || !isColoured ? cut : tones[tone] + cut + plainTone;
}

/** Labels and errors come from elsewhere: what steers a terminal is shown as a question mark. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}
