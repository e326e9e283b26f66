/** The content of an assistant, part by part: a list that is searched and filtered, and a form for one entry. */

import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { contentStrings } from "../../strings/en/content";
import { useProject } from "../document/DocumentProvider";
import DocumentsPage from "./documents/DocumentsPage";
import { EntriesPage } from "./EntriesPage";
import { SECTIONS, type SectionName } from "./entries";
import { LexiconPage } from "./voice/LexiconPage";
import { VoicePage } from "./voice/VoicePage";

const route = getRouteApi("/studio/$project/content/$section");

export default function ContentPage() {
  const { project } = useProject();
  const { section: given } = route.useParams();
  const section = SECTIONS.find((each) => each === given);
  if (section === undefined) return <Navigate to="/studio/$project/content/$section" params={{ project, section: "responses" }} replace />;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex shrink-0 flex-col gap-1 border-b bg-surface px-4 pt-3 lg:px-6">
        <h1 className="text-lg font-semibold">{contentStrings.title}</h1>
        <nav aria-label={contentStrings.parts} className="-mb-px flex flex-wrap gap-x-1">
          {SECTIONS.map((each) => (
            <Link
              key={each}
              to="/studio/$project/content/$section"
              params={{ project, section: each }}
              search={{}}
              data-testid={`section-${each}`}
              activeOptions={{ includeSearch: false }}
              className="flex h-9 items-center border-b-2 border-transparent px-2 text-sm font-medium text-soft hover:text-ink focus-visible:-outline-offset-2 aria-[current=page]:border-accent aria-[current=page]:text-accent-strong"
            >
              {contentStrings.sections[each]}
            </Link>
          ))}
        </nav>
      </header>
      <div className="min-h-0 flex-1">
        <Section section={section} />
      </div>
    </div>
  );
}

function Section({ section }: { section: SectionName }) {
  if (section === "lexicon") return <LexiconPage />;
  if (section === "voice") return <VoicePage />;
  if (section === "documents") return <DocumentsPage />;
  return <EntriesPage key={section} section={section} />;
}
