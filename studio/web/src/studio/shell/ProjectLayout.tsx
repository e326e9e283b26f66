/** The frame around every page of one assistant: top bar, navigation, the page, and the try-it panel. */

import { Link, Outlet, useLocation, useParams } from "@tanstack/react-router";
import { BookText, GitBranch, GraduationCap, Settings, Users, Workflow, TriangleAlert } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { useStore } from "zustand";
import { shellStrings, uiStrings } from "../../strings/en/studio";
import { useTestNews } from "../coverage/useCoverage";
import { DocumentProvider, useProject } from "../document/DocumentProvider";
import type { DocumentStore } from "../document/documentStore";
import { useOpenedFile } from "../editor/openedFile";
import { Empty, SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { Announcer } from "./Announcer";
import { ErrorBoundary } from "./ErrorBoundary";
import { SearchPalette } from "./SearchPalette";
import { ShortcutSheet } from "./ShortcutSheet";
import { TopBar } from "./TopBar";
import { useGlobalKeys } from "./useGlobalKeys";
import { usePresence } from "./usePresence";
import { useShell } from "./shellStore";

const FileDialog = lazy(() => import("../editor/FileDialog"));
const MergeDialog = lazy(() => import("../editor/MergeDialog"));
const TryPanel = lazy(() => import("../try/TryPanel"));

const PARTS = [
  { to: "/studio/$project/flows", name: "flows", icon: Workflow },
  { to: "/studio/$project/content", name: "content", icon: BookText },
  { to: "/studio/$project/train", name: "train", icon: GraduationCap },
  { to: "/studio/$project/versions", name: "versions", icon: GitBranch },
  { to: "/studio/$project/people", name: "people", icon: Users },
  { to: "/studio/$project/settings", name: "settings", icon: Settings },
] as const;

export function ProjectLayout() {
  const { project } = useParams({ from: "/studio/$project" });
  return (
    <DocumentProvider key={project} project={project}>
      <Frame project={project} />
    </DocumentProvider>
  );
}

function Frame({ project }: { project: string }) {
  const { pathname } = useLocation();
  const isTryOpen = useShell((shell) => shell.isTryOpen);
  useGlobalKeys();
  useTestNews();
  usePresence(project);
  useEffect(() => {
    useShell.getState().setSearchOpen(false);
  }, [pathname]);
  return (
    <div className="flex h-dvh min-h-0 flex-col overflow-hidden">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-surface focus:p-2">
        {shellStrings.skip}
      </a>
      <TopBar project={project} />
      <div className="relative flex min-h-0 flex-1">
        <Navigation project={project} />
        <main id="content" tabIndex={-1} className="relative min-h-0 min-w-0 flex-1 outline-none">
          <ErrorBoundary resetKey={pathname}>
            <Loaded>
              <Suspense fallback={<SkeletonRows />}>
                <Outlet />
              </Suspense>
            </Loaded>
          </ErrorBoundary>
        </main>
        {isTryOpen && (
          <aside
            aria-label={shellStrings.tryIt}
            className="z-20 flex w-96 max-w-full shrink-0 flex-col border-l bg-surface max-lg:absolute max-lg:inset-y-0 max-lg:right-0 max-lg:shadow-lg"
          >
            <ErrorBoundary resetKey={pathname}>
              <Suspense fallback={<SkeletonRows />}>
                <TryPanel />
              </Suspense>
            </ErrorBoundary>
          </aside>
        )}
      </div>
      <SearchPalette />
      <ShortcutSheet />
      <Announcer />
      <OpenedFile />
      <Merging />
    </div>
  );
}

function Navigation({ project }: { project: string }) {
  return (
    <nav
      aria-label={shellStrings.navigation}
      className="scroller flex w-14 shrink-0 flex-col gap-1 border-r bg-surface p-2 2xl:w-48"
    >
      {PARTS.map(({ to, name, icon: Icon }) => (
        <Link
          key={name}
          to={to}
          params={{ project }}
          title={shellStrings.nav[name]}
          data-testid={`nav-${name}`}
          className="flex h-10 shrink-0 items-center gap-3 rounded-md px-3 text-sm font-medium text-soft hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:text-accent-strong max-2xl:justify-center max-2xl:px-0"
        >
          <Icon className="size-5 shrink-0" aria-hidden="true" />
          <span className="max-2xl:sr-only">{shellStrings.nav[name]}</span>
        </Link>
      ))}
    </nav>
  );
}

/** Pages may rely on the outline being there. */
function Loaded({ children }: { children: ReactNode }) {
  const { store, trouble, reload } = useProject();
  const isLoaded = useDocLoaded(store);
  if (trouble !== null && !isLoaded) {
    return (
      <Empty icon={TriangleAlert} title={shellStrings.trouble.notLoaded} hint={trouble}>
        <Button weight="accent" onClick={reload}>
          {uiStrings.tryAgain}
        </Button>
      </Empty>
    );
  }
  return isLoaded ? children : <SkeletonRows />;
}

function useDocLoaded(store: DocumentStore): boolean {
  return useStore(store, (state) => state.outline !== null);
}

function OpenedFile() {
  const file = useOpenedFile((opened) => opened.file);
  useEffect(() => () => useOpenedFile.getState().close(), []);
  if (file === null) return null;
  return (
    <Suspense fallback={null}>
      <FileDialog key={file.path} path={file.path} line={file.line} />
    </Suspense>
  );
}

function Merging() {
  const { store } = useProject();
  const conflict = useStore(store, (state) => state.conflict);
  if (conflict === null) return null;
  return (
    <Suspense fallback={null}>
      <MergeDialog told={conflict.told} onDone={(merged) => void store.getState().resolve(merged)} />
    </Suspense>
  );
}
