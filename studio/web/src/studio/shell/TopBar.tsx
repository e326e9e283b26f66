/** Which assistant this is, whether it is saved, who else is here, and the way to everything. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronDown, LayoutGrid, MessageCircle, Search } from "lucide-react";
import { Glyph } from "../../components/Glyph";
import { ThemeToggle } from "../../components/ThemeToggle";
import { shellStrings } from "../../strings/en/studio";
import { studioApi } from "../api/client";
import { usePresent } from "../document/DocumentProvider";
import { AccountButton } from "../people/AccountButton";
import { Button } from "../ui/Button";
import { initials } from "../ui/initials";
import { Menu } from "../ui/Menu";
import { SaveBadge } from "./SaveBadge";
import { useShell } from "./shellStore";

export function TopBar({ project }: { project: string }) {
  const shell = useShell();
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b bg-surface px-3">
      <title>{`${project} · ${shellStrings.product} ${shellStrings.studio}`}</title>
      <Link to="/studio" title={shellStrings.allProjects} className="flex shrink-0 items-center gap-2 rounded-md p-1">
        <Glyph className="size-6" />
        <span className="sr-only">{shellStrings.allProjects}</span>
      </Link>
      <ProjectSwitch project={project} />
      <SaveBadge />
      <div className="ml-auto flex min-w-0 items-center gap-2">
        <Presence />
        <button
          type="button"
          onClick={() => shell.setSearchOpen(true)}
          data-testid="open-search"
          className="flex h-8 items-center gap-2 rounded-md border bg-page px-2 text-sm text-soft hover:border-edge lg:w-56"
        >
          <Search className="size-4 shrink-0" aria-hidden="true" />
          <span className="flex-1 text-left max-lg:sr-only">{shellStrings.search}</span>
          <kbd className="font-sans text-xs max-lg:hidden">Ctrl K</kbd>
        </button>
        <Button
          weight={shell.isTryOpen ? "outline" : "accent"}
          icon={MessageCircle}
          aria-pressed={shell.isTryOpen}
          data-testid="open-try"
          onClick={() => shell.setTryOpen(!shell.isTryOpen)}
        >
          <span className="max-sm:sr-only">{shellStrings.tryIt}</span>
        </Button>
        <AccountButton />
        <ThemeToggle />
      </div>
    </header>
  );
}

function ProjectSwitch({ project }: { project: string }) {
  const navigate = useNavigate();
  const { data: projects } = useQuery({ queryKey: ["projects"], queryFn: studioApi.projects });
  const name = projects?.find((each) => each.id === project)?.name ?? project;
  const items = (projects ?? []).map((each) => ({
    label: each.name,
    onSelect: () => void navigate({ to: "/studio/$project/flows", params: { project: each.id } }),
  }));
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          title={shellStrings.switchProject}
          data-testid="project-switch"
          className="flex h-8 min-w-0 items-center gap-1 rounded-md px-2 text-sm font-semibold hover:bg-sunken"
        >
          <span className="truncate">{name}</span>
          <ChevronDown className="size-4 shrink-0 text-soft" aria-hidden="true" />
        </button>
      }
      items={[
        ...items,
        ...(items.length > 0 ? [null] : []),
        { label: shellStrings.allProjects, icon: LayoutGrid, onSelect: () => void navigate({ to: "/studio" }) },
      ]}
    />
  );
}

/** Initials of those who have the same assistant open. */
function Presence() {
  const present = usePresent();
  if (present.length < 2) return null;
  const names = present.map((person) => person.name).join(", ");
  return (
    <div className="flex -space-x-1 max-md:hidden" role="img" aria-label={shellStrings.presence(names)} title={names} data-testid="presence">
      {present.slice(0, 5).map((person) => (
        <span
          key={person.id}
          className="grid size-6 place-items-center rounded-full border-2 border-surface bg-accent-wash text-xs font-semibold text-accent-strong"
        >
          {initials(person.name)}
        </span>
      ))}
    </div>
  );
}
