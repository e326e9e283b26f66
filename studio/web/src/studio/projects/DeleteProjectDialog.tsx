/** Asks before an assistant goes into the bin. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { projectsStrings as words } from "../../strings/en/projects";
import { studioApi } from "../api/client";
import { wordsOf } from "../api/http";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import type { Assistant } from "./projectsApi";

export function DeleteProjectDialog({ project, onDone }: { project: Assistant; onDone: () => void }) {
  const queries = useQueryClient();
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => studioApi.deleteProject(project.id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["projects"] });
      onDone();
    },
  });
  return (
    <Dialog
      title={words.deleteTitle(project.name)}
      isOpen
      onClose={onDone}
      testId="delete-dialog"
      footer={
        <>
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button weight="danger" disabled={isPending} onClick={() => mutate()} data-testid="confirm-delete">
            {words.delete}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-2 p-4 text-sm">
        <p className="text-soft">{words.deleteHint}</p>
        {error !== null && <p role="alert" className="text-danger">{wordsOf(error)}</p>}
      </div>
    </Dialog>
  );
}
