/** A new assistant: a template, a name, and the identifier that is made from it. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { projectsStrings as words } from "../../strings/en/projects";
import { studioApi } from "../api/client";
import { wordsOf } from "../api/http";
import { SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, TextInput } from "../ui/Field";
import { freeIdOf, isProjectId } from "./projectId";
import { projectsApi } from "./projectsApi";
import { TemplatePicture } from "./TemplatePicture";

export function NewProjectDialog({ taken, onDone }: { taken: readonly string[]; onDone: () => void }) {
  const [name, setName] = useState("");
  const [ownId, setOwnId] = useState<string | null>(null);
  const [template, setTemplate] = useState("appointments");
  const [isTried, setTried] = useState(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data: templates, error: notListed } = useQuery({ queryKey: ["templates"], queryFn: projectsApi.templates });
  const id = ownId ?? freeIdOf(name, taken);
  const idFault = id === "" ? (isTried ? words.idWrong : null) : !isProjectId(id) ? words.idWrong : taken.includes(id) ? words.idTaken : null;
  const nameFault = isTried && name.trim() === "" ? words.nameMissing : null;
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => studioApi.createProject({ name: name.trim(), id, template }),
    onSuccess: (project) => {
      void queries.invalidateQueries({ queryKey: ["projects"] });
      void navigate({ to: "/studio/$project/flows", params: { project: project.id } });
    },
  });
  const save = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== "" && isProjectId(id) && !taken.includes(id)) mutate();
  };
  return (
    <Dialog title={words.create} isOpen onClose={onDone} width="medium" testId="new-project-dialog">
      <form className="flex flex-col gap-4 p-4" onSubmit={save}>
        <Field label={words.name} help={words.nameHelp} error={nameFault}>
          {({ id: field, describedBy }) => <TextInput id={field} aria-describedby={describedBy} autoFocus maxLength={200} value={name} onChange={setName} data-testid="project-name" />}
        </Field>
        <Field label={words.id} help={words.idHelp} error={idFault}>
          {({ id: field, describedBy }) => <TextInput id={field} aria-describedby={describedBy} value={id} onChange={setOwnId} aria-invalid={idFault !== null} data-testid="project-id" />}
        </Field>
        <fieldset>
          <legend className="mb-1 text-xs font-medium">{words.template}</legend>
          {templates === undefined && notListed === null && <SkeletonRows count={2} />}
          {notListed !== null && <p role="alert" className="text-xs text-danger">{wordsOf(notListed)}</p>}
          <div className="grid gap-2 sm:grid-cols-2">
            {templates?.map((each) => (
              <label key={each.id} className="flex cursor-pointer flex-col gap-2 rounded-lg border p-3 hover:border-edge has-checked:border-accent has-checked:bg-accent-wash has-focus-visible:outline-2 has-focus-visible:outline-accent" data-testid={`template-${each.id}`}>
                <TemplatePicture template={each.id} />
                <span className="flex items-center gap-2 text-sm font-medium">
                  <input type="radio" name="template" value={each.id} checked={template === each.id} onChange={() => setTemplate(each.id)} className="accent-accent" />
                  {each.name}
                </span>
                <span className="text-xs text-soft">{each.description}</span>
              </label>
            ))}
          </div>
        </fieldset>
        {error !== null && <p role="alert" className="text-sm text-danger">{wordsOf(error)}</p>}
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button weight="accent" type="submit" disabled={isPending} data-testid="create-project">
            {words.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
