/** What the page of all assistants asks of the server. */

import { request } from "../api/http";
import type { ProjectSummary } from "../api/types";

export interface Template {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export interface Assistant extends ProjectSummary {
  readonly folder: string;
  readonly is_own: boolean;
  readonly is_served: boolean;
}

export interface ImportedAssistant extends ProjectSummary {
  readonly left_out: { path: string; reason: string }[];
}

export const projectsApi = {
  templates: (): Promise<readonly Template[]> => request("GET", "/api/templates"),
  import: (zip: Blob, name: string): Promise<ImportedAssistant> =>
    request("POST", `/api/projects/import?name=${encodeURIComponent(name)}`, { body: zip, headers: { "Content-Type": "application/zip" } }),
  importFolder: (folder: string): Promise<ImportedAssistant> => request("POST", "/api/projects/import", { body: { folder } }),
};
