import { describe, expect, it, vi } from "vitest";
import { conflictProblem, fakeServer, flowOf } from "../api/fake";
import { ApiProblem } from "../api/http";
import type { Command, Finding } from "../api/types";
import { createDocumentStore, type DocumentStore } from "./documentStore";
import { MOST_ENTRIES } from "./history";

const FLOW = flowOf("pay", [
  { id: "ask", collect: "amount" },
  { id: "say", action: "utter_paid" },
]);

const add = (id: string): Command => ({ op: "add_step", flow: "pay", at: { from: "ask", kind: "next", index: 0 }, step: { type: "action", id, fields: { action: "utter_x" } } });
const keys = (store: DocumentStore): string[] => (store.getState().flows.pay?.steps ?? []).map((step) => step.key);

class Memory implements Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  readonly kept = new Map<string, string>();
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
  removeItem = (key: string): void => void this.kept.delete(key);
}

async function opened(storage: Memory | null = null) {
  const server = fakeServer([FLOW]);
  const troubles: string[] = [];
  const store = createDocumentStore("bank", server.api, {
    onTrouble: (message) => troubles.push(message),
    retryMs: [5],
    storage: storage as unknown as Storage,
  });
  await store.getState().load();
  await store.getState().openFlow("pay");
  return { server, store, troubles };
}

describe("editing", () => {
  it("keeps a step selected that waits to be sent while an earlier gesture is answered", async () => {
    const { store } = await opened();
    const first = store.getState().edit("a", [add("a")], { select: { flow: "pay", keys: ["a"], edge: null } });
    const second = store.getState().edit("b", [add("b")], { select: { flow: "pay", keys: ["b"], edge: null } });
    await first;
    expect(store.getState().selection.keys).toEqual(["b"]);
    await second;
    expect(store.getState().selection.keys).toEqual(["b"]);
  });

  it("shows a gesture before the server has answered, and what it answered afterwards", async () => {
    const { store, server } = await opened();
    const done = store.getState().edit("Add", [add("new")]);
    expect(keys(store)).toEqual(["ask", "new", "say"]);
    expect(store.getState().save).toBe("saving");
    await done;
    expect(store.getState().save).toBe("saved");
    expect(server.flow("pay").steps.map((step) => step.key)).toEqual(["ask", "new", "say"]);
    expect(store.getState().flows.pay?.etag).toBe(server.flow("pay").etag);
  });

  it("sends gestures one after another, in order, each once", async () => {
    const { store, server } = await opened();
    await Promise.all(["a", "b", "c"].map((id) => store.getState().edit(id, [add(id)])));
    expect(server.gestures.map(({ label }) => label)).toEqual(["a", "b", "c"]);
  });

  it("takes a refused gesture back, tells why, and goes on with the others", async () => {
    const { store, server, troubles } = await opened();
    server.refuseNext(new ApiProblem(409, "edit-refused", "This does not fit.", {}));
    const [first] = await Promise.all([store.getState().edit("a", [add("a")]), store.getState().edit("b", [add("b")])]);
    expect(first).toBeNull();
    expect(troubles).toEqual(["This does not fit."]);
    expect(keys(store)).toEqual(["ask", "b", "say"]);
  });
});

describe("undo and redo", () => {
  it("goes back and forth, one entry a gesture, with the selection", async () => {
    const { store } = await opened();
    store.getState().select({ flow: "pay", keys: ["ask"], edge: null });
    await store.getState().edit("Add", [add("new")], { select: { flow: "pay", keys: ["new"], edge: null } });
    expect(store.getState().selection.keys).toEqual(["new"]);
    await store.getState().undo();
    expect(keys(store)).toEqual(["ask", "say"]);
    expect(store.getState().selection.keys).toEqual(["ask"]);
    await store.getState().redo();
    expect(keys(store)).toEqual(["ask", "new", "say"]);
    expect(store.getState().selection.keys).toEqual(["new"]);
    expect(store.getState().history.past).toHaveLength(1);
  });

  it("keeps the last hundred, and forgets what was undone once something else is done", async () => {
    const { store } = await opened();
    for (let n = 0; n < MOST_ENTRIES + 5; n += 1) await store.getState().edit(`${n}`, [add(`s${n}`)]);
    expect(store.getState().history.past).toHaveLength(MOST_ENTRIES);
    await store.getState().undo();
    await store.getState().edit("other", [add("other")]);
    expect(store.getState().history.future).toHaveLength(0);
  });

  it("does nothing where there is nothing to undo", async () => {
    const { store, server } = await opened();
    await store.getState().undo();
    await store.getState().redo();
    expect(server.gestures).toEqual([]);
  });

  it("can be pressed many times at once", async () => {
    const { store } = await opened();
    for (const id of ["a", "b", "c"]) await store.getState().edit(id, [add(id)]);
    await Promise.all([store.getState().undo(), store.getState().undo(), store.getState().undo(), store.getState().undo()]);
    expect(keys(store)).toEqual(["ask", "say"]);
    expect(store.getState().history.future).toHaveLength(3);
  });
});

describe("a lost network", () => {
  it("keeps gestures and sends them when the server answers again", async () => {
    const { store, server } = await opened();
    server.setAway(true);
    const done = store.getState().edit("Add", [add("new")]);
    await vi.waitFor(() => expect(store.getState().save).toBe("offline"));
    expect(keys(store)).toEqual(["ask", "new", "say"]);
    server.setAway(false);
    store.getState().sendAgain();
    await done;
    expect(store.getState().save).toBe("saved");
    expect(server.gestures).toHaveLength(1);
  });

  it("keeps them across a reload", async () => {
    const storage = new Memory();
    const { store, server } = await opened(storage);
    server.setAway(true);
    void store.getState().edit("Add", [add("new")]);
    await vi.waitFor(() => expect(store.getState().save).toBe("offline"));
    store.getState().close();
    const again = fakeServer([FLOW]);
    const reloaded = createDocumentStore("bank", again.api, { storage: storage as unknown as Storage });
    await reloaded.getState().load();
    await vi.waitFor(() => expect(again.gestures).toHaveLength(1));
    await vi.waitFor(() => expect(storage.kept.size).toBe(0));
  });

  it("takes back by undo what was not sent yet", async () => {
    const { store, server } = await opened();
    server.setAway(true);
    void store.getState().edit("a", [add("a")]);
    void store.getState().edit("b", [add("b")]);
    await vi.waitFor(() => expect(store.getState().save).toBe("offline"));
    await store.getState().undo();
    expect(keys(store)).toEqual(["ask", "a", "say"]);
    expect(store.getState().queue).toHaveLength(1);
  });
});

const slotNames = (store: DocumentStore): string[] => (store.getState().outline?.slots ?? []).map((slot) => slot.name);
const NEW_SLOT: Command = { op: "put", section: "slots", name: "made_meanwhile", value: { type: "text" }, seen: { is_there: false } };
const FINDING: Finding = { severity: "error", code: "x", message: "Wrong.", hint: "", file: "data/flows.yml", line: 1, column: 1, flow: "pay", step: null, name: null };

describe("what others did", () => {
  it("is fetched, and no older outline goes over what was made here meanwhile", async () => {
    const { store, server } = await opened();
    const outline = server.hold("outline");
    const refreshed = store.getState().refresh();
    await store.getState().edit("Slot", [NEW_SLOT]);
    expect(slotNames(store)).toContain("made_meanwhile");
    outline.release();
    await refreshed;
    expect(slotNames(store)).toContain("made_meanwhile");
    expect(store.getState().outline?.revision).toBe(2);
  });

  it("does not take back a step that was added while the flow was fetched", async () => {
    const { store, server } = await opened();
    const flow = server.hold("flow");
    const refreshed = store.getState().refresh();
    await vi.waitFor(() => expect(flow.asked).toBe(1));
    await store.getState().edit("Add", [add("mine")]);
    flow.release();
    await refreshed;
    expect(keys(store)).toEqual(["ask", "mine", "say"]);
  });

  it("is not lost where it came between an edit of one's own and its answer", async () => {
    const { store, server } = await opened();
    const flow = server.hold("flow");
    const refreshed = store.getState().refresh();
    await vi.waitFor(() => expect(flow.asked).toBe(1));
    await store.getState().edit("Add", [add("mine")]);
    server.byOthers([add("theirs")]);
    flow.release();
    await refreshed;
    expect(keys(store)).toEqual(["ask", "theirs", "mine", "say"]);
  });

  it("is asked for all at once, and only where something is other than before", async () => {
    const flows = ["a", "b", "c"].map((id) => flowOf(id, [{ id: "ask", collect: "amount" }]));
    const server = fakeServer(flows);
    const store = createDocumentStore("bank", server.api);
    await store.getState().load();
    await Promise.all(flows.map(({ id }) => store.getState().openFlow(id)));
    server.byOthers([{ ...add("new"), flow: "a" } as Command, { ...add("new"), flow: "c" } as Command]);
    const held = server.hold("flow");
    const refreshed = store.getState().refresh(["c"]);
    await vi.waitFor(() => expect(held.asked).toBe(2));
    held.release();
    await refreshed;
    expect(flows.map(({ id }) => store.getState().flows[id]?.steps.length)).toEqual([2, 1, 2]);
  });

  it("is shown before the whole is checked; what is wrong follows", async () => {
    const { store, server } = await opened();
    server.byOthers([add("theirs")]);
    server.findings = [FINDING];
    const findings = server.hold("findings");
    await store.getState().refresh();
    expect(keys(store)).toEqual(["ask", "theirs", "say"]);
    expect(store.getState().findings).toEqual([]);
    findings.release();
    await vi.waitFor(() => expect(store.getState().findings).toEqual([FINDING]));
    expect(store.getState().outline?.flows[0]?.errors).toBe(1);
  });

  it("may be wrong long after the page is there", async () => {
    const server = fakeServer([FLOW]);
    server.hold("findings");
    const store = createDocumentStore("bank", server.api);
    await store.getState().load();
    expect(store.getState().outline?.flows.map((flow) => flow.id)).toEqual(["pay"]);
  });
});

describe("a conflict", () => {
  it("stops the queue until the person has merged, and writes what they decided", async () => {
    const { store, server } = await opened();
    server.refuseNext(conflictProblem({ merged: "theirs and mine" }));
    void store.getState().edit("Add", [add("new")]);
    await vi.waitFor(() => expect(store.getState().conflict).not.toBeNull());
    expect(store.getState().save).toBe("conflict");
    expect(server.gestures).toEqual([]);
    await store.getState().resolve("decided");
    expect(server.gestures.at(-1)?.commands).toEqual([{ op: "write_file", path: "data/flows.yml", text: "decided" }]);
    expect(store.getState().save).toBe("saved");
  });

  it("is not called saved before what was merged has arrived", async () => {
    const { store, server } = await opened();
    server.refuseNext(conflictProblem({ etag: undefined as never }));
    void store.getState().edit("Add", [add("new")]);
    await vi.waitFor(() => expect(store.getState().conflict).not.toBeNull());
    const states: string[] = [];
    store.subscribe(({ save }) => states.push(`${save} after ${server.gestures.length}`));
    const file = server.hold("file");
    const resolved = store.getState().resolve("decided");
    await vi.waitFor(() => expect(file.asked).toBe(1));
    file.release();
    await resolved;
    expect(states).not.toContain("saved after 0");
    expect(states.at(-1)).toBe("saved after 1");
  });

  it("stays open, with what was merged, where the network is away just then", async () => {
    const { store, server, troubles } = await opened();
    server.refuseNext(conflictProblem({ etag: undefined as never }));
    void store.getState().edit("Add", [add("new")]);
    await vi.waitFor(() => expect(store.getState().conflict).not.toBeNull());
    server.setAway(true);
    await store.getState().resolve("decided");
    expect(store.getState().conflict).not.toBeNull();
    expect(store.getState().save).toBe("conflict");
    expect(troubles).toHaveLength(1);
    server.setAway(false);
    await store.getState().resolve("decided");
    expect(server.gestures.at(-1)?.commands).toEqual([{ op: "write_file", path: "data/flows.yml", text: "decided" }]);
  });

  it("is settled before what was done after it is sent", async () => {
    const { store, server } = await opened();
    server.refuseNext(conflictProblem({}));
    void store.getState().edit("Add", [add("new")]);
    void store.getState().edit("Later", [add("later")]);
    await vi.waitFor(() => expect(store.getState().conflict).not.toBeNull());
    await store.getState().resolve("decided");
    await vi.waitFor(() => expect(store.getState().save).toBe("saved"));
    expect(server.gestures.map(({ commands }) => commands[0]?.op)).toEqual(["write_file", "add_step"]);
  });

  it("can be left as it is", async () => {
    const { store, server } = await opened();
    server.refuseNext(conflictProblem({}));
    void store.getState().edit("Add", [add("new")]);
    await vi.waitFor(() => expect(store.getState().conflict).not.toBeNull());
    await store.getState().resolve(null);
    expect(server.gestures).toEqual([]);
    expect(keys(store)).toEqual(["ask", "say"]);
  });
});
