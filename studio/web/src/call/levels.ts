/** Listens to both sides of a call on one audio clock: the level meter and the gap as heard in this page. */

import type { LevelFrame } from "../core/gapMeter";
import workletUrl from "./levels.worklet?worker&url";

export interface Levels {
  setRemote(stream: MediaStream): void;
  close(): void;
}

/** `onFrame` also gets the page's time (performance.now) at the end of the frame. */
export async function openLevels(
  context: AudioContext,
  microphone: MediaStream,
  onFrame: (frame: LevelFrame, endPageMs: number) => void,
): Promise<Levels> {
  await context.audioWorklet.addModule(workletUrl);
  const node = new AudioWorkletNode(context, "levels", { numberOfInputs: 2, numberOfOutputs: 1 });
  node.port.onmessage = ({ data }: MessageEvent<LevelFrame>) => {
    onFrame(data, performance.now() - (context.currentTime * 1000 - data.endMs));
  };
  context.createMediaStreamSource(microphone).connect(node, 0, 0);
  // Its output is silence; only what is connected to the destination is certain to be run.
  node.connect(context.destination);
  const setRemote = (stream: MediaStream): void => {
    context.createMediaStreamSource(stream).connect(node, 0, 1);
  };
  const close = (): void => {
    node.port.onmessage = null;
    node.disconnect();
  };
  return { setRemote, close };
}
