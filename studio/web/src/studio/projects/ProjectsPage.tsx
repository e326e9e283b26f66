/** All assistants: open one, make one, bring one in, take one out. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FolderInput, FolderOpen, Plus, Upload } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { Glyph } from "../../components/Glyph";
import { ThemeToggle } from "../../components/ThemeToggle";
import { projectsStrings as words } from "../../strings/en/projects";
import { shellStrings } from "../../strings/en/studio";
import { studioApi } from "../api/client";
import { wordsOf } from "../api/http";
import { Empty, Page, SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { TextInput } from "../ui/Field";
import { toast } from "../ui/toasts";
import { AccountButton } from "../people/AccountButton";
import { DeleteProjectDialog } from "./DeleteProjectDialog";
import { ImportedDialog } from "./ImportedDialog";
import { ImportFolderDialog } from "./ImportFolderDialog";
import { NewProjectDialog } from "./NewProjectDialog";
import { ProjectCard } from "./ProjectCard";
import { nameOfFile } from "./projectId";
import { type Assistant, projectsApi } from "./projectsApi";

const MANY = 9;

export default function ProjectsPage() {
  const [isCreating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<Assistant | null>(null);
  const [isBringing, setBringing] = useState(false);
  const [isOver, setOver] = useState(false);
  const [typed, setTyped] = useState("");
  const file = useRef<HTMLInputElement>(null);
  const queries = useQueryClient();
  const { data, error } = useQuery({ queryKey: ["projects"], queryFn: studioApi.projects });
  const projects = data as readonly Assistant[] | undefined;
  const importing = useMutation({
    mutationFn: (zip: File) => projectsApi.import(zip, nameOfFile(zip.name)),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["projects"] }),
    onError: (problem) => refuse(wordsOf(problem)),
  });
  // What was wrong with the last file is over once there is another.
  const refused = useRef<string | null>(null);
  const refuse = (text: string | null): void => {
    if (refused.current !== null) toast.over(refused.current);
    refused.current = text;
    if (text !== null) toast.error(text);
  };
  const bring = (zip: File | undefined): void => {
    if (zip === undefined) return;
    refuse(/\.zip$/i.test(zip.name) ? null : words.notZip);
    if (refused.current === null) importing.mutate(zip);
  };
  const over = (event: DragEvent, isIn: boolean): void => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(isIn);
  };
  const actions = (
    <>
      <Button icon={Upload} disabled={importing.isPending} onClick={() => file.current?.click()} title={words.importHint} data-testid="import-project">
        {importing.isPending ? words.importing : words.import}
      </Button>
      <Button icon={FolderInput} onClick={() => setBringing(true)} data-testid="import-folder">
        {words.importFolder}
      </Button>
      <Button weight="accent" icon={Plus} onClick={() => setCreating(true)} data-testid="new-project">
        {words.create}
      </Button>
    </>
  );
  const shown = projects?.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(typed.trim().toLowerCase()));
  return (
    <div
      className="flex h-dvh flex-col"
      onDragOver={(event) => over(event, true)}
      onDragLeave={(event) => event.currentTarget === event.target && setOver(false)}
      onDrop={(event) => {
        over(event, false);
        bring(event.dataTransfer.files[0]);
      }}
    >
      <title>{`${words.title} · ${shellStrings.product} ${shellStrings.studio}`}</title>
      <header className="flex h-12 shrink-0 items-center gap-2 border-b bg-surface px-3">
        <Glyph className="size-6" />
        <span className="text-sm font-semibold">{`${shellStrings.product} ${shellStrings.studio}`}</span>
        <span className="ml-auto flex items-center gap-1">
          <AccountButton />
          <ThemeToggle />
        </span>
      </header>
      <main className="relative min-h-0 flex-1">
        <Page title={words.title} hint={words.hint} actions={actions}>
          <input
            ref={file}
            type="file"
            hidden
            accept=".zip,application/zip"
            data-testid="import-file"
            onChange={(event) => {
              bring(event.target.files?.[0]);
              event.target.value = "";
            }}
          />
          {error !== null && <p role="alert" className="text-sm text-danger">{wordsOf(error)}</p>}
          {projects === undefined && error === null && <SkeletonRows count={3} />}
          {projects?.length === 0 && (
            <div className="rounded-lg border bg-surface">
              <Empty icon={FolderOpen} title={words.none} hint={words.noneHint}>{actions}</Empty>
            </div>
          )}
          {(projects?.length ?? 0) > MANY && <TextInput aria-label={words.filter} placeholder={words.filter} value={typed} onChange={setTyped} className="max-w-80" />}
          <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
            {shown?.map((project) => (
              <ProjectCard key={project.id} project={project} onDelete={() => setDeleting(project)} />
            ))}
          </ul>
        </Page>
        {isOver && (
          <div className="pointer-events-none absolute inset-4 grid place-items-center rounded-lg border-2 border-dashed border-accent bg-accent-wash text-sm font-medium text-accent-strong">{words.drop}</div>
        )}
      </main>
      {isCreating && <NewProjectDialog taken={(projects ?? []).map(({ id }) => id)} onDone={() => setCreating(false)} />}
      {isBringing && <ImportFolderDialog onDone={() => setBringing(false)} />}
      {importing.data !== undefined && <ImportedDialog imported={importing.data} onDone={() => importing.reset()} />}
      {deleting !== null && <DeleteProjectDialog project={deleting} onDone={() => setDeleting(null)} />}
    </div>
  );
}
