/** `language` and `additional_languages` of config.yml. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { settingsStrings as words } from "../../strings/en/settings";
import type { TextFile } from "../api/types";
import { withTopKey } from "../content/voice/settingsText";
import { useDoc, useProject } from "../document/DocumentProvider";
import { TextField } from "../inspector/TextField";
import { UnreadableFile, useUnreadable } from "../problems/UnreadableNote";
import { SkeletonRows } from "../ui/Bits";

const CONFIG = "config.yml";
const CODE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
const codesOf = (text: string): string[] => text.split(/[\s,]+/).filter((code) => code !== "");

export function LanguagesForm() {
  const { api, project, store } = useProject();
  const outline = useDoc((state) => state.outline);
  const unreadable = useUnreadable(CONFIG);
  const queries = useQueryClient();
  const key = ["project", project, "file", CONFIG];
  const { data, error } = useQuery({ queryKey: key, queryFn: () => api.file(CONFIG) });
  if (error !== null) return <p role="alert" className="text-sm text-danger">{words.noConfig}</p>;
  if (data === undefined || outline === null) return <SkeletonRows count={2} />;
  const { language, languages } = outline.assistant;
  const others = languages.filter((each) => each !== language);
  const put = (name: string, value: string | string[] | undefined): void => {
    const now = queries.getQueryData<TextFile>(key) ?? data;
    const text = withTopKey(now.text, name, value);
    if (text === now.text) return;
    if (store.getState().queue.length === 0) store.getState().seeFile(CONFIG, now.etag);
    queries.setQueryData<TextFile>(key, { ...now, text });
    void store
      .getState()
      .edit(words.label, [{ op: "write_file", path: CONFIG, text }])
      .then(() => queries.invalidateQueries({ queryKey: key }));
  };
  const check = (text: string): string | null => (codesOf(text).every((code) => CODE.test(code)) ? null : words.wrongCode);
  return (
    <>
      <UnreadableFile unreadable={unreadable} />
      <fieldset disabled={unreadable !== null} className="contents">
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label={words.language} help={words.languageHelp} value={language} check={(text) => (CODE.test(text.trim()) ? null : words.wrongCode)} onCommit={(text) => put("language", text.trim())} testId="language" />
          <TextField
            label={words.additional}
            help={`${words.additionalHelp} ${words.where}`}
            value={others.join(", ")}
            check={check}
            onCommit={(text) => put("additional_languages", codesOf(text).length === 0 ? undefined : codesOf(text))}
            testId="additional-languages"
          />
        </div>
      </fieldset>
    </>
  );
}
