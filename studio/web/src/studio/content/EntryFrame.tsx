/** What every entry's form has around it: name, rename, delete, where it is used, what is wrong with it. */

import { Link } from "@tanstack/react-router";
import { ArrowLeft, CircleAlert, PencilLine, Trash2, TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { contentStrings } from "../../strings/en/content";
import type { Finding } from "../api/types";
import { useFocusStep } from "../canvas/focusStore";
import { useDoc, useProject } from "../document/DocumentProvider";
import { isUnreadable, UnreadableFile } from "../problems/UnreadableNote";
import { Button, IconButton } from "../ui/Button";
import { DeleteEntryDialog } from "./DeleteEntryDialog";
import { type Entry, type EntrySection, findingsAbout, isUnused, SECTIONS } from "./entries";
import { RenameEntryDialog } from "./RenameEntryDialog";

interface EntryFrameProps {
  section: EntrySection;
  entry: Entry;
  taken: readonly string[];
  onGo: (name: string | null) => void;
  children: ReactNode;
}

export function EntryFrame({ section, entry, taken, onGo, children }: EntryFrameProps) {
  const [dialog, setDialog] = useState<"rename" | "delete" | null>(null);
  const findings = useDoc((state) => state.findings);
  const own = findingsAbout(findings, entry.name, entry.file);
  const isLost = isUnreadable(entry);
  return (
    <article className="mx-auto flex max-w-200 flex-col gap-4 p-4 lg:p-6" aria-labelledby="entry-name" data-testid="entry-form">
      <header className="flex flex-wrap items-center gap-2">
        <IconButton icon={ArrowLeft} label={contentStrings.back} className="lg:hidden" onClick={() => onGo(null)} />
        <h2 id="entry-name" className="min-w-0 flex-1 text-base font-semibold break-words">
          {entry.name}
        </h2>
        {!isLost && (
          <>
            <Button icon={PencilLine} onClick={() => setDialog("rename")} data-testid="rename-entry">
              {contentStrings.rename}
            </Button>
            <IconButton icon={Trash2} label={contentStrings.delete} onClick={() => setDialog("delete")} data-testid="delete-entry" />
          </>
        )}
      </header>
      <UnreadableFile unreadable={entry.unreadable} />
      <UsedBy entry={entry} />
      {own.length > 0 && (
        <ul className="flex flex-col gap-1 rounded-md border bg-surface p-3">
          {own.map((finding, index) => (
            <Told key={`${finding.code}-${index}`} finding={finding} />
          ))}
        </ul>
      )}
      <fieldset disabled={isLost} className="contents" data-testid="entry-fields">
        {children}
      </fieldset>
      {!isLost && dialog === "rename" && <RenameEntryDialog section={section} entry={entry} taken={taken} onDone={() => setDialog(null)} onRenamed={onGo} />}
      {!isLost && dialog === "delete" && <DeleteEntryDialog section={section} entry={entry} onDone={() => setDialog(null)} onDeleted={() => onGo(null)} />}
    </article>
  );
}

function UsedBy({ entry }: { entry: Entry }) {
  const { project } = useProject();
  const used = entry.used_by ?? [];
  const others = entry.used_in ?? [];
  const flows = useDoc((state) => state.outline?.flows);
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1 text-xs">
      <div className="flex flex-wrap gap-x-2">
        <dt className="text-soft">{contentStrings.usedBy}</dt>
        <dd className="flex flex-wrap gap-x-2" data-testid="used-by">
          {isUnused(entry) ? contentStrings.usedNowhere : used.length === 0 && contentStrings.usedByNoFlow}
          {used.map((id) => (
            <Link key={id} to="/studio/$project/flows/$flow" params={{ project, flow: id }} className="text-accent-strong underline underline-offset-2">
              {flows?.find((flow) => flow.id === id)?.name ?? id}
            </Link>
          ))}
        </dd>
      </div>
      {others.length > 0 && (
        <div className="flex flex-wrap gap-x-2">
          <dt className="text-soft">{contentStrings.usedIn}</dt>
          <dd className="flex flex-wrap gap-x-2" data-testid="used-in">
            {others.map(({ section, name }) => (
              <Place key={`${section}-${name}`} section={section} name={name} />
            ))}
          </dd>
        </div>
      )}
      {entry.file !== null && entry.file !== undefined && (
        <div className="flex gap-2">
          <dt className="text-soft">{contentStrings.where}</dt>
          <dd>{isUnreadable(entry) ? entry.file : `${entry.file}:${entry.line ?? 1}`}</dd>
        </div>
      )}
    </dl>
  );
}

/** Another entry that names this one leads there; code is told by its file. */
function Place({ section, name }: { section: string; name: string }) {
  const { project } = useProject();
  const page = SECTIONS.find((each) => each === section);
  if (page === undefined) return <span>{name}</span>;
  return (
    <Link to="/studio/$project/content/$section" params={{ project, section: page }} search={{ find: name }} className="text-accent-strong underline underline-offset-2">
      {`${contentStrings.one[page]} ${name}`}
    </Link>
  );
}

function Told({ finding }: { finding: Finding }) {
  const { go } = useFocusStep();
  const isError = finding.severity === "error";
  const Icon = isError ? CircleAlert : TriangleAlert;
  const text = (
    <span className="min-w-0">
      {finding.message}
      {finding.hint !== "" && <span className="block text-xs text-soft">{finding.hint}</span>}
    </span>
  );
  return (
    <li className="flex items-start gap-2 text-sm">
      <Icon className={`mt-1 size-4 shrink-0 ${isError ? "text-danger" : "text-warning"}`} aria-hidden="true" />
      {finding.flow === null ? text : <button type="button" className="min-w-0 text-left underline underline-offset-2" onClick={() => go(finding)}>{text}</button>}
    </li>
  );
}
