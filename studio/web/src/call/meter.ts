/** The microphone's level, kept apart from React's state: it changes far more often than anything else. */

export class LevelMeter {
  private level = 0;
  private readonly listeners = new Set<(level: number) => void>();

  /** Follow the level, 0 to 1 on a scale that is even to the ear. Returns how to stop. */
  follow(listener: (level: number) => void): () => void {
    this.listeners.add(listener);
    listener(this.level);
    return () => this.listeners.delete(listener);
  }

  /** Take in a root mean square of 0 to 1; the meter rises at once and falls slowly. */
  put(rms: number): void {
    const decibel = 20 * Math.log10(Math.max(rms, 1e-5));
    const loudness = Math.min(1, Math.max(0, (decibel - QUIET_DB) / (LOUD_DB - QUIET_DB)));
    this.level = Math.max(loudness, this.level * FALL);
    for (const listener of this.listeners) listener(this.level);
  }

  reset(): void {
    this.level = 0;
    for (const listener of this.listeners) listener(0);
  }
}

const QUIET_DB = -60;
const LOUD_DB = -12;
const FALL = 0.93;
