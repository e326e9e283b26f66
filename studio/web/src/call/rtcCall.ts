/** One WebRTC call: offer and answer over HTTP, audio both ways, events on the data channel.
 *
 * Candidates are gathered before the offer goes out (no trickle), the answer's `Location` ends the call.
 */

import { parseMessage, type ClientMessage, type Pong, type ServerEvent } from "../core/events";
import { failed, refusal } from "./problems";

export interface CallListener {
  onConnected(): void;
  onUnsteady(): void;
  /** The connection is gone for good; nothing follows. */
  onLost(): void;
  onRemoteAudio(stream: MediaStream): void;
  onMessage(message: ServerEvent | Pong): void;
}

export interface RtcCall {
  send(message: ClientMessage): void;
  /** End the call here and on the server. Safe to repeat, and while the page goes away. */
  hangUp(): void;
}

const OFFER_PATH = "/rtc/offer";
const EVENTS_CHANNEL = "events";
const GATHERING_LIMIT_MS = 2000;
const CONNECTING_LIMIT_MS = 15_000;
/** A browser reports a lost peer late; beyond this silence the call counts as lost. */
const UNSTEADY_LIMIT_MS = 10_000;

export async function placeCall(
  stream: MediaStream,
  listener: CallListener,
  told: Readonly<Record<string, string>> = {},
): Promise<RtcCall> {
  if (!("RTCPeerConnection" in window)) throw failed("webrtc-missing");
  const peer = new RTCPeerConnection();
  const channel = peer.createDataChannel(EVENTS_CHANNEL, { ordered: true });
  for (const track of stream.getAudioTracks()) {
    peer.addTransceiver(track, { direction: "sendrecv", streams: [stream] });
  }
  peer.ontrack = (event) => listener.onRemoteAudio(event.streams[0] ?? new MediaStream([event.track]));
  let location: string | null = null;
  let isOver = false;

  const hangUp = (): void => {
    if (isOver) return;
    isOver = true;
    watch.stop();
    channel.close();
    peer.close();
    if (location !== null) void release(location);
  };
  const watch = watchConnection(peer, {
    onConnected: () => channel.readyState === "open" && listener.onConnected(),
    onUnsteady: () => listener.onUnsteady(),
    onLost: () => {
      if (isOver) return;
      hangUp();
      listener.onLost();
    },
  });
  channel.onopen = () => listener.onConnected();
  channel.onclose = () => watch.lost();
  channel.onmessage = (event) => {
    const message = parseMessage(event.data);
    if (message !== null) listener.onMessage(message);
  };

  try {
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const answer = await exchange(peer.localDescription?.sdp ?? "", told);
    location = answer.location;
    await peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
  } catch (error) {
    hangUp();
    throw error;
  }
  const send = (message: ClientMessage): void => {
    if (channel.readyState === "open") channel.send(JSON.stringify(message));
  };
  return { send, hangUp };
}

async function exchange(sdp: string, told: Readonly<Record<string, string>>): Promise<{ sdp: string; location: string | null }> {
  let response: Response;
  try {
    const headers = { "Content-Type": "application/sdp" };
    response = await fetch(`${OFFER_PATH}?${about(told)}`, { method: "POST", headers, body: sdp });
  } catch {
    throw failed("server-unreachable");
  }
  if (response.status !== 201) throw await refusal(response);
  return { sdp: await response.text(), location: response.headers.get("Location") };
}

/** What the server should know of the caller: "tomorrow" begins at midnight where the caller is. */
function about(told: Readonly<Record<string, string>>): URLSearchParams {
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return new URLSearchParams(timezone ? { ...told, timezone } : { ...told });
}

/** Tell the server that the call is over; `keepalive` lets it out even while the page closes. */
async function release(location: string): Promise<void> {
  try {
    await fetch(location, { method: "DELETE", keepalive: true });
  } catch {
    // The server is gone as well, and notices a vanished caller by itself.
  }
}

function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHERING_LIMIT_MS);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}

interface Watch {
  lost(): void;
  stop(): void;
}

/** Follow the peer connection's state; `onLost` comes at most once. */
function watchConnection(
  peer: RTCPeerConnection,
  on: { onConnected(): void; onUnsteady(): void; onLost(): void },
): Watch {
  let timer = 0;
  const stop = (): void => {
    clearTimeout(timer);
    peer.onconnectionstatechange = null;
  };
  const lost = (): void => {
    stop();
    on.onLost();
  };
  timer = window.setTimeout(lost, CONNECTING_LIMIT_MS);
  peer.onconnectionstatechange = () => {
    const state = peer.connectionState;
    if (state === "connected") {
      clearTimeout(timer);
      on.onConnected();
    } else if (state === "disconnected") {
      on.onUnsteady();
      clearTimeout(timer);
      timer = window.setTimeout(lost, UNSTEADY_LIMIT_MS);
    } else if (state === "failed" || state === "closed") {
      lost();
    }
  };
  return { lost, stop };
}
