/** Changing one field of a step or of a flow, for the forms. */

import { useMemo } from "react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Command, Flow, Json } from "../api/types";
import { useProject } from "../document/DocumentProvider";

type Path = readonly (string | number)[];

export interface FieldEdits {
  /** undefined removes the field. */
  set(path: Path, value: Json | undefined, what: string): void;
  send(label: string, commands: readonly Command[]): void;
}

/** `key` null: properties of the flow itself. */
export function useEdit(flow: Flow, key: string | null): FieldEdits {
  const { store } = useProject();
  return useMemo(
    () => ({
      set(path, value, what) {
        const command: Command = { op: "set_field", flow: flow.id, key, path, ...(value === undefined ? {} : { value }) };
        void store.getState().edit(inspectorStrings.labels.edit(what.toLowerCase()), [command]);
      },
      send(label, commands) {
        void store.getState().edit(label, commands);
      },
    }),
    [store, flow.id, key],
  );
}
