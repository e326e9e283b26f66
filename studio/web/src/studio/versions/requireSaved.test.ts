import { expect, test, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { DocumentStore } from "../document/documentStore";
import { requireSaved } from "./requireSaved";

function storeThatIs(save: string, n: number): { store: DocumentStore; sendAgain: () => void; set: (now: object) => void } {
  const sendAgain = vi.fn();
  const store = createStore(() => ({ save, queue: Array.from({ length: n }), sendAgain }));
  return { store: store as unknown as DocumentStore, sendAgain, set: (now) => store.setState(now) };
}

test("what waits is sent first, and waited for", async () => {
  const { store, sendAgain, set } = storeThatIs("saving", 1);
  let isDone = false;
  const waiting = requireSaved(store).then(() => (isDone = true));
  await Promise.resolve();
  expect([isDone, vi.mocked(sendAgain).mock.calls.length]).toEqual([false, 1]);
  set({ save: "saved", queue: [] });
  await waiting;
  expect(isDone).toBe(true);
});

test("what cannot be sent is told", async () => {
  await expect(requireSaved(storeThatIs("offline", 2).store)).rejects.toThrow("2 changes could not be sent yet");
  await expect(requireSaved(storeThatIs("conflict", 1).store)).rejects.toThrow("Settle that first");
});
