import { describe, expect, test } from "vitest";
import { type Line, openScreen } from "./screen.ts";

/** What a screen wrote; a frame of three lines unless told. */
function written(terminal: object, frames: Line[][]) {
  let text = "";
  const output = { write: (part: string) => (text += part), ...terminal };
  const screen = openScreen(output);
  for (const frame of frames) screen.paint(frame);
  const painted = text;
  screen.close();
  return { painted, closing: text.slice(painted.length) };
}

const csi = "\u001b[";
const frame: Line[] = [{ text: "Head", tone: "heading" }, { text: "12345678901" }, { text: "bad", tone: "trouble" }];

describe("the screen", () => {
  test("without a terminal is plain text, a blank line behind each frame", () => {
    expect(written({ isTTY: false, hasColors: () => true }, [frame, [{ text: "next" }]])).toEqual({
      painted: "Head\n12345678901\nbad\n\nnext\n\n",
      closing: "",
    });
  });

  test("on a terminal draws each frame over the last, cut to the width", () => {
    const { painted } = written({ isTTY: true, columns: 10, rows: 3 }, [frame, [{ text: "next" }]]);
    expect(painted.replaceAll(csi, "^")).toBe("^?1049h^?25l^HHead^K\r\n123456789…^K\r\nbad^K^J^Hnext^K^J");
  });

  test("gives the cursor and the former screen back, and leaves the last frame", () => {
    const { closing } = written({ isTTY: true, columns: 10, rows: 3 }, [frame]);
    expect(closing.replaceAll(csi, "^")).toBe("^?25h^?1049lHead\n123456789…\nbad\n");
  });

  test("says how many lines a low window leaves out", () => {
    const { painted } = written({ isTTY: true, columns: 80, rows: 2 }, [frame]);
    expect(painted).toContain(`Head${csi}K\r\n  and 2 lines more`);
    expect(painted).not.toContain("bad");
  });

  test("colours where the terminal can", () => {
    const { painted } = written({ isTTY: true, hasColors: () => true }, [frame]);
    expect(painted.replaceAll(csi, "^")).toContain("^1mHead^0m^K\r\n12345678901^K\r\n^31mbad^0m^K");
  });

  test("lets no text from elsewhere steer the terminal", () => {
    expect(written({}, [[{ text: "a\u001b[2Jb\r\nc\u009b" }]]).painted).toBe("a?[2Jb??c?\n\n");
  });
});
