/** Every word that the page shows, in English. Another language is another file of the same shape. */

import type { NoteEntry } from "../core/conversation";
import type { Stage } from "../core/events";
import type { ShownPart } from "../core/latency";
import type { Ending, ProblemCode } from "../core/phase";

const parts: Record<ShownPart, string> = {
  endpoint: "Endpoint",
  recognition: "Recognition",
  understanding: "Understanding",
  flow: "Flow",
  first_audio: "First audio",
  other: "Other",
};

const stages: Record<Stage, string> = {
  payload: "payload",
  fast_path: "fast path",
  reader: "reader",
  router: "router",
  llm: "language model",
  documents: "documents",
  recorded: "recording",
  none: "nothing",
};

const endings: Record<Ending, string> = {
  caller: "You hung up.",
  assistant: "The assistant ended the call.",
  stopping: "The server is being stopped.",
  broken: "The server met an internal error.",
  lost: "The connection was lost.",
};

const problems: Record<ProblemCode, { title: string; help: string }> = {
  "mic-denied": {
    title: "The microphone is blocked",
    help: "Allow it for this page, using the icon beside the address, and call again. Or go on by typing.",
  },
  "mic-missing": {
    title: "No microphone was found",
    help: "Connect one and call again, or go on by typing.",
  },
  "mic-busy": {
    title: "The microphone is in use",
    help: "Close the program that is using it and call again, or go on by typing.",
  },
  "insecure-page": {
    title: "This address cannot use the microphone",
    help: "Browsers allow it on https addresses and on 127.0.0.1 only. You can go on by typing.",
  },
  "webrtc-missing": {
    title: "This browser cannot place calls",
    help: "WebRTC is missing or switched off. Use a current Firefox, Chrome, Edge or Safari.",
  },
  "server-unreachable": {
    title: "The server does not answer",
    help: "Check that it is running and that you are online, then call again.",
  },
  "server-unavailable": {
    title: "The server takes no calls just now",
    help: "All lines are busy, or it is starting or stopping. Try again in a moment.",
  },
  "offer-refused": {
    title: "The server refused the call",
    help: "It did not accept what this browser offered. Reload the page and call again.",
  },
  "connection-failed": {
    title: "The call could not be connected",
    help: "The server answered, but no audio path was found. A firewall may be blocking UDP.",
  },
  "connection-lost": {
    title: "The connection dropped",
    help: "The conversation so far is kept on this page. Call again to start a new one.",
  },
};

const dropReasons: Record<string, string> = {
  noise: "A noise was ignored",
  backchannel: "A nod was heard, and the reply went on",
  echo: "The assistant heard itself; use headphones if it goes on",
  "nothing was recognised": "Nothing could be recognised",
};

const notes: Record<NoteEntry["note"], (detail: string) => string> = {
  turn_dropped: (reason) => dropReasons[reason] ?? `Not understood: ${reason}`,
  flow_started: (flow) => `${flow} started`,
  flow_completed: (flow) => `${flow} completed`,
  flow_cancelled: (flow) => `${flow} cancelled`,
  fault: (message) => message,
};

export const strings = {
  product: "Vivavoce",
  tagline: "Speak as you would on the phone. You can interrupt at any time.",
  loading: "Loading",
  themes: { system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" },
  views: { label: "View", conversation: "Conversation", details: "Inside the call" },
  call: {
    call: "Call",
    again: "Call again",
    hangUp: "Hang up",
    type: "Type instead",
    microphone: "Microphone",
    microphoneDefault: "Default microphone",
    level: "Microphone level",
    silent: "Typing only",
    tryAgain: "Try again",
    dismiss: "Dismiss",
    readyIdle: "Ready when you are",
  },
  states: {
    asking: "Allow the microphone",
    connecting: "Connecting",
    unsteady: "Connection unsteady",
    listening: "Listening",
    hearing: "Hearing you",
    thinking: "Thinking",
    speaking: "Speaking",
    ended: "Call ended",
  },
  readiness: {
    preparing: "The server is getting ready",
    unreachable: "The server does not answer",
  },
  endings,
  problems,
  transcript: {
    label: "Transcript",
    you: "You",
    waiting: "Say something, or type below.",
    connecting: "Calling the assistant",
    stopped: (seconds: string) => `Stopped after ${seconds} s`,
    unheard: "Stopped before it was heard",
    typed: "typed",
    latest: "Jump to latest",
  },
  suggestions: { title: "Try saying", more: (count: number) => `and ${count} more` },
  composer: { placeholder: "Type a message", send: "Send", label: "Type to the assistant" },
  turn: {
    pending: "Understanding",
    by: (stage: Stage) => `Understood by ${stages[stage] ?? stage}`,
    commands: (count: number) => (count === 1 ? "1 command" : `${count} commands`),
    noCommands: "No command was proposed.",
  },
  notes,
  flow: {
    title: "Flow",
    none: "No active flow",
    noneHint: "It appears here as soon as the assistant knows what you want.",
    done: (name: string) => `${name} is done`,
    step: "Step",
    stackLabel: "What else is on the dialogue stack, topmost first",
    paused: "paused",
    pattern: "pattern",
  },
  slots: {
    title: "Slots",
    name: "Slot",
    value: "Value",
    none: "What the assistant learns in the call is listed here.",
    unset: (count: number) => (count === 1 ? "1 more is empty" : `${count} more are empty`),
  },
  latency: {
    title: "Response time",
    none: "From your last word to the first sound of the answer, turn by turn.",
    parts,
    ms: (value: number) => `${value} ms`,
    median: (value: string) => `median ${value}`,
    heard: (value: string) => `heard here ${value}`,
    heardHint: "Measured in this page, from the end of your voice to the first sound of the answer",
    turn: (number: number) => `Turn ${number}`,
    bar: (number: number) => `Where the gap of turn ${number} went`,
  },
};

export type Strings = typeof strings;
