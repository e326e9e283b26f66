/** One assistant in the list. */

import { Link } from "@tanstack/react-router";
import { Download, EllipsisVertical, Trash2 } from "lucide-react";
import { projectsStrings as words } from "../../strings/en/projects";
import { studioApi } from "../api/client";
import { Badge } from "../ui/Bits";
import { IconButton } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { ago } from "../ui/time";
import type { Assistant } from "./projectsApi";

export function ProjectCard({ project, onDelete }: { project: Assistant; onDelete: () => void }) {
  const when = ago(project.changed_at, Date.now());
  return (
    <li className="relative flex rounded-lg border bg-surface hover:border-edge" data-testid={`card-${project.id}`}>
      <Link to="/studio/$project/flows" params={{ project: project.id }} data-testid={`project-${project.id}`} className="flex min-w-0 flex-1 flex-col gap-1 rounded-lg py-4 pr-12 pl-4">
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-semibold">{project.name}</span>
          {project.is_served && <Badge tone="accent">{words.served}</Badge>}
        </span>
        <span className="truncate text-xs text-soft">{[project.id, when === "" ? words.neverChanged : words.changed(when)].join(" · ")}</span>
        <span className="truncate text-xs text-soft" title={project.folder}>
          {project.folder}
        </span>
      </Link>
      <div className="absolute top-2 right-2">
        <Menu
          trigger={<IconButton icon={EllipsisVertical} label={words.actions(project.name)} data-testid={`actions-${project.id}`} />}
          items={[
            { label: words.export, icon: Download, onSelect: () => window.location.assign(studioApi.exportUrl(project.id)) },
            null,
            { label: words.delete, icon: Trash2, isDangerous: true, isDisabled: !project.is_own, onSelect: onDelete },
          ]}
        />
      </div>
    </li>
  );
}
