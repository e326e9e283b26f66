/** The first text of a response, edited where it is said. */

import type { ReactNode } from "react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Json } from "../api/types";
import { isMap } from "../content/entries";
import { useContentEdits } from "../content/useContent";
import { firstText, useResponses } from "../canvas/useResponseTexts";
import { newResponse } from "../canvas/gestures";
import { useDoc, useProject } from "../document/DocumentProvider";
import { UnreadableFile } from "../problems/UnreadableNote";
import { Button } from "../ui/Button";
import { TextField } from "./TextField";

interface ResponseTextProps {
  name: string;
  label: string;
  help: ReactNode;
  /** What to write into a new response. */
  suggestion?: string;
  testId?: string;
}

export function ResponseText({ name, label, help, suggestion = "", testId = "response-text" }: ResponseTextProps) {
  const { store } = useProject();
  const edits = useContentEdits("responses");
  const responses = useResponses();
  const unreadable = useDoc((state) => state.outline?.responses.find((each) => each.name === name)?.unreadable ?? null);
  const isLost = unreadable !== null;
  if (responses === null) return <div className="skeleton h-16" />;
  const variations = responses[name];
  const text = firstText(variations);
  if (variations === undefined || text === null) {
    const create = (): void =>
      void store.getState().edit(inspectorStrings.labels.createResponse(name), [newResponse(name, suggestion || name.replace(/^utter_(ask_)?/, "").replace(/_/g, " "))]);
    return (
      <div className="flex items-center justify-between gap-2 rounded-md bg-sunken p-2 text-xs text-soft">
        {inspectorStrings.action.noResponse}
        <Button onClick={create}>{inspectorStrings.action.createResponse}</Button>
      </div>
    );
  }
  const change = (next: string): void =>
    edits.put({ name, value: variations }, withFirstText(variations, next));
  return (
    <>
      <TextField label={label} help={isLost ? null : help} value={text} isMultiline isDisabled={isLost} onCommit={change} testId={testId} />
      <UnreadableFile unreadable={unreadable} />
    </>
  );
}

/** The same variations with another first text. */
export function withFirstText(variations: Json, text: string): Json {
  const list = Array.isArray(variations) ? variations : [variations];
  let isDone = false;
  return list.map((each): Json => {
    if (isDone || !isMap(each) || typeof each.text !== "string") return each;
    isDone = true;
    return { ...each, text };
  });
}
