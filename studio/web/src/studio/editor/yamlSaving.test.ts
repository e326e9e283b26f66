import { EditorState, type TransactionSpec } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Edited } from "../api/types";
import { type FileText, type Saving, YamlSaving } from "./yamlSaving";

const PAUSE_MS = 600;
const PATH = "data/flows.yml";

/** An editor without a page, whose saves are answered by hand. */
function opened(file: FileText = { text: "a: 1\nb: 2\nc: 3\n", etag: "e0" }) {
  const editor = {
    state: EditorState.create({ doc: file.text }),
    dispatch(spec: TransactionSpec): void {
      editor.state = editor.state.update(spec).state;
    },
  };
  const sent: { text: string; etag: string; refuse: (error: unknown) => void; answer: (edited: Edited | null) => void }[] = [];
  const states: Saving["kind"][] = [];
  const onTakenBack = vi.fn();
  const there = { file };
  const own = new YamlSaving(
    {
      project: "bank",
      path: PATH,
      file,
      view: () => editor as unknown as EditorView,
      send: (text, etag, refuse) => new Promise((answer) => sent.push({ text, etag, refuse, answer })),
      read: async () => there.file,
      onSaving: ({ kind }) => states.push(kind),
      onTakenBack,
    },
    null,
  );
  const type = (text: string): void => {
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
    own.hear();
  };
  const answer = async (index: number, etag: string | null): Promise<void> => {
    sent[index]?.answer(etag === null ? null : ({ files: { [PATH]: etag } } as unknown as Edited));
    await vi.advanceTimersByTimeAsync(0);
  };
  return { own, type, answer, sent, states, onTakenBack, there, shown: () => editor.state.doc.toString() };
}

const pause = (): Promise<unknown> => vi.advanceTimersByTimeAsync(PAUSE_MS);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("typing into a file", () => {
  it("is over once a conflict is settled: what was decided is shown, and sent by nobody again", async () => {
    const { own, type, answer, sent, states, onTakenBack, shown } = opened();
    type("a: mine\nb: 2\nc: 3\n");
    await pause();
    await answer(0, null);
    expect(states.at(-1)).toBe("saved");
    expect(onTakenBack).toHaveBeenCalledOnce();
    own.take({ text: "a: merged\nb: 2\nc: 3\n", etag: "e2" });
    expect(shown()).toBe("a: merged\nb: 2\nc: 3\n");
    expect(states.at(-1)).toBe("saved");
    type("a: merged\nb: 2\nc: later\n");
    await pause();
    expect(sent.slice(1).map(({ text, etag }) => [text, etag])).toEqual([["a: merged\nb: 2\nc: later\n", "e2"]]);
  });

  it("is over where it is undone before it was sent", async () => {
    const { own, type, answer, states, shown } = opened();
    type("a: mine\nb: 2\nc: 3\n");
    await pause();
    await answer(0, null);
    own.take({ text: "a: 1\nb: 2\nc: 3\n", etag: "e0" });
    expect(shown()).toBe("a: 1\nb: 2\nc: 3\n");
    expect(states.at(-1)).toBe("saved");
  });

  it("keeps what was refused, and sends it again only once it is another", async () => {
    const { type, answer, sent, states, onTakenBack, shown } = opened();
    type("a: [\n");
    await pause();
    sent[0]?.refuse(new Error("not valid"));
    await answer(0, null);
    await pause();
    expect(states.at(-1)).toBe("invalid");
    expect(shown()).toBe("a: [\n");
    expect(sent).toHaveLength(1);
    expect(onTakenBack).not.toHaveBeenCalled();
    type("a: []\n");
    await pause();
    expect(sent).toHaveLength(2);
  });

  it("is told as saved where the file already says it", async () => {
    const { own, type, states } = opened();
    type("a: both\nb: 2\nc: 3\n");
    own.take({ text: "a: both\nb: 2\nc: 3\n", etag: "e1" });
    expect(states.at(-1)).toBe("saved");
  });

  it("goes on where what was typed meanwhile is in the place that the person has merged", async () => {
    const { own, type, answer, sent } = opened();
    type("a: mine\nb: 2\nc: 3\n");
    await pause();
    type("a: mine, too\nb: 2\nc: 3\n");
    await pause();
    await answer(0, null);
    own.take({ text: "a: theirs\nb: 2\nc: 3\n", etag: "e2" });
    await pause();
    expect(sent.map(({ text, etag }) => [text, etag])).toEqual([
      ["a: mine\nb: 2\nc: 3\n", "e0"],
      ["a: mine, too\nb: 2\nc: 3\n", "e0"],
    ]);
  });
});

describe("a pane that is closed", () => {
  it("sends what was typed while a save was under way, with what others did in it", async () => {
    const { own, type, answer, sent, there } = opened();
    type("a: mine\nb: 2\nc: 3\n");
    await pause();
    type("a: mine, too\nb: 2\nc: 3\n");
    own.close();
    there.file = { text: "a: mine\nb: 2\nc: theirs\n", etag: "e2" };
    await answer(0, "e2");
    expect(sent.slice(1).map(({ text, etag }) => [text, etag])).toEqual([["a: mine, too\nb: 2\nc: theirs\n", "e2"]]);
    await answer(1, "e3");
    await pause();
    expect(sent).toHaveLength(2);
  });

  it("sends what was typed before the text of the last save was here", async () => {
    const { own, type, answer, sent, there } = opened();
    type("a: mine\nb: 2\nc: 3\n");
    await pause();
    await answer(0, "e1");
    type("a: mine, too\nb: 2\nc: 3\n");
    there.file = { text: "a: mine\nb: 2\nc: 3\n", etag: "e1" };
    own.close();
    await pause();
    expect(sent.slice(1).map(({ text, etag }) => [text, etag])).toEqual([["a: mine, too\nb: 2\nc: 3\n", "e1"]]);
  });

  it("says nothing of what it sent to what is shown then, and does not send a refused text for ever", async () => {
    const { own, type, answer, sent, states } = opened();
    type("a: [\n");
    own.close();
    const told = states.length;
    sent[0]?.refuse(new Error("not valid"));
    await answer(0, null);
    await pause();
    expect(states).toHaveLength(told);
    expect(sent).toHaveLength(1);
  });
});
