/** The words of comments on steps and flows in English. */

export const commentStrings = {
  title: "Comments",
  ofStep: "Comments on this step",
  ofFlow: "Comments on this flow",
  open: (count: number) => (count === 1 ? "1 open comment" : `${count} open comments`),
  onFlow: (count: number) => (count === 0 ? "Comments on the flow" : `Comments on the flow: ${count} open`),
  write: "Write a comment",
  placeholder: "Ask or tell the others something about it",
  send: "Comment",
  answer: "Answer",
  answerTo: (name: string) => `Answer ${name}`,
  settle: "Settle",
  reopen: "Open again",
  settled: (count: number) => `Settled (${count})`,
  delete: "Delete",
  deleteAll: (count: number) => (count === 1 ? "Delete it with 1 answer" : `Delete it with ${count} answers`),
  keep: "Keep",
  gone: (step: string) => `was on the step “${step}”, which is gone`,
  changed: "changed",
  lost: "The comments could not be loaded.",
  announce: { added: "Comment added", settled: "Comment settled", reopened: "Comment open again", deleted: "Comment deleted" },
};
