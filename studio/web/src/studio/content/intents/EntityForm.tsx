/** An entity: the roles and groups that its values may have. */

import { intentStrings as words } from "../../../strings/en/content";
import { OtherKeys } from "../../inspector/OtherKeys";
import { TextField } from "../../inspector/TextField";
import { type Entry, linesOf, listOf, mapOf, textOf, withKey } from "../entries";
import { useContentEdits } from "../useContent";

export function EntityForm({ entry }: { entry: Entry }) {
  const edits = useContentEdits("entities");
  const entity = mapOf(entry.value);
  const put = (key: "roles" | "groups", text: string): void => {
    const next = withKey(entity, key, linesOf(text));
    edits.put(entry, Object.keys(next).length === 0 ? null : next);
  };
  return (
    <div className="flex flex-col gap-3 rounded-lg border bg-surface p-4">
      <TextField label={words.roles} help={words.rolesHelp} isMultiline value={listOf(entity.roles).map(textOf).join("\n")} onCommit={(text) => put("roles", text)} />
      <TextField label={words.groups} help={words.groupsHelp} isMultiline value={listOf(entity.groups).map(textOf).join("\n")} onCommit={(text) => put("groups", text)} />
      <TextField label={words.lookup} help={words.lookupHelp} isMultiline value={(entry.lookup ?? []).join("\n")} onCommit={(text) => edits.lookup(entry, linesOf(text))} />
      <OtherKeys values={entity} known={["roles", "groups"]} />
    </div>
  );
}
