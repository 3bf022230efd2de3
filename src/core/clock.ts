/**
 * The one contract for time. Nothing in `core/` or `audio/` calls it; the shell, the providers and the simulator
 * receive it, so that a whole call runs on a virtual clock in tests.
 */
export interface Clock {
  /** Monotonic time in milliseconds since an arbitrary origin. */
  now(): number;
  /** Calls `wake` once at or after `time`; returns its cancel, which is idempotent and free of effect after the wake. */
  at(time: number, wake: () => void): () => void;
}
