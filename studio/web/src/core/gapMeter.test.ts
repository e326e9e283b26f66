import { expect, it } from "vitest";
import { SILENT_METER, stepMeter, type HeardGap } from "./gapMeter";

const FRAME_MS = 10;
const LOUD = 0.1;

/** One character is 10 ms: `#` loud, `.` quiet, `~` the hiss of a microphone. */
function measure(mic: string, remote: string): HeardGap[] {
  const level = { "#": LOUD, ".": 0, "~": 0.004 } as Record<string, number>;
  let meter = SILENT_METER;
  const gaps: HeardGap[] = [];
  for (let i = 0; i < mic.length; i += 1) {
    const frame = {
      endMs: (i + 1) * FRAME_MS,
      lengthMs: FRAME_MS,
      mic: level[mic[i] ?? "."] ?? 0,
      remote: level[remote[i] ?? "."] ?? 0,
    };
    const [next, heard] = stepMeter(meter, frame);
    meter = next;
    if (heard !== null) gaps.push(heard);
  }
  return gaps;
}

it("measures from the end of speech to the first sound of the answer", () => {
  const mic = ".".repeat(50) + "#".repeat(100) + ".".repeat(100);
  const remote = ".".repeat(210) + "#".repeat(40);
  expect(measure(mic, remote)).toEqual([{ gapMs: 600, speechEndMs: 1500 }]);
});

it("is not misled by pauses within the answer", () => {
  const mic = "#".repeat(50) + ".".repeat(200);
  const remote = ".".repeat(100) + "#".repeat(20) + ".".repeat(10) + "#".repeat(20) + ".".repeat(100);
  expect(measure(mic, remote)).toHaveLength(1);
});

it("measures nothing when the assistant speaks first", () => {
  expect(measure(".".repeat(100), ".".repeat(50) + "#".repeat(50))).toEqual([]);
});

it("hears no speech in hiss and clicks", () => {
  const mic = "~".repeat(100) + "###" + "~".repeat(97);
  expect(measure(mic, ".".repeat(150) + "#".repeat(50))).toEqual([]);
});

it("finds speech above the hiss", () => {
  const mic = "~".repeat(100) + "#".repeat(50) + "~".repeat(100);
  expect(measure(mic, ".".repeat(200) + "#".repeat(50))).toEqual([{ gapMs: 500, speechEndMs: 1500 }]);
});

it("does not take an answer that comes much later for this turn's", () => {
  expect(measure("#".repeat(20) + ".".repeat(1000), ".".repeat(1000) + "#".repeat(20))).toEqual([]);
});
