/** Commits at the left, what the chosen one changed at the right. */

import { useQuery } from "@tanstack/react-query";
import { GitCommitVertical, PencilLine } from "lucide-react";
import { type ReactNode, useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { Empty, SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { CommitCard } from "./CommitCard";
import { DifferenceView } from "./DifferenceView";
import { type Commit, PAGE, versionsApi } from "./versionsApi";
import { When } from "./When";

export const DRAFT = "draft";

export function HistoryTab() {
  const { project } = useProject();
  const [pages, setPages] = useState(1);
  const [chosen, setChosen] = useState<string | null>(null);
  const { data, error } = useQuery({
    queryKey: ["versions", project, "history", "pages", pages],
    queryFn: async () => {
      const found = await Promise.all(Array.from({ length: pages }, (_, page) => versionsApi.history(project, page * PAGE)));
      return { status: found[0]?.status, commits: found.flatMap(({ commits }) => commits) };
    },
    placeholderData: (before) => before,
  });
  if (error !== null) return <p role="alert" className="text-sm text-danger">{wordsOf(error)}</p>;
  if (data?.status === undefined) return <SkeletonRows />;
  const { status, commits } = data;
  if (!status.is_available) {
    return (
      <div className="rounded-lg border bg-surface">
        <Empty icon={GitCommitVertical} title={words.noHistory} hint={status.problem ?? ""} />
        <div className="mx-auto max-w-112 p-4">
          <CommitCard isProblemTold />
        </div>
      </div>
    );
  }
  const isDirty = Object.keys(status.changes).length > 0;
  const shown = chosen ?? (isDirty ? DRAFT : (commits[0]?.id ?? null));
  return (
    <div className="grid gap-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
      <section className="flex min-w-0 flex-col gap-2" aria-label={words.commits}>
        <ul className="divide-y rounded-lg border bg-surface" data-testid="commits">
          <li>
            <Row isChosen={shown === DRAFT} title={words.draftNow} onChoose={() => setChosen(DRAFT)} icon={PencilLine} testId="commit-draft">
              {words.uncommitted(Object.keys(status.changes).length)}
            </Row>
          </li>
          {commits.map((commit) => (
            <li key={commit.id}>
              <Row isChosen={shown === commit.id} title={firstLine(commit)} onChoose={() => setChosen(commit.id)} icon={GitCommitVertical} testId={`commit-${commit.id.slice(0, 10)}`}>
                <When at={commit.at} />
                {` · ${commit.author}`}
              </Row>
            </li>
          ))}
        </ul>
        {commits.length === 0 && <p className="text-sm text-soft">{words.noCommits}</p>}
        {commits.length === pages * PAGE && <Button onClick={() => setPages(pages + 1)}>{words.older}</Button>}
      </section>
      {shown !== null && <DifferenceView key={shown} commit={shown} commits={commits} status={status} />}
    </div>
  );
}

export function firstLine({ message }: Commit): string {
  return message.split("\n")[0] ?? "";
}

interface RowProps {
  isChosen: boolean;
  title: string;
  onChoose: () => void;
  icon: typeof PencilLine;
  testId: string;
  children: ReactNode;
}

function Row({ isChosen, title, onChoose, icon: Icon, testId, children }: RowProps) {
  return (
    <button
      type="button"
      aria-current={isChosen}
      onClick={onChoose}
      data-testid={testId}
      className="flex w-full items-start gap-2 px-3 py-2 text-left text-sm hover:bg-sunken focus-visible:-outline-offset-2 aria-[current=true]:bg-accent-wash"
    >
      <Icon className="mt-1 size-4 shrink-0 text-soft" aria-hidden="true" />
      <span className="min-w-0">
        <span className="block break-words">{title}</span>
        <span className="text-xs text-soft">{children}</span>
      </span>
    </button>
  );
}
