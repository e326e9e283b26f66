/** Documents that questions are answered from: list, add, edit, delete. */

import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { FileText, MousePointerClick, Plus, Upload } from "lucide-react";
import { type ChangeEvent, useRef, useState } from "react";
import { contentStrings, documentStrings as words } from "../../../strings/en/content";
import type { Command } from "../../api/types";
import { NO_FILE } from "../../document/documentState";
import { useProject } from "../../document/DocumentProvider";
import { Empty, SkeletonRows } from "../../ui/Bits";
import { Button, IconButton } from "../../ui/Button";
import { toast } from "../../ui/toasts";
import { type DocumentEntry, matching } from "../entries";
import { ListPane } from "../ListPane";
import { useSection } from "../useContent";
import { DocumentEditor } from "./DocumentEditor";
import { FOLDER, isDocumentName } from "./names";
import { NewDocumentDialog } from "./NewDocumentDialog";

const route = getRouteApi("/studio/$project/content/$section");

export default function DocumentsPage() {
  const { project, store } = useProject();
  const navigate = useNavigate();
  const { find } = route.useSearch();
  const { data } = useSection<readonly DocumentEntry[]>("documents");
  const [typed, setTyped] = useState("");
  const [isCreating, setCreating] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const choose = (name: string | null): void =>
    void navigate({ to: "/studio/$project/content/$section", params: { project, section: "documents" }, search: name === null ? {} : { find: name } });
  const upload = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const given = [...(event.target.files ?? [])];
    event.target.value = "";
    const wrong = given.filter((file) => !isDocumentName(file.name));
    if (wrong.length > 0) toast.error(words.notAdded(wrong.map((file) => file.name).join(", ")));
    const commands: Command[] = [];
    for (const file of given) if (!wrong.includes(file)) commands.push({ op: "write_file", path: FOLDER + file.name, text: await file.text() });
    // A document of the list is replaced by a file of its name; one that others have added since is asked about.
    const known = new Set(data?.map(({ path }) => path));
    const fresh = commands.flatMap((command) => (command.op === "write_file" && !known.has(command.path) ? [[command.path, NO_FILE]] : []));
    if (commands.length > 0) await store.getState().edit(contentStrings.labels.create(contentStrings.one.documents), commands, { base: { files: Object.fromEntries(fresh) } });
  };
  if (data === undefined) return <SkeletonRows />;
  const shown = matching(data, typed, ({ name }) => name);
  const chosen = data.find(({ name, path }) => name === find || path === find) ?? null;
  const create = (
    <>
      <Button weight="accent" icon={Plus} onClick={() => setCreating(true)} data-testid="new-entry">
        {contentStrings.create(contentStrings.one.documents)}
      </Button>
      <IconButton icon={Upload} label={words.upload} className="border" onClick={() => files.current?.click()} />
      <input ref={files} type="file" multiple hidden accept=".md,.markdown,.txt,.html,.htm,.csv,.json,.jsonl,.yml,.yaml" onChange={(event) => void upload(event)} data-testid="upload" />
    </>
  );
  return (
    <div className="flex h-full min-h-0">
      <div className={`min-h-0 border-r bg-surface ${data.length === 0 ? "flex-1" : "w-96 shrink-0 max-lg:w-full max-lg:border-r-0"} ${find !== undefined ? "max-lg:hidden" : ""}`}>
        <ListPane
          what={contentStrings.sections.documents}
          hint={contentStrings.hints.documents}
          total={data.length}
          rows={shown.map(({ name, size }) => ({ id: name, summary: words.size(size) }))}
          chosen={chosen?.name ?? null}
          onChoose={choose}
          typed={typed}
          onTyped={setTyped}
          filters={[]}
          filter="all"
          onFilter={() => undefined}
          actions={create}
          empty={<Empty icon={FileText} title={contentStrings.none.title(contentStrings.sections.documents)} hint={contentStrings.hints.documents}>{create}</Empty>}
        />
      </div>
      {data.length > 0 && (
        <div className={`scroller min-h-0 min-w-0 flex-1 ${find === undefined ? "max-lg:hidden" : ""}`}>
          {chosen === null ? (
            <Empty icon={MousePointerClick} title={contentStrings.choose.title} hint={contentStrings.choose.hint} />
          ) : (
            <DocumentEditor key={chosen.path} document={chosen} onGone={() => choose(null)} />
          )}
        </div>
      )}
      {isCreating && <NewDocumentDialog taken={data.map(({ name }) => name)} onDone={() => setCreating(false)} onMade={choose} />}
    </div>
  );
}
