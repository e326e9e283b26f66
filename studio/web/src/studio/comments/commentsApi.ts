/** What the comments ask of the server. */

import { projectUrl } from "../api/client";
import { request } from "../api/http";
import type { Comment } from "./threads";

const at = (project: string, comment: string): string => projectUrl(project, `/comments/${encodeURIComponent(comment)}`);

export const commentsApi = {
  all: (project: string): Promise<readonly Comment[]> => request("GET", projectUrl(project, "/comments")),
  add: (project: string, flow: string, step: string | null, text: string, thread: string | null): Promise<Comment> =>
    request("POST", projectUrl(project, "/comments"), { body: { flow, step, text, thread } }),
  settle: (project: string, comment: string, isSettled: boolean): Promise<Comment> =>
    request("PATCH", at(project, comment), { body: { is_settled: isSettled } }),
  remove: (project: string, comment: string): Promise<void> => request("DELETE", at(project, comment)),
};
