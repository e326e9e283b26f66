/** The conversation as a test: shown, named, saved, and run at once. */

import { CircleCheck, CircleX } from "lucide-react";
import { useEffect, useState } from "react";
import { tryStrings } from "../../strings/en/try";
import { wordsOf } from "../api/http";
import { useDoc, useProject } from "../document/DocumentProvider";
import { SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, TextArea, TextInput } from "../ui/Field";
import { freeFile } from "./turns";
import { type MadeTest, type SavedTest, tryApi } from "./tryApi";

const words = tryStrings.test;
/** The test is written anew when its name has not been changed for so long. */
const TYPED_MS = 300;

export default function MakeTestDialog({ conversation, onClose }: { conversation: string; onClose: () => void }) {
  const { project, store } = useProject();
  const files = useDoc((state) => state.outline?.files);
  const [name, setName] = useState<string | null>(null);
  const [path, setPath] = useState<string | null>(null);
  const [made, setMade] = useState<MadeTest | null>(null);
  const [yaml, setYaml] = useState("");
  const [saved, setSaved] = useState<SavedTest | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    const load = async (): Promise<void> => {
      try {
        const test = await tryApi.test(conversation, name === null || name.trim() === "" ? null : name.trim());
        setMade(test);
        setYaml(test.yaml);
      } catch (error) {
        setTrouble(wordsOf(error));
      }
    };
    const timer = window.setTimeout(() => void load(), name === null ? 0 : TYPED_MS);
    return () => clearTimeout(timer);
  }, [conversation, name]);
  const file = path ?? freeFile(name ?? made?.name ?? "", (files ?? []).map((each) => each.path));
  const save = async (): Promise<void> => {
    setBusy(true);
    setTrouble(null);
    try {
      setSaved(await tryApi.saveTest(project, { path: file, yaml, conversation }));
      void store.getState().refresh();
    } catch (error) {
      setTrouble(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={words.title}
      isOpen
      onClose={onClose}
      width="medium"
      testId="make-test"
      footer={
        saved !== null ? (
          <Button weight="accent" onClick={onClose}>
            {words.close}
          </Button>
        ) : (
          <Button weight="accent" data-testid="test-save" disabled={made === null || isBusy} onClick={() => void save()}>
            {words.save}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4 p-4">
        {trouble !== null && (
          <p role="alert" className="text-sm whitespace-pre-line text-danger">
            {trouble}
          </p>
        )}
        {saved !== null ? (
          <Result saved={saved} />
        ) : made === null ? (
          <SkeletonRows />
        ) : (
          <>
            <Field label={words.name}>
              {({ id }) => <TextInput id={id} value={name ?? made.name} onChange={setName} data-testid="test-name" maxLength={120} />}
            </Field>
            <Field label={words.file} help={words.fileHelp}>
              {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} value={file} onChange={setPath} data-testid="test-file" />}
            </Field>
            {made.notes.length > 0 && (
              <div className="text-xs text-warning">
                <p className="font-medium">{words.notes}</p>
                <ul className="list-inside list-disc">
                  {made.notes.map((note) => (
                    <li key={note}>{note}</li>
                  ))}
                </ul>
              </div>
            )}
            <Field label={words.preview}>
              {({ id }) => <TextArea id={id} value={yaml} onChange={setYaml} className="min-h-64 font-mono text-xs" data-testid="test-yaml" spellCheck={false} />}
            </Field>
          </>
        )}
      </div>
    </Dialog>
  );
}

function Result({ saved }: { saved: SavedTest }) {
  const failure = saved.cases.find((one) => one.failure !== null)?.failure ?? null;
  const Icon = saved.is_passed ? CircleCheck : CircleX;
  return (
    <div className="flex flex-col gap-3" role="status" data-testid="test-result" data-passed={saved.is_passed}>
      <p className={`flex items-center gap-2 text-base font-semibold ${saved.is_passed ? "text-accent-strong" : "text-danger"}`}>
        <Icon className="size-5" aria-hidden="true" />
        {saved.is_passed ? words.passed : words.failed}
      </p>
      <p className="text-sm">{words.savedTo(saved.path)}</p>
      {failure !== null && (
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
          <dt className="font-medium">{words.expected}</dt>
          <dd className="break-words">{failure.expected}</dd>
          <dt className="font-medium">{words.actual}</dt>
          <dd className="break-words whitespace-pre-line">{failure.actual.join("\n")}</dd>
        </dl>
      )}
    </div>
  );
}
