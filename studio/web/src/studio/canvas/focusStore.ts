/** "Show me this step": asked by problems, search, outline and try-it; the canvas centres it and lets it pulse. */

import { useNavigate } from "@tanstack/react-router";
import { create } from "zustand";
import { useProject } from "../document/DocumentProvider";
import { useOpenedFile } from "../editor/openedFile";

interface Focus {
  /** Counts up, so that the same step can be asked for again. */
  readonly asked: number;
  readonly flow: string | null;
  readonly key: string | null;
  readonly line: number | null;
  ask(flow: string, key: string | null, line: number | null): void;
}

export const useFocus = create<Focus>()((set, get) => ({
  asked: 0,
  flow: null,
  key: null,
  line: null,
  ask: (flow, key, line) => set({ asked: get().asked + 1, flow, key, line }),
}));

/** Anything that the server says about a place: a finding, a search hit. */
export interface PlaceTold {
  readonly kind?: string;
  /** Of a finding. */
  readonly code?: string;
  readonly flow?: string | null;
  readonly step?: string | null;
  readonly name?: string | null;
  readonly file?: string | null;
  readonly line?: number | null;
}

const SECTIONS: Readonly<Record<string, string>> = {
  response: "responses",
  slot: "slots",
  intent: "intents",
  example: "intents",
  entity: "entities",
  action: "actions",
  document: "documents",
};

/** Go to a place: the step on its canvas, or the entry on its page. */
export function useFocusStep(): { go: (place: PlaceTold) => void } {
  const { project, store } = useProject();
  const navigate = useNavigate();
  return {
    go: (place) => {
      if (place.flow !== null && place.flow !== undefined) {
        const keys = place.step === null || place.step === undefined ? [] : [place.step];
        store.getState().select({ flow: place.flow, keys, edge: null });
        useFocus.getState().ask(place.flow, place.step ?? null, place.line ?? null);
        void navigate({ to: "/studio/$project/flows/$flow", params: { project, flow: place.flow } });
        return;
      }
      if (isInText(place) && typeof place.file === "string") {
        useOpenedFile.getState().open(place.file, place.line ?? 1);
        return;
      }
      const kind = (place.kind ?? "").replace(/s$/, "");
      const section = SECTIONS[kind] ?? sectionOf(place.file ?? "");
      const find = place.name ?? undefined;
      void navigate({
        to: "/studio/$project/content/$section",
        params: { project, section },
        search: find === undefined ? {} : { find },
      });
    },
  };
}

/** Whether no page shows the place, so that the line in its file is all that can be led to. */
function isInText({ kind, code, name, file }: PlaceTold): boolean {
  if (kind === "file" || kind === "test" || code === "yaml") return true;
  const hasEntry = name !== undefined && name !== null;
  return code !== undefined && !hasEntry && /\.ya?ml$/.test(file ?? "") && !["documents", "voice"].includes(sectionOf(file ?? ""));
}

function sectionOf(file: string): string {
  if (file.startsWith("docs/")) return "documents";
  if (file === "voice.yml") return "voice";
  return file.includes("nlu") ? "intents" : "responses";
}
