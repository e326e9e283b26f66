/** The addresses of the studio and the pages behind them; each page is loaded when it is first opened. */

import { createRootRoute, createRoute, createRouter, Navigate, Outlet } from "@tanstack/react-router";
import { Map } from "lucide-react";
import { lazy, Suspense } from "react";
import { shellStrings } from "../../strings/en/studio";
import { SignedIn } from "../people/SignedIn";
import { Empty, SkeletonRows } from "../ui/Bits";
import { Toaster } from "../ui/Toaster";
import { Trouble } from "./ErrorBoundary";
import { ProjectLayout } from "./ProjectLayout";

const ProjectsPage = lazy(() => import("../projects/ProjectsPage"));
const FlowListPage = lazy(() => import("../flows/FlowListPage"));
const FlowPage = lazy(() => import("../flows/FlowPage"));
const ContentPage = lazy(() => import("../content/ContentPage"));
const TrainPage = lazy(() => import("../train/TrainPage"));
const VersionsPage = lazy(() => import("../versions/VersionsPage"));
const PeoplePage = lazy(() => import("../people/PeoplePage"));
const SettingsPage = lazy(() => import("../settings/SettingsPage"));
const WelcomePage = lazy(() => import("../people/WelcomePage"));

function NotFound() {
  return <Empty icon={Map} title={shellStrings.trouble.notFound} hint={shellStrings.trouble.notFoundHint} />;
}

const rootRoute = createRootRoute({
  component: () => (
    <>
      <SignedIn>
        <Suspense fallback={<SkeletonRows />}>
          <Outlet />
        </Suspense>
      </SignedIn>
      <Toaster />
    </>
  ),
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <Trouble error={error} />,
});

const projectsRoute = createRoute({ getParentRoute: () => rootRoute, path: "/studio", component: ProjectsPage });
const welcomeRoute = createRoute({ getParentRoute: () => rootRoute, path: "/studio/welcome", component: WelcomePage });

export const projectRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/studio/$project",
  component: ProjectLayout,
});

function ToFlows() {
  const { project } = projectRoute.useParams();
  return <Navigate to="/studio/$project/flows" params={{ project }} replace />;
}

function ToResponses() {
  const { project } = projectRoute.useParams();
  return <Navigate to="/studio/$project/content/$section" params={{ project, section: "responses" }} replace />;
}

export interface FlowsSearch {
  filter?: string;
  tag?: string;
}

export interface ContentSearch {
  find?: string;
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const indexRoute = createRoute({ getParentRoute: () => projectRoute, path: "/", component: ToFlows });

export const flowsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/flows",
  component: FlowListPage,
  validateSearch: (search: Record<string, unknown>): FlowsSearch => {
    const filter = text(search.filter);
    const tag = text(search.tag);
    return { ...(filter === undefined ? {} : { filter }), ...(tag === undefined ? {} : { tag }) };
  },
});

export const flowRoute = createRoute({ getParentRoute: () => projectRoute, path: "/flows/$flow", component: FlowPage });

const contentIndexRoute = createRoute({ getParentRoute: () => projectRoute, path: "/content", component: ToResponses });

export const contentRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/content/$section",
  component: ContentPage,
  validateSearch: (search: Record<string, unknown>): ContentSearch => {
    const find = text(search.find);
    return find === undefined ? {} : { find };
  },
});

const routeTree = rootRoute.addChildren([
  projectsRoute,
  welcomeRoute,
  projectRoute.addChildren([
    indexRoute,
    flowsRoute,
    flowRoute,
    contentIndexRoute,
    contentRoute,
    createRoute({ getParentRoute: () => projectRoute, path: "/train", component: TrainPage }),
    createRoute({ getParentRoute: () => projectRoute, path: "/versions", component: VersionsPage }),
    createRoute({ getParentRoute: () => projectRoute, path: "/people", component: PeoplePage }),
    createRoute({ getParentRoute: () => projectRoute, path: "/settings", component: SettingsPage }),
  ]),
]);

export const router = createRouter({ routeTree, defaultPreload: false, scrollRestoration: false });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
