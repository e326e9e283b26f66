/** Says a text with the assistant's voice; says kindly where there is none. */

import { LoaderCircle, Play, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { contentStrings } from "../../strings/en/content";
import { studioApi } from "../api/client";
import { ApiProblem, ServerUnreachable, wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { IconButton } from "../ui/Button";
import { toast } from "../ui/toasts";

type State = "idle" | "loading" | "playing";
const ICONS = { idle: Play, loading: LoaderCircle, playing: Square };

export function PlayButton({ text, label = contentStrings.play }: { text: string; label?: string }) {
  const { project } = useProject();
  const [state, setState] = useState<State>("idle");
  const player = useRef<{ audio: HTMLAudioElement; url: string } | null>(null);
  const asked = useRef(0);
  const end = (): void => {
    asked.current += 1;
    if (player.current !== null) {
      player.current.audio.pause();
      URL.revokeObjectURL(player.current.url);
      player.current = null;
    }
    setState("idle");
  };
  const ending = useRef(end);
  ending.current = end;
  useEffect(() => () => ending.current(), []);
  const play = async (): Promise<void> => {
    const plain = text.replace(/[{}]/g, " ").trim();
    if (plain === "") {
      toast.info(contentStrings.saysNothing);
      return;
    }
    setState("loading");
    const mine = (asked.current += 1);
    try {
      const url = URL.createObjectURL(await studioApi.speech(project, plain.slice(0, 1000)));
      if (mine !== asked.current) return URL.revokeObjectURL(url);
      const audio = new Audio(url);
      player.current = { audio, url };
      audio.onended = end;
      await audio.play();
      setState("playing");
    } catch (error) {
      if (mine !== asked.current) return;
      end();
      // A server that starts or has no voice answers 503, which reads as "unreachable" without a body.
      const isVoiceless = error instanceof ServerUnreachable || (error instanceof ApiProblem && error.status === 503);
      toast.info(isVoiceless ? contentStrings.noVoice : wordsOf(error));
    }
  };
  return (
    <IconButton
      icon={ICONS[state]}
      label={state === "playing" ? contentStrings.stop : state === "loading" ? contentStrings.playing : label}
      isOn={state === "playing"}
      onClick={() => (state === "idle" ? void play() : end())}
      data-testid="play"
    />
  );
}
