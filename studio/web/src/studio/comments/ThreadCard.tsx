/** One thread: what was said, the answers, and what can be done with it. */

import { Check, Reply, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { commentStrings as words } from "../../strings/en/comments";
import { Button, IconButton } from "../ui/Button";
import { ago } from "../ui/time";
import { Composer } from "./Composer";
import { type CommentGestures, useMayDelete } from "./gestures";
import type { Comment, Thread } from "./threads";

export function ThreadCard({ thread, gestures }: { thread: Thread; gestures: CommentGestures }) {
  const { first, answers, goneStep } = thread;
  const [isAnswering, setAnswering] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const mayDelete = useMayDelete();
  return (
    <article className="flex flex-col gap-2 rounded-md border bg-surface p-3" data-testid={`thread-${first.id}`} data-settled={first.is_settled} aria-label={first.person_name}>
      <Said comment={first} goneStep={goneStep} />
      {answers.map((answer) => (
        <div key={answer.id} className="flex items-start gap-1 border-l-2 border-line pl-3">
          <div className="min-w-0 flex-1">
            <Said comment={answer} goneStep={null} />
          </div>
          {mayDelete(answer.person_id) && <IconButton icon={Trash2} label={words.delete} onClick={() => gestures.remove(answer.id)} />}
        </div>
      ))}
      {isAnswering ? (
        <Composer
          place={`answer|${first.id}`}
          label={words.answerTo(first.person_name)}
          button={words.answer}
          onSend={(text) => gestures.add(text, first.id)}
          onCancel={() => setAnswering(false)}
        />
      ) : isAsking ? (
        <div className="flex flex-wrap gap-2" role="group" aria-label={words.delete}>
          <Button weight="danger" onClick={() => gestures.remove(first.id)} data-testid="comment-delete-all">
            {words.deleteAll(answers.length)}
          </Button>
          <Button onClick={() => setAsking(false)}>{words.keep}</Button>
        </div>
      ) : (
        <div className="-mx-1 -mb-1 flex items-center gap-1">
          <Button weight="ghost" icon={Reply} onClick={() => setAnswering(true)} data-testid="comment-answer">
            {words.answer}
          </Button>
          <Button weight="ghost" icon={first.is_settled ? RotateCcw : Check} onClick={() => gestures.settle(first.id, !first.is_settled)} data-testid="comment-settle">
            {first.is_settled ? words.reopen : words.settle}
          </Button>
          {mayDelete(first.person_id) && (
            <IconButton
              icon={Trash2}
              label={words.delete}
              className="ml-auto"
              data-testid="comment-delete"
              onClick={() => (answers.length === 0 ? gestures.remove(first.id) : setAsking(true))}
            />
          )}
        </div>
      )}
    </article>
  );
}

function Said({ comment, goneStep }: { comment: Comment; goneStep: string | null }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <p className="text-xs text-soft">
        <span className="font-semibold text-ink">{comment.person_name}</span>
        {` · ${ago(comment.at, Date.now())}${comment.changed_at === null ? "" : ` · ${words.changed}`}`}
      </p>
      {goneStep !== null && <p className="text-xs text-warning">{words.gone(goneStep)}</p>}
      <p className="text-sm break-words whitespace-pre-wrap">{comment.text}</p>
    </div>
  );
}
