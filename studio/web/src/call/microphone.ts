/** Gets the caller's audio: the microphone, or silence for callers who type. */

import { failed, microphoneFailure } from "./problems";

export interface AudioSource {
  readonly stream: MediaStream;
  readonly isSilent: boolean;
  close(): void;
}

/** Open the microphone. `isRaw` leaves the browser's echo and noise handling out, for measurements. */
export async function openMicrophone(deviceId: string, isRaw: boolean): Promise<AudioSource> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw failed("insecure-page");
  const processing = !isRaw;
  const audio: MediaTrackConstraints = {
    channelCount: 1,
    echoCancellation: processing,
    noiseSuppression: processing,
    autoGainControl: processing,
    ...(deviceId === "" ? {} : { deviceId: { exact: deviceId } }),
  };
  try {
    const stream = await devices.getUserMedia({ audio });
    return { stream, isSilent: false, close: () => stopTracks(stream) };
  } catch (error) {
    throw microphoneFailure(error);
  }
}

/** A silent track: the call stays two-way, so the server needs no special case. */
export function openSilence(context: AudioContext): AudioSource {
  const { stream } = context.createMediaStreamDestination();
  return { stream, isSilent: true, close: () => stopTracks(stream) };
}

/** Microphones by name; empty until the browser has been allowed to tell their names. */
export async function listMicrophones(): Promise<MediaDeviceInfo[]> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  const all = (await devices?.enumerateDevices()) ?? [];
  return all.filter((device) => device.kind === "audioinput" && device.label !== "");
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
