/** The page's call: holds what the components show and carries out what the caller does.
 *
 * A thin shell: what events mean is in `core/conversation`, where the call stands in `core/phase`.
 */

import { toCallMs, UNKNOWN_CLOCK, withPong } from "../core/clock";
import { EMPTY_CONVERSATION, reduce, type Conversation, type PageEvent } from "../core/conversation";
import type { Pong, ServerEvent } from "../core/events";
import { SILENT_METER, stepMeter, type LevelFrame } from "../core/gapMeter";
import {
  endingFor,
  IDLE,
  isInCall,
  stepPhase,
  type Ending,
  type Phase,
  type PhaseEvent,
} from "../core/phase";
import { openLevels, type Levels } from "./levels";
import { LevelMeter } from "./meter";
import { openMicrophone, openSilence, type AudioSource } from "./microphone";
import { CallFailed, failed } from "./problems";
import { placeCall, type RtcCall } from "./rtcCall";

export interface CallSnapshot {
  readonly phase: Phase;
  readonly conversation: Conversation;
  /** The caller has no microphone in this call. */
  readonly isSilent: boolean;
}

export interface PlaceOptions {
  readonly isSilent: boolean;
  readonly deviceId: string;
  /** What the server is told of the call besides, such as which assistant is called. */
  readonly about?: Readonly<Record<string, string>>;
  /** What happened before this call, where it takes up an earlier conversation. */
  readonly before?: readonly ServerEvent[];
}

/** Quick pings first, for a good clock early on; then one now and then. */
const FIRST_PINGS = 5;
const FIRST_PING_MS = 200;
const PING_MS = 5000;

/** All that belongs to one call and is closed with it. */
class Line {
  call: RtcCall | null = null;
  source: AudioSource | null = null;
  levels: Levels | null = null;
  context: AudioContext | null = null;
  remote: MediaStream | null = null;
  pings = 0;
  timer = 0;
  clock = UNKNOWN_CLOCK;
  gap = SILENT_METER;
  isClosed = false;

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.call?.hangUp();
    this.levels?.close();
    this.source?.close();
    if (this.context !== null && this.context.state !== "closed") void this.context.close();
  }
}

export class CallStore {
  readonly meter = new LevelMeter();
  private snapshot: CallSnapshot = { phase: IDLE, conversation: EMPTY_CONVERSATION, isSilent: false };
  private readonly listeners = new Set<() => void>();
  private line: Line | null = null;
  private player: HTMLAudioElement | null = null;
  private readonly hearers = new Set<(event: ServerEvent) => void>();

  /** `isRaw`: take the microphone without the browser's echo and noise handling. */
  constructor(private readonly isRaw: boolean) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Hear every event of the server as it comes; returns what stops it. */
  readonly listen = (hearer: (event: ServerEvent) => void): (() => void) => {
    this.hearers.add(hearer);
    return () => this.hearers.delete(hearer);
  };

  readonly getSnapshot = (): CallSnapshot => this.snapshot;

  /** The element through which the assistant is heard. */
  readonly setPlayer = (player: HTMLAudioElement | null): void => {
    this.player = player;
  };

  async place(options: PlaceOptions): Promise<void> {
    if (isInCall(this.snapshot.phase)) return;
    const line = new Line();
    this.line = line;
    const phase = stepPhase(this.snapshot.phase, { type: "place" });
    const conversation = (options.before ?? []).reduce(reduce, EMPTY_CONVERSATION);
    this.put({ phase, conversation: { ...conversation, activity: "listening" }, isSilent: options.isSilent });
    try {
      line.context = new AudioContext({ latencyHint: "interactive" });
      line.source = options.isSilent
        ? openSilence(line.context)
        : await openMicrophone(options.deviceId, this.isRaw);
      if (line.isClosed) return line.close();
      this.step({ type: "microphone_ready" });
      await this.measure(line, line.source.stream);
      line.call = await placeCall(line.source.stream, this.listenOn(line), options.about);
      if (line.isClosed) line.close();
    } catch (error) {
      if (line.isClosed) return;
      const problem =
        error instanceof CallFailed ? error.problem : failed("connection-failed", String(error)).problem;
      this.finish(line, { type: "failed", at_ms: performance.now(), problem });
    }
  }

  readonly hangUp = (): void => {
    this.line?.call?.send({ type: "hang_up" });
    this.end("caller");
  };

  readonly say = (text: string): void => {
    const trimmed = text.trim();
    if (trimmed === "" || this.line?.call == null) return;
    this.line.call.send({ type: "say", text: trimmed });
    this.fold({ type: "page_typed", text: trimmed });
  };

  /** Press a key of the telephone. */
  readonly press = (key: string): void => this.line?.call?.send({ type: "key", key });

  /** Say nothing for as long as the assistant waits, without waiting. */
  readonly beSilent = (): void => this.line?.call?.send({ type: "silence" });

  /** Forget the last call, where another assistant is called from now on. */
  readonly clear = (): void => {
    if (!isInCall(this.snapshot.phase)) this.put({ phase: IDLE, conversation: EMPTY_CONVERSATION, isSilent: false });
  };

  /** Take in what happened outside the call, such as a slot that was set by hand. */
  readonly takeIn = (event: ServerEvent): void => this.fold(event);

  readonly dismissProblem = (): void => this.step({ type: "problem_dismissed" });

  private listenOn(line: Line): Parameters<typeof placeCall>[1] {
    const isCurrent = (): boolean => this.line === line && !line.isClosed;
    return {
      onConnected: () => {
        if (!isCurrent()) return;
        this.step({ type: "connected", at_ms: performance.now() });
        if (line.pings === 0) this.ping(line);
      },
      onUnsteady: () => isCurrent() && this.step({ type: "unsteady" }),
      onLost: () => {
        if (!isCurrent()) return;
        const code = this.snapshot.phase.kind === "connecting" ? "connection-failed" : "connection-lost";
        this.finish(line, { type: "failed", at_ms: performance.now(), problem: { code, detail: null } });
      },
      onRemoteAudio: (stream) => this.hear(line, stream),
      onMessage: (message) => isCurrent() && this.receive(line, message),
    };
  }

  private receive(line: Line, message: ServerEvent | Pong): void {
    if (message.type === "pong") {
      line.clock = withPong(line.clock, message.client_ms, performance.now(), message.call_ms);
      return;
    }
    this.fold(message);
    for (const hearer of this.hearers) hearer(message);
    if (message.type === "call_ended") this.end(endingFor(message.reason));
  }

  private hear(line: Line, stream: MediaStream): void {
    line.remote = stream;
    line.levels?.setRemote(stream);
    if (this.player === null) return;
    this.player.srcObject = stream;
    this.player
      .play()
      .catch((error: unknown) => console.warn("The assistant's audio could not start.", error));
  }

  /** The call works without the meter, so a browser that cannot run it only loses the figures. */
  private async measure(line: Line, microphone: MediaStream): Promise<void> {
    if (line.context === null) return;
    try {
      line.levels = await openLevels(line.context, microphone, (frame, endPageMs) =>
        this.level(line, frame, endPageMs),
      );
    } catch (error) {
      console.warn("Audio levels are not measured in this browser.", error);
    }
  }

  private level(line: Line, frame: LevelFrame, endPageMs: number): void {
    if (line.isClosed) return;
    this.meter.put(frame.mic);
    const [gap, heard] = stepMeter(line.gap, frame);
    line.gap = gap;
    if (heard === null) return;
    const speechEndMs = toCallMs(line.clock, endPageMs - (frame.endMs - heard.speechEndMs));
    this.fold({ type: "page_heard_gap", gap_ms: heard.gapMs, speech_end_ms: speechEndMs });
  }

  private ping(line: Line): void {
    if (line.isClosed) return;
    line.call?.send({ type: "ping", client_ms: performance.now() });
    line.pings += 1;
    const wait = line.pings < FIRST_PINGS ? FIRST_PING_MS : PING_MS;
    line.timer = window.setTimeout(() => this.ping(line), wait);
  }

  private end(ending: Ending): void {
    if (this.line !== null) this.finish(this.line, { type: "ended", at_ms: performance.now(), ending });
  }

  private finish(line: Line, event: PhaseEvent): void {
    line.close();
    if (this.line === line) this.line = null;
    this.meter.reset();
    this.step(event);
  }

  private step(event: PhaseEvent): void {
    this.put({ ...this.snapshot, phase: stepPhase(this.snapshot.phase, event) });
  }

  private fold(event: ServerEvent | PageEvent): void {
    this.put({ ...this.snapshot, conversation: reduce(this.snapshot.conversation, event) });
  }

  private put(snapshot: CallSnapshot): void {
    this.snapshot = snapshot;
    for (const listener of this.listeners) listener();
  }
}
