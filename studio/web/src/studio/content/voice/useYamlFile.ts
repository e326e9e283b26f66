/** Settings files (voice.yml) as the forms change them: one key at a time, comments kept, through the one history. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { voiceStrings } from "../../../strings/en/content";
import type { Json, Unreadable } from "../../api/types";
import { NO_FILE } from "../../document/documentState";
import { useProject } from "../../document/DocumentProvider";
import { isMap, type JsonMap, withKey } from "../entries";
import { useSection } from "../useContent";
import { withSetting, withTopKey } from "./settingsText";

interface VoiceFile {
  readonly value: Json;
  readonly path: string;
  readonly text: string;
  readonly etag: string | null;
  readonly unreadable?: Unreadable | null;
}

export interface VoiceEdits {
  readonly values: JsonMap;
  readonly path: string;
  /** Then its values are the last ones, and are not changed. */
  readonly unreadable: Unreadable | null;
  /** undefined takes the key out. */
  setTop(key: string, value: Json | undefined): void;
  set(section: string, key: string, value: Json | undefined): void;
}

/** null while it is being fetched. */
export function useVoiceFile(): VoiceEdits | null {
  const { project, store } = useProject();
  const queries = useQueryClient();
  const { data } = useSection<VoiceFile>("voice");
  const key = ["project", project, "content", "voice"];
  useEffect(() => {
    if (data !== undefined && store.getState().queue.length === 0) store.getState().seeFile(data.path, data.etag ?? NO_FILE);
  }, [data, store]);
  if (data === undefined) return null;
  const write = (what: string, change: (now: VoiceFile, values: JsonMap) => { text: string; values: JsonMap }): void => {
    const now = queries.getQueryData<VoiceFile>(key) ?? data;
    const next = change(now, isMap(now.value) ? now.value : {});
    if (next.text === now.text) return;
    queries.setQueryData<VoiceFile>(key, { ...now, text: next.text, value: { ...next.values } });
    void store
      .getState()
      .edit(voiceStrings.label(what), [{ op: "write_file", path: now.path, text: next.text }])
      .then((edited) => {
        if (edited === null) void queries.invalidateQueries({ queryKey: key });
      });
  };
  return {
    values: isMap(data.value) ? data.value : {},
    path: data.path,
    unreadable: data.unreadable ?? null,
    setTop: (name, value) => write(name, (now, values) => ({ text: withTopKey(now.text, name, value), values: withKey(values, name, value) })),
    set: (section, name, value) =>
      write(`${section}.${name}`, (now, values) => {
        const inner = values[section] ?? null;
        const text = withSetting(now.text, section, name, value, inner);
        return { text, values: withKey(values, section, withKey(isMap(inner) ? inner : {}, name, value)) };
      }),
  };
}
