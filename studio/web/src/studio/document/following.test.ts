import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fakeServer, flowOf } from "../api/fake";
import type { Command } from "../api/types";
import { createDocumentStore, type DocumentStore } from "./documentStore";
import { followOthers, SETTLE_MS } from "./following";

const flows = ["one", "two"].map((id) => flowOf(id, [{ id: "ask", collect: "amount" }]));
const add = (flow: string, id: string): Command => ({ op: "add_step", flow, at: { from: "ask", kind: "next", index: 0 }, step: { type: "action", id, fields: { action: "utter_x" } } });
const keys = (store: DocumentStore, flow: string): string[] => (store.getState().flows[flow]?.steps ?? []).map((step) => step.key);

async function opened() {
  const server = fakeServer(flows);
  const store = createDocumentStore("bank", server.api);
  await store.getState().load();
  await Promise.all(flows.map(({ id }) => store.getState().openFlow(id)));
  const told: (string | null)[] = [];
  const others = followOthers(store, (words) => told.push(words));
  return { server, store, told, others };
}

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(SETTLE_MS + 1);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("following others", () => {
  it("shows what they did in another flow, though an edit of one's own has a later revision", async () => {
    const { server, store, told, others } = await opened();
    server.byOthers([add("two", "theirs")]);
    await store.getState().edit("Mine", [add("one", "mine")]);
    expect(store.getState().outline?.revision).toBe(3);
    others.hear({ revision: 2, flows: ["two"], words: "Ann changed something." });
    await settled();
    expect(keys(store, "two")).toEqual(["ask", "theirs"]);
    expect(keys(store, "one")).toEqual(["ask", "mine"]);
    expect(told).toEqual(["Ann changed something."]);
  });

  it("waits for what is not sent yet, and looks then", async () => {
    const { server, store, others } = await opened();
    const held = server.hold("edit");
    void store.getState().edit("Mine", [add("one", "mine")]);
    server.byOthers([add("two", "theirs")]);
    others.hear({ revision: 3, flows: ["two"], words: null });
    await settled();
    expect(keys(store, "two")).toEqual(["ask"]);
    held.release();
    await settled();
    await settled();
    expect(keys(store, "two")).toEqual(["ask", "theirs"]);
    expect(store.getState().save).toBe("saved");
  });

  it("asks for nothing where the flows are known already, and tells it all the same: what else is shown may be older", async () => {
    const { server, store, told, others } = await opened();
    server.byOthers([add("two", "theirs")]);
    await store.getState().refresh();
    const outline = vi.spyOn(server.api, "outline");
    others.hear({ revision: 2, flows: ["two"], words: "Ann changed something." });
    await settled();
    expect(told).toEqual(["Ann changed something."]);
    expect(outline).not.toHaveBeenCalled();
  });

  it("looks once where many changes come together", async () => {
    const { server, store, told, others } = await opened();
    for (const [index, flow] of ["one", "two", "one"].entries()) {
      server.byOthers([add(flow, `step_${index}`)]);
      others.hear({ revision: index + 2, flows: [flow], words: `change ${index}` });
    }
    await settled();
    expect(told).toEqual(["change 2"]);
    expect(keys(store, "one")).toHaveLength(3);
    expect(keys(store, "two")).toHaveLength(2);
  });

  it("tries again where the network is away", async () => {
    const { server, store, others } = await opened();
    const { outline } = server.api;
    const away = vi.spyOn(server.api, "outline").mockRejectedValueOnce(new Error("away"));
    server.byOthers([add("two", "theirs")]);
    others.hear({ revision: 2, flows: ["two"], words: null });
    await settled();
    expect(keys(store, "two")).toEqual(["ask"]);
    away.mockImplementation(outline);
    await vi.advanceTimersByTimeAsync(2_001);
    expect(keys(store, "two")).toEqual(["ask", "theirs"]);
  });
});
