import { describe, expect, it, vi } from "vitest";
import { conflictProblem, type FakeServer, fakeServer, flowOf } from "../api/fake";
import { ApiProblem } from "../api/http";
import type { Command } from "../api/types";
import { createDocumentStore, type DocumentStore, type Gesture } from "./documentStore";
import { keptOf } from "./keptQueue";
import { NO_HISTORY, NOTHING_SELECTED } from "./history";
import { standing, withoutFirst } from "./sending";

const FLOW = flowOf("pay", [
  { id: "ask", collect: "amount" },
  { id: "say", action: "utter_paid" },
]);
const FULL = new ApiProblem(507, "save-failed", "The disk is full.", {});

const add = (id: string): Command => ({ op: "add_step", flow: "pay", at: { from: "ask", kind: "next", index: 0 }, step: { type: "action", id, fields: { action: "utter_x" } } });
const keys = (store: DocumentStore): string[] => (store.getState().flows.pay?.steps ?? []).map((step) => step.key);
const inState = (store: DocumentStore, save: string): Promise<void> => vi.waitFor(() => expect(store.getState().save).toBe(save));

class Memory {
  readonly kept = new Map<string, string>();
  get length(): number {
    return this.kept.size;
  }
  key = (index: number): string | null => [...this.kept.keys()][index] ?? null;
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
  removeItem = (key: string): void => void this.kept.delete(key);
}

async function opened(server = fakeServer([FLOW]), storage = new Memory(), retryMs = [5]) {
  const [troubles, reliefs]: [string[], string[]] = [[], []];
  const store = createDocumentStore("bank", server.api, {
    onTrouble: (message) => troubles.push(message),
    onRelief: (message) => reliefs.push(message),
    retryMs,
    storage: storage as unknown as Storage,
  });
  await store.getState().load();
  await store.getState().openFlow("pay");
  return { server, store, storage, troubles, reliefs };
}

describe("an answer that is lost", () => {
  it("is asked for again by the gesture's name", async () => {
    const { store, server } = await opened();
    server.loseNextAnswer();
    await store.getState().edit("Add", [add("new")]);
    expect(server.gestures).toHaveLength(1);
    expect(keys(store)).toEqual(["ask", "new", "say"]);
  });

  it("is asked for again after a reload, too", async () => {
    const { store, server, storage } = await opened(undefined, undefined, [100_000]);
    server.loseNextAnswer();
    void store.getState().edit("Add", [add("new")]);
    await inState(store, "offline");
    store.getState().close();
    const again = await opened(server, storage);
    await vi.waitFor(() => expect(again.store.getState().history.past).toHaveLength(1));
    expect(server.gestures).toHaveLength(1);
    expect(keys(again.store)).toEqual(["ask", "new", "say"]);
  });

  it("does not keep the gesture from being undone: what the server has done is taken back there", async () => {
    const { store, server } = await opened(undefined, undefined, [100_000]);
    server.loseNextAnswer();
    void store.getState().edit("Add", [add("new")]);
    await inState(store, "offline");
    void store.getState().undo();
    expect(keys(store)).toEqual(["ask", "say"]);
    store.getState().sendAgain();
    await inState(store, "saved");
    expect(server.flow("pay").steps.map((step) => step.key)).toEqual(["ask", "say"]);
  });
});

describe("what was kept", () => {
  it("does not get in the way of what is done while it is taken up", async () => {
    const before = await opened(undefined, undefined, [100_000]);
    before.server.setAway(true);
    void before.store.getState().edit("Kept", [add("kept")]);
    await inState(before.store, "offline");
    before.store.getState().close();
    const server = fakeServer([FLOW]);
    const store = createDocumentStore("bank", server.api, { storage: before.storage as unknown as Storage });
    const flow = server.hold("flow");
    const edits = server.hold("edit");
    const loaded = store.getState().load();
    await vi.waitFor(() => expect(flow.asked).toBe(1));
    const first = store.getState().edit("First", [add("first")]);
    const second = store.getState().edit("Second", [add("second")]);
    await vi.waitFor(() => expect(edits.asked).toBe(1));
    flow.release();
    await loaded;
    expect(store.getState().queue.map(({ label }) => label)).toEqual(["First", "Kept", "Second"]);
    expect(new Set(store.getState().queue.map(({ id }) => id)).size).toBe(3);
    edits.release();
    expect((await first)?.revision).toBe(2);
    expect((await second)?.revision).toBe(4);
    expect(server.gestures.map(({ label }) => label)).toEqual(["First", "Kept", "Second"]);
  });
});

describe("what cannot be saved just now", () => {
  it("is kept, told once, and sent again until it is saved", async () => {
    const { store, server, troubles, reliefs } = await opened(undefined, undefined, [100_000]);
    server.refuseNext(FULL);
    void store.getState().edit("Add", [add("new")]);
    await inState(store, "unsaved");
    expect(keys(store)).toEqual(["ask", "new", "say"]);
    server.refuseNext(FULL);
    store.getState().sendAgain();
    await inState(store, "unsaved");
    expect(troubles).toEqual(["The disk is full."]);
    store.getState().sendAgain();
    await inState(store, "saved");
    expect(reliefs).toEqual(["The disk is full."]);
    expect(store.getState().trouble).toBeNull();
    expect(server.flow("pay").steps).toHaveLength(3);
  });
});

describe("what waits behind a question", () => {
  const PATH = "voice.yml";
  const write = (text: string): Command => ({ op: "write_file", path: PATH, text });
  const own = { flows: { pay: "mine" }, files: { [PATH]: "mine" } };
  const put = (path: string): Command => ({ op: "patch", file: path, edits: [] });

  /** Two writes of one file, the first of which is asked about; what is decided is answered as the file's new text. */
  async function asked(first: readonly Command[] = [write("mine")], told: Parameters<typeof conflictProblem>[0] = {}) {
    const opening = await opened();
    const { store, server } = opening;
    const { edit } = server.api;
    vi.spyOn(server.api, "edit").mockRejectedValueOnce(conflictProblem({ file: PATH, etag: "theirs", own, ...told })).mockImplementation(async (...sent) => ({ ...(await edit(...sent)), files: { [PATH]: "decided" } }));
    store.getState().seeFile(PATH, "seen");
    void store.getState().edit("First", first);
    void store.getState().edit("Second", [write("mine too"), add("late")]);
    await inState(store, "conflict");
    return opening;
  }

  it("never lifts over what was decided: it is held against what its maker had", async () => {
    const { store, server } = await asked();
    await store.getState().resolve("decided");
    await vi.waitFor(() => expect(server.gestures).toHaveLength(2));
    expect(server.gestures.map(({ base }) => base.files[PATH])).toEqual(["theirs", "mine"]);
    expect(server.gestures[1]?.base.flows).toEqual({ pay: "mine" });
  });

  it("nor over what was saved meanwhile, where that was kept", async () => {
    const { store, server } = await asked();
    await store.getState().resolve(null);
    await vi.waitFor(() => expect(server.gestures).toHaveLength(1));
    expect(server.gestures[0]?.base).toEqual(own);
  });

  it("nor does what is done before the decision was read again", async () => {
    const { store, server } = await asked();
    await store.getState().resolve("decided");
    await inState(store, "saved");
    await store.getState().edit("Third", [write("mine, three")]);
    store.getState().seeFile(PATH, "read");
    await store.getState().edit("Fourth", [write("four")]);
    expect(server.gestures.map(({ base }) => base.files[PATH])).toEqual(["theirs", "mine", "decided", "read"]);
  });

  it("goes on with what the gesture did in other files", async () => {
    const rest = [put("domain.yml")];
    const { store, server } = await asked(undefined, { rest });
    await store.getState().resolve("decided");
    expect(server.gestures[0]?.commands).toEqual([{ op: "write_file", path: PATH, text: "decided" }, ...rest]);
  });

  it("can be undone: keeping theirs gives the own words back", async () => {
    const back = [put(PATH)];
    const { store, server } = await asked(undefined, { back });
    await store.getState().undo(); // the second, which was not sent
    await store.getState().resolve(null);
    expect(store.getState().history.past.map(({ label }) => label)).toEqual(["First"]);
    await store.getState().undo();
    expect(server.gestures.map(({ commands }) => commands)).toEqual([back]);
    expect(store.getState().history.future).toHaveLength(1);
  });

  it("is made on one's own text where what others did was merged in unasked", async () => {
    const { store, server } = await opened();
    const { edit } = server.api;
    vi.spyOn(server.api, "edit").mockImplementation(async (...sent) => ({ ...(await edit(...sent)), files: { [PATH]: "merged" }, own: { flows: {}, files: { [PATH]: "mine" } } }));
    store.getState().seeFile(PATH, "seen");
    await Promise.all([store.getState().edit("First", [write("a")]), store.getState().edit("Second", [write("b")])]);
    await store.getState().edit("Third", [write("c")]);
    expect(server.gestures.map(({ base }) => base.files[PATH])).toEqual(["seen", "mine", "mine"]);
  });
});

/** What the next gestures are answered with, one after another, before they are done again. */
function refusing(server: FakeServer, ...problems: readonly ApiProblem[]): void {
  const edit = vi.spyOn(server.api, "edit");
  for (const problem of problems) edit.mockRejectedValueOnce(problem);
}

describe("what is refused for good after it could not be saved", () => {
  it("keeps nothing that is done later from being sent", async () => {
    const { store, server, troubles } = await opened();
    refusing(server, FULL, new ApiProblem(409, "edit-refused", "This does not fit.", {}));
    expect(await store.getState().edit("First", [add("first")])).toBeNull();
    await store.getState().refresh(); // by then the queue rests
    expect(store.getState().save).toBe("saved");
    expect(troubles).toEqual(["The disk is full.", "This does not fit."]);
    void store.getState().edit("Later", [add("later")]);
    await vi.waitFor(() => expect(server.gestures.map(({ label }) => label)).toEqual(["Later"]));
  });

  it("lets a conflict be settled that only a later try has met", async () => {
    const { store, server } = await opened();
    refusing(server, FULL, conflictProblem({}));
    void store.getState().edit("First", [add("first")]);
    await inState(store, "conflict");
    await store.getState().resolve("decided");
    expect(server.gestures.map(({ commands }) => commands[0]?.op)).toEqual(["write_file"]);
  });
});

describe("what its maker saw", () => {
  it("goes with a gesture over a reload, so that nothing is written over what came meanwhile", async () => {
    const { store, server, storage } = await opened(undefined, undefined, [100_000]);
    const seen = store.getState().flows.pay?.etag;
    server.setAway(true);
    void store.getState().edit("Add", [add("mine")]);
    await inState(store, "offline");
    store.getState().close();
    server.setAway(false);
    await server.api.edit([add("theirs")], { flows: {}, files: {} }, "theirs", "theirs");
    expect(server.flow("pay").etag).not.toBe(seen);
    const again = await opened(server, storage);
    await vi.waitFor(() => expect(server.gestures).toHaveLength(2));
    expect(server.gestures[1]?.base).toEqual({ flows: { pay: seen }, files: {} });
    await inState(again.store, "saved");
  });

  it("stays as it was where they said so: one's own earlier gesture is not in what they wrote", async () => {
    const { store, server } = await opened();
    const { edit } = server.api;
    vi.spyOn(server.api, "edit").mockImplementation(async (...sent) => ({ ...(await edit(...sent)), files: { "data/flows.yml": "e1" } }));
    const write = [{ op: "write_file", path: "data/flows.yml", text: "typed" }] as const;
    store.getState().seeFile("data/flows.yml", "e0");
    await Promise.all([
      store.getState().edit("Form", [add("a")]),
      store.getState().edit("YAML", write, { base: { files: { "data/flows.yml": "e0" } } }),
      store.getState().edit("Settings", write),
    ]);
    expect(server.gestures.map(({ base }) => base.files["data/flows.yml"])).toEqual([undefined, "e0", "e1"]);
  });

  it("moves on with one's own gestures", async () => {
    const { store, server } = await opened();
    await Promise.all(["a", "b"].map((id) => store.getState().edit(id, [add(id)])));
    expect(server.gestures[1]?.base.flows.pay).toBe("2");
  });
});

describe("a queue", () => {
  const gesture = (kind: Gesture["kind"], label: string): Gesture => ({ id: 1, kind, label, name: label, base: { flows: {}, files: {} }, commands: [], before: NOTHING_SELECTED, after: NOTHING_SELECTED });
  const names = (queue: readonly Gesture[]): string => queue.map(({ kind, label }) => `${kind} ${label}`).join(", ");

  it("shows what was not taken back", () => {
    const queue = [gesture("edit", "a"), gesture("edit", "b"), gesture("undo", "b"), gesture("redo", "b"), gesture("undo", "b"), gesture("edit", "c")];
    expect(names(standing(queue))).toBe("edit a, edit c");
    expect(names(standing([gesture("undo", "older"), gesture("edit", "a")]))).toBe("edit a");
  });

  it("loses with a refused gesture what would have taken it back, and nothing older", () => {
    expect(names(withoutFirst([gesture("edit", "a"), gesture("edit", "b"), gesture("undo", "b"), gesture("undo", "a"), gesture("edit", "c")]))).toBe("edit b, undo b, edit c");
    expect(names(withoutFirst([gesture("edit", "a"), gesture("undo", "a"), gesture("undo", "older")]))).toBe("undo older");
  });

  it("is kept with what undoing a saved gesture sends", () => {
    const entry = { label: "saved", commands: [add("back")], before: NOTHING_SELECTED, after: NOTHING_SELECTED };
    const kept = keptOf([gesture("edit", "a"), gesture("undo", "a"), gesture("undo", "saved")], { ...NO_HISTORY, past: [entry] });
    expect(names(kept)).toBe("edit a, undo a, edit saved");
    expect(kept[2]?.commands).toEqual([add("back")]);
  });
});
