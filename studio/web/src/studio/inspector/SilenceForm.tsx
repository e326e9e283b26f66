/** How long a question waits for an answer: everywhere alike, or channel by channel. */

import { Plus, Trash2 } from "lucide-react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Json } from "../api/types";
import { replacedAt, withoutAt } from "../content/entries";
import { Button, IconButton } from "../ui/Button";
import { silenceOf, silenceValue } from "./collectFields";
import { TextField } from "./TextField";

const words = inspectorStrings.collect;
const LONGEST_S = 600;
const USUAL_S = "7";

/** Whether a text is a number of seconds that can be waited. */
function fault(text: string): string | null {
  const seconds = Number(text);
  return text.trim() !== "" && Number.isFinite(seconds) && seconds > 0 && seconds <= LONGEST_S ? null : words.silenceWrong(LONGEST_S);
}

interface SilenceFormProps {
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}

export function SilenceForm({ value, onChange }: SilenceFormProps) {
  const { everywhere, channels } = silenceOf(value);
  const put = (next: readonly (readonly [string, string])[]): void => onChange(silenceValue(next, value));
  return (
    <div role="group" aria-label={words.silence} className="flex flex-col gap-2">
      {channels.length === 0 && (
        <TextField
          label={words.silence}
          help={words.silenceHelp}
          value={everywhere}
          check={(text) => (text.trim() === "" ? null : fault(text))}
          inputMode="numeric"
          onCommit={(text) => onChange(text.trim() === "" ? undefined : Number(text))}
        />
      )}
      {channels.length > 0 && <p className="text-xs text-soft">{words.silenceChannels}</p>}
      {channels.map(([channel, seconds], index) => (
        <div key={`${index}-${channels.length}`} className="flex items-end gap-1">
          <div className="min-w-0 flex-1">
            <TextField
              label={words.channel}
              value={channel}
              check={(text) => (text.trim() === "" ? words.channelNeeded : channels.some(([other], at) => at !== index && other === text.trim()) ? words.channelTaken : null)}
              onCommit={(text) => put(replacedAt(channels, index, [text.trim(), seconds] as const))}
            />
          </div>
          <div className="w-24">
            <TextField label={words.seconds} value={seconds} inputMode="numeric" check={fault} onCommit={(text) => put(replacedAt(channels, index, [channel, text.trim()] as const))} />
          </div>
          <IconButton icon={Trash2} label={words.removeChannel(channel)} onClick={() => put(withoutAt(channels, index))} />
        </div>
      ))}
      <Button icon={Plus} className="self-start" onClick={() => put([...channels, [fresh(channels), everywhere === "" ? USUAL_S : everywhere]])}>
        {words.addChannel}
      </Button>
    </div>
  );
}

/** A channel that has no seconds of its own yet. */
function fresh(channels: readonly (readonly [string, string])[]): string {
  const usual = ["browser_audio", "twilio_media_streams", "jambonz_stream", "audiocodes_stream", "genesys"];
  return usual.find((name) => !channels.some(([channel]) => channel === name)) ?? `channel_${channels.length + 1}`;
}
