/** Tokens: how programs come in. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { peopleStrings as words } from "../../strings/en/people";
import { wordsOf } from "../api/http";
import { Badge, Empty, SkeletonRows } from "../ui/Bits";
import { Button, IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { toast } from "../ui/toasts";
import { ago } from "../ui/time";
import { NewTokenDialog } from "./NewTokenDialog";
import { OnceDialog } from "./OnceDialog";
import { peopleApi, type Token } from "./peopleApi";

const TOKENS = ["tokens"];

export function Tokens() {
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<{ name: string; text: string } | null>(null);
  const [ending, setEnding] = useState<Token | null>(null);
  const queries = useQueryClient();
  const { data: tokens, error } = useQuery({ queryKey: TOKENS, queryFn: peopleApi.tokens });
  const end = useMutation({
    mutationFn: peopleApi.endToken,
    onSettled: () => void queries.invalidateQueries({ queryKey: TOKENS }),
    onError: (problem) => toast.error(wordsOf(problem)),
  });
  const create = (
    <Button weight="accent" icon={Plus} onClick={() => setMaking(true)} data-testid="new-token">
      {words.newToken}
    </Button>
  );
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-sm text-soft">{words.tokensHint}</p>
        {tokens !== undefined && tokens.length > 0 && create}
      </div>
      {error !== null && <p role="alert" className="text-sm text-danger">{wordsOf(error)}</p>}
      {tokens === undefined && error === null && <SkeletonRows count={2} />}
      {tokens?.length === 0 && (
        <div className="rounded-lg border bg-surface">
          <Empty icon={KeyRound} title={words.noTokens} hint={words.tokensHint}>{create}</Empty>
        </div>
      )}
      {tokens !== undefined && tokens.length > 0 && (
        <ul className="divide-y rounded-lg border bg-surface">
          {tokens.map((token) => (
            <li key={token.id} className="flex flex-wrap items-center gap-3 px-4 py-3 text-sm" data-testid={`token-${token.name}`}>
              <span className="min-w-40 flex-1 font-medium">{token.name}</span>
              <Badge>{words.roles[token.role]}</Badge>
              {token.made_by !== null && <span className="text-xs text-soft">{words.madeBy(token.made_by)}</span>}
              <span className="text-xs text-soft">{token.used_at === null ? words.neverUsed : words.used(ago(token.used_at, Date.now()))}</span>
              <span className="text-xs text-soft">{token.expires_at === null ? words.neverExpires : words.expires(new Date(token.expires_at * 1000).toLocaleDateString())}</span>
              <IconButton icon={Trash2} label={words.endToken(token.name)} onClick={() => setEnding(token)} />
            </li>
          ))}
        </ul>
      )}
      {isMaking && (
        <NewTokenDialog
          onDone={() => setMaking(false)}
          onMade={(token) => {
            setMaking(false);
            setMade({ name: token.name, text: token.token });
            void queries.invalidateQueries({ queryKey: TOKENS });
          }}
        />
      )}
      {made !== null && <OnceDialog title={words.tokenTitle(made.name)} hint={words.tokenHint} text={made.text} onDone={() => setMade(null)} />}
      {ending !== null && (
        <Dialog
          title={words.endTokenTitle(ending.name)}
          isOpen
          onClose={() => setEnding(null)}
          footer={
            <>
              <Button onClick={() => setEnding(null)}>{words.cancel}</Button>
              <Button
                weight="danger"
                data-testid="confirm"
                onClick={() => {
                  end.mutate(ending.id);
                  setEnding(null);
                }}
              >
                {words.end}
              </Button>
            </>
          }
        >
          <p className="p-4 text-sm text-soft">{words.endTokenHint}</p>
        </Dialog>
      )}
    </>
  );
}
