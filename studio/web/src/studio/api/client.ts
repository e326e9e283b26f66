/** Everything that the page asks of one project's server; the only place that knows addresses. */

import { request, send } from "./http";
import { shortened } from "./labels";
import { PAGE_ID } from "./pageId";
import type {
  Base,
  Command,
  ConditionTree,
  Edited,
  Finding,
  Flow,
  Json,
  Outline,
  ParsedCondition,
  Person,
  ProjectSummary,
  SearchHit,
  TextFile,
} from "./types";

/** What the document store needs of a server: small, so that a fake can stand in for it. */
export interface DocumentApi {
  outline(): Promise<Outline>;
  flow(id: string): Promise<Flow>;
  findings(): Promise<readonly Finding[]>;
  /** `gesture`: its name; one that was done already is answered, and not done again. */
  edit(commands: readonly Command[], base: Base, label: string, gesture: string): Promise<Edited>;
  file(path: string): Promise<TextFile>;
  parseCondition(text: string): Promise<ParsedCondition>;
  writeCondition(tree: ConditionTree): Promise<string>;
  search(words: string, signal?: AbortSignal): Promise<readonly SearchHit[]>;
}

const part = encodeURIComponent;

/** Each part of a file's path is escaped, the slashes between them are not. */
function filePath(path: string): string {
  return path.split("/").map(part).join("/");
}

/** Some lists come bare and some under a name; both are taken. */
function listUnder<T>(answer: unknown, name: string): readonly T[] {
  if (Array.isArray(answer)) return answer as T[];
  const under = (answer as Record<string, unknown> | null)?.[name];
  return Array.isArray(under) ? (under as T[]) : [];
}

export function projectUrl(project: string, rest = ""): string {
  return `/api/projects/${part(project)}${rest}`;
}

export function documentApi(project: string): DocumentApi {
  const at = (rest: string): string => projectUrl(project, rest);
  return {
    outline: () => request("GET", at("/outline")),
    flow: (id) => request("GET", at(`/flows/${part(id)}`)),
    findings: async () => listUnder<Finding>(await request("GET", at("/findings")), "findings"),
    edit: (commands, base, label, gesture) => request("POST", at("/edit"), { body: { commands, base, label: shortened(label), gesture, client: PAGE_ID } }),
    file: (path) => request("GET", at(`/files/${filePath(path)}`)),
    parseCondition: async (text) => {
      const told = await request<Partial<ParsedCondition> & { tree?: ConditionTree | null }>("POST", at("/conditions"), { body: { text } });
      return { parsed: told.parsed ?? told.tree ?? null, error: told.error ?? null };
    },
    writeCondition: async (tree) =>
      (await request<{ text: string }>("POST", at("/conditions/write"), { body: { tree } })).text,
    search: async (words, signal) =>
      listUnder<SearchHit>(
        await request("GET", at(`/search?q=${part(words)}`), signal === undefined ? {} : { signal }),
        "hits",
      ),
  };
}

export const studioApi = {
  projects: async (): Promise<readonly ProjectSummary[]> =>
    listUnder<ProjectSummary>(await request("GET", "/api/projects"), "projects"),
  createProject: (given: { name: string; id?: string; template: string }): Promise<ProjectSummary> =>
    request("POST", "/api/projects", { body: given }),
  importProject: (zip: Blob): Promise<ProjectSummary> =>
    request("POST", "/api/projects/import", { body: zip, headers: { "Content-Type": "application/zip" } }),
  deleteProject: (project: string): Promise<void> => request("DELETE", projectUrl(project)),
  exportUrl: (project: string): string => projectUrl(project, "/export"),
  content: <T = Json>(project: string, section: string): Promise<T> =>
    request("GET", projectUrl(project, `/content/${part(section)}`)),
  /** `stream`: by which this page hears; with its end the page counts as gone. */
  presence: (project: string, flow: string | null, step: string | null, stream: string): Promise<unknown> =>
    request("POST", projectUrl(project, "/presence"), { body: { client: PAGE_ID, flow, step, stream } }),
  leave: (project: string): Promise<unknown> =>
    request("POST", projectUrl(project, "/presence"), { body: { client: PAGE_ID, is_leaving: true }, keepalive: true }),
  me: (): Promise<Person> => request("GET", "/api/me"),
  speech: async (project: string, text: string): Promise<Blob> =>
    (await send("POST", projectUrl(project, "/speech"), { body: { text }, headers: { Accept: "audio/wav" } })).blob(),
};
