/** Before the first conversation: chat, or call. */

import { MessageSquare, Mic, Phone } from "lucide-react";
import { tryStrings } from "../../strings/en/try";
import { useProject } from "../document/DocumentProvider";
import { Empty } from "../ui/Bits";
import { Button } from "../ui/Button";
import { useTry } from "./trySession";

export function TryStart() {
  const { project } = useProject();
  const begin = useTry((session) => session.begin);
  return (
    <Empty icon={Mic} title={tryStrings.idle} hint={tryStrings.idleHint}>
      <Button weight="accent" icon={MessageSquare} data-testid="try-chat" autoFocus onClick={() => void begin(project, "chat")}>
        {tryStrings.chat}
      </Button>
      <Button icon={Phone} data-testid="try-call" onClick={() => void begin(project, "call")}>
        {tryStrings.call}
      </Button>
    </Empty>
  );
}
