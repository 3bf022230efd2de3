import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';

/** Where in the call we are, with its recording where there is one. All that shows the time follows this. */
export class Playhead {
  #durationMs: number;
  readonly #audio: HTMLAudioElement | undefined;
  readonly #listeners = new Set<() => void>();
  #positionMs = 0;
  #frame = 0;

  constructor(durationMs: number, url: string | undefined) {
    this.#durationMs = durationMs;
    if (url === undefined) return;
    this.#audio = new Audio();
    this.#audio.preload = 'metadata';
    this.#audio.src = url;
    for (const event of ['play', 'pause', 'ended', 'seeked', 'error']) {
      this.#audio.addEventListener(event, () => this.#follow());
    }
  }

  get positionMs(): number {
    return this.#positionMs;
  }

  get durationMs(): number {
    return this.#durationMs;
  }

  /** The last pieces of a recording come a moment after its call. */
  setDuration(ms: number): void {
    this.#durationMs = ms;
    this.#tell();
  }

  get hasAudio(): boolean {
    return this.#audio !== undefined;
  }

  readonly isPlaying = (): boolean => this.#audio !== undefined && !this.#audio.paused;

  seek(ms: number): void {
    this.#positionMs = Math.max(0, Math.min(this.#durationMs, ms));
    if (this.#audio) this.#audio.currentTime = this.#positionMs / 1_000;
    this.#tell();
  }

  async play(): Promise<void> {
    await this.#audio?.play();
  }

  toggle(): void {
    if (this.isPlaying()) this.#audio?.pause();
    // A browser that cannot play it tells so by the element's error.
    else this.play().catch(() => this.#tell());
  }

  setSpeed(speed: number): void {
    if (this.#audio) this.#audio.playbackRate = speed;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#audio?.pause();
    this.#audio?.removeAttribute('src');
    this.#audio?.load();
  }

  #follow(): void {
    cancelAnimationFrame(this.#frame);
    if (this.#audio && !this.#audio.seeking) this.#positionMs = this.#audio.currentTime * 1_000;
    this.#tell();
    if (this.isPlaying()) this.#frame = requestAnimationFrame(() => this.#follow());
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Stays where it is when the recording comes, or turns out to be longer. */
export function usePlayhead(durationMs: number, url: string | undefined): Playhead | undefined {
  const [playhead, setPlayhead] = useState<Playhead>();
  const duration = useRef(durationMs);
  const position = useRef(0);
  duration.current = durationMs;
  useEffect(() => {
    const opened = new Playhead(duration.current, url);
    opened.seek(position.current);
    setPlayhead(opened);
    return () => {
      position.current = opened.positionMs;
      opened.close();
    };
  }, [url]);
  useEffect(() => playhead?.setDuration(durationMs), [playhead, durationMs]);
  return playhead;
}

/** Whole seconds only: what is drawn each frame subscribes by itself. */
export function useSecond(playhead: Playhead): number {
  const subscribe = useCallback((listener: () => void) => playhead.subscribe(listener), [playhead]);
  return useSyncExternalStore(subscribe, () => Math.floor(playhead.positionMs / 1_000));
}

export function useIsPlaying(playhead: Playhead): boolean {
  const subscribe = useCallback((listener: () => void) => playhead.subscribe(listener), [playhead]);
  return useSyncExternalStore(subscribe, playhead.isPlaying);
}
