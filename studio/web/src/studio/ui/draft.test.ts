import { describe, expect, it } from "vitest";
import { arrived, begun, type DraftState, dropped, given, left, typed } from "./draft";

/** A person's typing and what the server makes of it, as one line: "type x", "pause", "comes x", "leave", "escape". */
function after(start: string, ...happened: readonly string[]): { text: string; sent: readonly string[]; state: DraftState } {
  let state = begun(start);
  const sent: string[] = [];
  const pause = (): void => {
    const [next, text] = given(state);
    state = next;
    if (text !== null) sent.push(text);
  };
  for (const each of happened) {
    if (each === "pause") pause();
    else if (each === "escape") state = dropped(state);
    else if (each === "leave") {
      pause();
      state = left(state);
    } else if (each.startsWith("type ")) state = typed(state, each.slice(5));
    else state = arrived(state, each.slice(6));
  }
  return { text: state.text, sent, state };
}

describe("a field that is typed in", () => {
  it("keeps spaces and new lines while it is being edited, and shows what became of them afterwards", () => {
    const pause = ["type I want to ", "pause", "comes I want to"];
    expect(after("", ...pause).text).toBe("I want to ");
    expect(after("", ...pause, "type I want to book", "pause")).toMatchObject({ text: "I want to book", sent: ["I want to ", "I want to book"] });
    expect(after("", ...pause, "leave").text).toBe("I want to");
    expect(after("seat", "type seat\n", "pause").text).toBe("seat\n");
    expect(after("en", "type en, ", "pause", "leave").text).toBe("en");
    expect(after("1", "type 1.0", "pause", "comes 1", "type 1.05", "pause").sent).toEqual(["1.0", "1.05"]);
  });
  it("is not set back by an answer to what was typed before", () => {
    const twice = ["type he", "pause", "type hell", "pause", "comes he"];
    expect(after("", ...twice).text).toBe("hell");
    expect(after("", ...twice, "leave", "comes hell").text).toBe("hell");
    expect(after("", "type he", "pause", "type hell", "leave", "comes he").text).toBe("hell");
  });
  it("shows what others write, but never over what was not given on yet", () => {
    expect(after("a", "comes b").text).toBe("b");
    expect(after("a", "type ab", "pause", "comes ab", "comes theirs").text).toBe("theirs");
    expect(after("a", "type ab", "comes theirs").text).toBe("ab");
  });
  it("shows what an undo or a refusal brought back", () => {
    const done = ["type ab", "leave", "comes ab"];
    expect(after("a", ...done, "comes a").text).toBe("a");
    expect(after("a", "type ab", "leave", "comes ab", "comes a", "comes ab").text).toBe("ab");
    expect(after("a", "type ab", "pause", "comes ab", "comes a", "leave").text).toBe("a");
  });
  it("gives nothing on that is there already", () => {
    expect(after("a", "type ab", "type a", "leave").sent).toEqual([]);
    expect(after("a", "type ab", "pause", "comes ab", "type abc", "type ab", "leave").sent).toEqual(["ab"]);
    expect(after("a", "type ab", "escape", "leave")).toMatchObject({ text: "a", sent: [] });
  });
  it("keeps what is wrong and was not taken, so that it can be put right", () => {
    expect(after("3", "type 3x", "pause", "leave").text).toBe("3x");
    expect(after("3", "type 3x", "pause", "leave", "comes 4").text).toBe("4");
  });
});
