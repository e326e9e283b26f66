/** Measures the gap as a caller hears it, from loudness alone.
 *
 * Microphone and assistant arrive as levels on one audio clock. The gap of a turn is the time from the last
 * loud moment of the microphone to the first loud moment of the assistant after a silence of its own:
 *
 *     microphone  ..#######.................
 *     assistant   .................######...
 *                          |<-gap->|
 */

/** Loudness of both sides over one short stretch of audio. `endMs` is its end on the audio clock. */
export interface LevelFrame {
  readonly endMs: number;
  readonly lengthMs: number;
  /** Root mean square of the samples, 0 to 1. */
  readonly mic: number;
  readonly remote: number;
}

export interface HeardGap {
  readonly gapMs: number;
  /** When the caller's last loud moment ended, on the audio clock. */
  readonly speechEndMs: number;
}

export interface GapMeter {
  readonly noise: number;
  readonly loudRunMs: number;
  readonly speechEndMs: number | null;
  readonly remoteQuietMs: number;
}

/** The microphone counts as loud this far above its noise (12 dB), and never below -46 dB full scale. */
const MIC_OVER_NOISE = 4;
const MIC_FLOOR = 0.005;
/** Shorter loud runs are clicks, not speech. */
const MIC_MIN_RUN_MS = 60;
/** The assistant's silence is digital, so a low threshold finds its first audible sample. */
const REMOTE_FLOOR = 0.003;
/** Pauses inside a reply are shorter than this. */
const REMOTE_QUIET_MS = 300;
/** Beyond this the two sounds do not belong to one turn. */
const LONGEST_GAP_MS = 8000;
const NOISE_FALL = 0.2;
const NOISE_RISE = 0.002;
/** Noise never counts for more than this, so that speech from the first moment on is still speech. */
const NOISE_CEILING = 0.02;

export const SILENT_METER: GapMeter = {
  noise: 0,
  loudRunMs: 0,
  speechEndMs: null,
  remoteQuietMs: REMOTE_QUIET_MS,
};

/** Take in the next frame; the gap comes out at the frame in which the assistant becomes audible. */
export function stepMeter(meter: GapMeter, frame: LevelFrame): [GapMeter, HeardGap | null] {
  const noise = Math.min(NOISE_CEILING, trackNoise(meter.noise, frame.mic));
  const isMicLoud = frame.mic > Math.max(MIC_FLOOR, noise * MIC_OVER_NOISE);
  const loudRunMs = isMicLoud ? meter.loudRunMs + frame.lengthMs : 0;
  const isSpeech = loudRunMs >= MIC_MIN_RUN_MS;
  const speechEndMs = isSpeech ? frame.endMs : meter.speechEndMs;
  const isRemoteLoud = frame.remote > REMOTE_FLOOR;
  const next = {
    noise,
    loudRunMs,
    speechEndMs,
    remoteQuietMs: isRemoteLoud ? 0 : meter.remoteQuietMs + frame.lengthMs,
  };
  if (!isRemoteLoud || meter.remoteQuietMs < REMOTE_QUIET_MS || speechEndMs === null) return [next, null];
  const gapMs = frame.endMs - frame.lengthMs - speechEndMs;
  const measured = { ...next, speechEndMs: null };
  if (gapMs < 0 || gapMs > LONGEST_GAP_MS) return [measured, null];
  return [measured, { gapMs: Math.round(gapMs), speechEndMs }];
}

function trackNoise(noise: number, level: number): number {
  return noise + (level - noise) * (level < noise ? NOISE_FALL : NOISE_RISE);
}
