/** Comments as threads at the steps they are about. Free of React. */

export interface Comment {
  readonly id: string;
  readonly flow: string;
  readonly step: string | null;
  readonly text: string;
  readonly person_id: string;
  readonly person_name: string;
  /** Seconds since 1970. */
  readonly at: number;
  /** The comment that it answers. */
  readonly thread: string | null;
  readonly is_settled: boolean;
  readonly changed_at: number | null;
}

export interface Thread {
  readonly first: Comment;
  readonly answers: readonly Comment[];
  /** The step that it was about, where that is not there any more. */
  readonly goneStep: string | null;
}

/** Every thread of a flow by the key of its step; null for those of the flow, and of steps that are gone. */
export function threadsOf(comments: readonly Comment[], flow: string, steps: ReadonlySet<string>): ReadonlyMap<string | null, readonly Thread[]> {
  const own = comments.filter((comment) => comment.flow === flow);
  const known = new Set(own.map((comment) => comment.id));
  const answers = new Map<string, Comment[]>();
  for (const comment of own) {
    if (comment.thread === null || !known.has(comment.thread)) continue;
    const rows = answers.get(comment.thread);
    if (rows === undefined) answers.set(comment.thread, [comment]);
    else rows.push(comment);
  }
  const threads = new Map<string | null, Thread[]>();
  for (const first of own) {
    if (first.thread !== null && known.has(first.thread)) continue;
    const isGone = first.step !== null && !steps.has(first.step);
    const place = isGone ? null : first.step;
    const thread: Thread = { first, answers: answers.get(first.id) ?? [], goneStep: isGone ? first.step : null };
    const rows = threads.get(place);
    if (rows === undefined) threads.set(place, [thread]);
    else rows.push(thread);
  }
  return threads;
}

export function openCount(threads: readonly Thread[] | undefined): number {
  return (threads ?? []).filter((thread) => !thread.first.is_settled).length;
}
