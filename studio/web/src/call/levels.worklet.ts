/** Reports how loud both inputs are, every few milliseconds, on the audio clock. */

// The worklet scope's own names, which TypeScript's DOM library does not know.
declare const sampleRate: number;
declare const currentFrame: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;

const FRAME_MS = 10;

class Levels extends AudioWorkletProcessor {
  private readonly frameSamples = Math.round((sampleRate * FRAME_MS) / 1000);
  private micEnergy = 0;
  private remoteEnergy = 0;
  private samples = 0;

  process(inputs: Float32Array[][]): boolean {
    const [mic, remote] = [inputs[0]?.[0], inputs[1]?.[0]];
    const block = mic?.length ?? remote?.length ?? 128;
    this.micEnergy += energy(mic);
    this.remoteEnergy += energy(remote);
    this.samples += block;
    if (this.samples >= this.frameSamples) this.report(currentFrame + block);
    return true;
  }

  private report(endFrame: number): void {
    this.port.postMessage({
      endMs: (endFrame * 1000) / sampleRate,
      lengthMs: (this.samples * 1000) / sampleRate,
      mic: Math.sqrt(this.micEnergy / this.samples),
      remote: Math.sqrt(this.remoteEnergy / this.samples),
    });
    this.micEnergy = this.remoteEnergy = this.samples = 0;
  }
}

function energy(samples: Float32Array | undefined): number {
  let sum = 0;
  for (const sample of samples ?? []) sum += sample * sample;
  return sum;
}

registerProcessor("levels", Levels);
