/** What can be done with comments, sent to the server. */

import { useQueryClient } from "@tanstack/react-query";
import { commentStrings as words } from "../../strings/en/comments";
import { wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { useSession } from "../people/useSession";
import { useShell } from "../shell/shellStore";
import { toast } from "../ui/toasts";
import { commentsApi } from "./commentsApi";
import { commentsKey } from "./useComments";

export interface CommentGestures {
  /** Resolves to whether the server took it. */
  add(text: string, thread: string | null): Promise<boolean>;
  settle(id: string, isSettled: boolean): void;
  remove(id: string): void;
}

export function useCommentGestures(flow: string, step: string | null): CommentGestures {
  const { project } = useProject();
  const queries = useQueryClient();
  const done = async (asked: Promise<unknown>, said: string): Promise<boolean> => {
    try {
      await asked;
      useShell.getState().announce(said);
      return true;
    } catch (error) {
      toast.error(wordsOf(error));
      return false;
    } finally {
      await queries.invalidateQueries({ queryKey: commentsKey(project) });
    }
  };
  return {
    add: (text, thread) => done(commentsApi.add(project, flow, step, text, thread), words.announce.added),
    settle: (id, isSettled) => void done(commentsApi.settle(project, id, isSettled), isSettled ? words.announce.settled : words.announce.reopened),
    remove: (id) => void done(commentsApi.remove(project, id), words.announce.deleted),
  };
}

/** Whose comments one may delete: one's own, and an admin anybody's. */
export function useMayDelete(): (person: string) => boolean {
  const { session, may } = useSession();
  return (person) => session?.person?.id === person || may("administer");
}
