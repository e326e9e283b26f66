/** A step that says something or runs code. */

import { Link } from "@tanstack/react-router";
import { inspectorStrings } from "../../strings/en/inspector";
import { type Flow, NOT_THERE, type Step } from "../api/types";
import { newResponse } from "../canvas/gestures";
import { targetOf } from "../canvas/stepWords";
import { useDoc, useProject } from "../document/DocumentProvider";
import { optionOf } from "../problems/unreadable";
import { Choice, Field } from "../ui/Field";
import { Combobox } from "../ui/Combobox";
import { ResponseText } from "./ResponseText";
import { Section } from "./Section";
import { useEdit } from "./useEdit";

const words = inspectorStrings.action;
const EFFECTS = ["", "none", "read", "write"] as const;

export function ActionForm({ flow, step }: { flow: Flow; step: Step }) {
  const { project } = useProject();
  const outline = useDoc((state) => state.outline);
  const edit = useEdit(flow, step.key);
  const name = targetOf(step);
  const isUtterance = name.startsWith("utter_");
  const options = [
    ...(outline?.responses ?? []).map((each) => optionOf(each)),
    ...(outline?.actions ?? []).filter((each) => !each.name.startsWith("utter_")).map((each) => optionOf(each, each.effect)),
  ];
  const effect = EFFECTS.find((each) => each === step.fields.effect) ?? "";
  const create = (given: string): void => {
    const target = given.replace(/[^A-Za-z0-9_]+/g, "_");
    const isSaid = target.startsWith("utter_");
    edit.send(isSaid ? inspectorStrings.labels.createResponse(target) : inspectorStrings.labels.createAction(target), [
      isSaid ? newResponse(target, given) : { op: "put", section: "actions", name: target, value: {}, seen: NOT_THERE },
      { op: "set_field", flow: flow.id, key: step.key, path: ["action"], value: target },
    ]);
  };
  return (
    <Section title={isUtterance ? words.says : words.runs}>
      <Field label={words.name} help={words.nameHelp}>
        {({ id, describedBy }) => (
          <Combobox
            id={id}
            label={words.name}
            describedBy={describedBy}
            value={name}
            options={options}
            onChange={(value) => edit.set(["action"], value, words.name)}
            onCreate={create}
            testId="action-name"
          />
        )}
      </Field>
      {isUtterance ? (
        <ResponseText
          name={name}
          label={words.text}
          help={
            <>
              {words.textHelp}{" "}
              <Link to="/studio/$project/content/$section" params={{ project, section: "responses" }} search={{ find: name }} className="text-accent underline underline-offset-2">
                {words.seeResponse}
              </Link>
            </>
          }
        />
      ) : (
        <Field label={words.effect} help={words.effectHelp}>
          {({ id, describedBy }) => (
            <Choice
              id={id}
              describedBy={describedBy}
              value={effect}
              options={EFFECTS.map((value) => ({ value, label: words.effects[value] }))}
              onChange={(value) => edit.set(["effect"], value === "" ? undefined : value, words.effect)}
            />
          )}
        </Field>
      )}
    </Section>
  );
}
