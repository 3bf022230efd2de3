/**
 * Hears the agent's own voice come back: from a speakerphone, or a hybrid on the line. The loudness of what was sent is
 * compared with the loudness of what is heard, at every delay that a line can have; and in the first moments in which the
 * agent speaks and something is heard, the samples themselves. Where the two go together
 * the path is known, delay and loss; from then on a frame that is no louder than its echo would be is echo, and a caller
 * who speaks over it is louder.
 *
 * Times are in milliseconds of one monotonic clock; levels are kept per 20 ms.
 */
import { EchoWave, FRAME_SAMPLES, type WaveMatch } from './echo-wave.ts';
import { FRAME_MS } from './frame.ts';
import { rmsOfFrame, rmsToDbov } from './level.ts';

/** Levels are remembered for 2.5 s. */
const SLOTS = 128;
/** From the time of playing at the carrier to hearing it: the network twice, and up to 400 ms of echo path. */
const MOST_LAG = 45;
/** Slots that are compared, and how many of them the agent must have spoken in. */
const WINDOW = 40;
/** Slots that a frame may come too early or too late. */
const MOST_JITTER = 3;
const FEWEST_SPOKEN = 20;
/** The path is sought every so many frames. */
const SEEK_EVERY = 4;
const MIN_CORRELATION = 0.85;
/** Two voices go up and down together now and then, but not at the same delay so often in a row. */
const SIGHTINGS = 5;
/** The samples are compared every so many frames, until it is clear that there is no echo. */
const WAVE_EVERY = 2;
const WAVE_TRIES = 40;
/** Two strange voices in the same pitch reach 0.7 now and then, but not at one delay for a third of a second. */
const SURE_CORRELATION = 0.8;
const SURE_SIGHTINGS = 6;
/** Softer than this no detector starts. */
const LOUD_DBOV = -46;
/** Softer than this there is nothing to speak of, sent or heard. */
const AUDIBLE_DBOV = -52;
/** Levels are compared as if none were below. */
const FLOOR_DBOV = AUDIBLE_DBOV - 10;
/** An echo is softer than what made it; 40 dB softer it does not matter. */
const MOST_GAIN_DB = -3;
const LEAST_GAIN_DB = -40;
/** A caller over the echo adds at least so much. */
const MARGIN_DB = 4;
const SILENT_DBOV = -127;
/** Share of a sound that is no copy of what was sent, from which on another voice is in it; and how many times the usual. */
const MOST_STRANGE = 0.3;
const STRANGE_FACTOR = 2.5;
/** How the usual share follows: quickly to what is less, slowly to what is more, which may be a caller. */
const STRANGE_RISE = 0.01;
const STRANGE_FALL = 0.2;
/** So many frames in a row are no mistake, and between two syllables a voice has not gone. */
const SURELY_ANOTHER = 2;
const ANOTHER_LASTS = 5;

interface EchoPath {
  readonly lag: number;
  readonly gainDb: number;
}

export class EchoGuard {
  readonly #sent = new Float32Array(SLOTS).fill(SILENT_DBOV);
  readonly #heard = new Float32Array(SLOTS).fill(SILENT_DBOV);
  #newestSent = Number.NEGATIVE_INFINITY;
  #newestHeard = Number.NEGATIVE_INFINITY;
  #heardInRow = 0;
  /** When anything above the floor of a comparison was heard last. */
  #newestSound = Number.NEGATIVE_INFINITY;
  #frames = 0;
  #seen: EchoPath | undefined;
  #sightings = 0;
  #path: EchoPath | undefined;
  #wave: EchoWave | undefined = new EchoWave(MOST_LAG);
  #waveSeen: WaveMatch | undefined;
  #waveSightings = 0;
  #waveTries = 0;
  /** In samples of the wave, once it is known. */
  #waveLag: number | undefined;
  /** Which share of the echo is usually no copy. */
  #strange = 1;
  /** Frames in a row with another voice in them. */
  #others = 0;
  /** The slot until which one that was surely heard is believed to go on. */
  #anotherUntil = Number.NEGATIVE_INFINITY;

  /** Whether an echo has been found, and where. */
  get delayMs(): number | undefined {
    return this.#path && this.#path.lag * FRAME_MS;
  }

  /** A frame goes out, and is played by the carrier at `playsAt`. */
  sent(frame: Uint8Array, playsAt: number): void {
    const slot = Math.floor(playsAt / FRAME_MS);
    // Slots that were skipped were silent.
    for (let gap = Math.max(this.#newestSent + 1, slot - SLOTS); gap < slot; gap++)
      this.#set(this.#sent, gap, SILENT_DBOV);
    this.#set(this.#sent, slot, levelOf(frame));
    this.#wave?.sent(frame, slot);
    this.#newestSent = Math.max(this.#newestSent, slot);
  }

  /** Whether the frame heard now is only the agent's own voice. */
  isEcho(frame: Uint8Array, now: number): boolean {
    // Heard also while nothing is sent: a noise must not seem to begin with the agent's speech.
    const level = levelOf(frame);
    const slot = this.#hear(level, Math.floor(now / FRAME_MS));
    if (slot > this.#newestSent) this.#wave?.silent(slot);
    this.#wave?.heard(frame);
    // Nothing was sent for as long as an echo could last: there is none to look for.
    if (slot - this.#newestSent > MOST_LAG) return false;
    this.#frames++;
    if (this.#frames % SEEK_EVERY === 0) this.#look(slot);
    if (this.#waveLag === undefined && this.#frames % WAVE_EVERY === 0 && level > LOUD_DBOV) this.#lookClosely(slot);
    if (this.#path === undefined || level <= AUDIBLE_DBOV) return false;
    const expected = this.#expected(this.#path, slot);
    const isAnother = level > expected + MARGIN_DB || this.#isAnother(level, expected, slot);
    this.#others = isAnother ? this.#others + 1 : 0;
    if (this.#others >= SURELY_ANOTHER) this.#anotherUntil = slot + ANOTHER_LASTS;
    return !isAnother && slot > this.#anotherUntil;
  }

  /**
   * Whether another voice is in it, no louder than the echo: much of the sound is no copy of what was sent. How much that
   * is in the echo alone is the line's own, and learned: from one that bends a voice out of shape nothing is to be told.
   */
  #isAnother(level: number, expected: number, slot: number): boolean {
    if (this.#wave === undefined || this.#waveLag === undefined || expected < LOUD_DBOV) return false;
    const share = this.#wave.unexplained(slot, this.#waveLag);
    const isAnother =
      share > MOST_STRANGE && share > STRANGE_FACTOR * this.#strange && level + 10 * Math.log10(share) > LOUD_DBOV;
    this.#strange += (share > this.#strange ? STRANGE_RISE : STRANGE_FALL) * (share - this.#strange);
    return isAnother;
  }

  /** Frames come one after another, whatever the network's jitter; only when time has really jumped the row begins anew. */
  #hear(level: number, slotByClock: number): number {
    const next = this.#newestHeard + 1;
    const isNext = Math.abs(slotByClock - next) <= MOST_JITTER;
    const slot = isNext ? next : slotByClock;
    this.#heardInRow = isNext ? this.#heardInRow + 1 : 1;
    this.#set(this.#heard, slot, level);
    this.#newestHeard = slot;
    if (level > FLOOR_DBOV) this.#newestSound = slot;
    return slot;
  }

  /** The loudest that the echo can be in this slot: delays are no whole frames. */
  #expected({ lag, gainDb }: EchoPath, slot: number): number {
    let loudest = SILENT_DBOV;
    for (let l = lag - 1; l <= lag + 1; l++) loudest = Math.max(loudest, this.#sentAt(slot - l));
    return loudest + gainDb;
  }

  #look(slot: number): void {
    const seen = this.#seek(slot);
    const isAgain = seen && this.#seen && Math.abs(seen.lag - this.#seen.lag) <= 1;
    this.#sightings = isAgain ? this.#sightings + 1 : seen ? 1 : 0;
    this.#seen = seen;
    if (this.#sightings >= SIGHTINGS) this.#found(seen!);
  }

  /** Dear, and therefore only until a line is known to have an echo or to have none. */
  #lookClosely(slot: number): void {
    const match = this.#wave?.match(slot);
    const isAgain = match && this.#waveSeen && Math.abs(match.lag - this.#waveSeen.lag) <= 1;
    this.#waveSeen = match;
    this.#waveSightings = isAgain ? this.#waveSightings + 1 : 1;
    const isSure = isAgain && (match.correlation >= SURE_CORRELATION || this.#waveSightings >= SURE_SIGHTINGS);
    if (isSure && match.gainDb <= MOST_GAIN_DB) {
      this.#waveLag = match.lag;
      this.#found({ lag: Math.round(match.lag / FRAME_SAMPLES), gainDb: match.gainDb });
    } else if (++this.#waveTries >= WAVE_TRIES) this.#wave = undefined;
  }

  /** What was found by loudness alone may be a little beside the delay that the samples have. */
  #found(path: EchoPath): void {
    this.#path = path;
    if (this.#waveLag === undefined) this.#wave = undefined;
  }

  #seek(slot: number): EchoPath | undefined {
    // Silence goes together with nothing.
    if (slot - this.#newestSound >= WINDOW) return undefined;
    let best: EchoPath | undefined;
    let bestCorrelation = MIN_CORRELATION;
    for (let lag = 0; lag <= MOST_LAG; lag++) {
      const match = this.#compare(slot, lag);
      if (!match || match.correlation <= bestCorrelation) continue;
      if (match.gainDb > MOST_GAIN_DB || match.gainDb < LEAST_GAIN_DB) continue;
      bestCorrelation = match.correlation;
      best = { lag, gainDb: match.gainDb };
    }
    return best;
  }

  /** Pearson's correlation of the two levels at this delay, over the slots in which the agent spoke or fell silent. */
  #compare(slot: number, lag: number): { readonly correlation: number; readonly gainDb: number } | undefined {
    const window = Math.min(WINDOW, this.#heardInRow);
    let spoken = 0;
    let [sumX, sumY, sumXX, sumYY, sumXY, gain] = [0, 0, 0, 0, 0, 0];
    for (let back = 0; back < window; back++) {
      const x = Math.max(this.#sentAt(slot - lag - back), FLOOR_DBOV);
      const y = Math.max(this.#heard[(slot - back) & (SLOTS - 1)]!, FLOOR_DBOV);
      if (x > AUDIBLE_DBOV) {
        spoken++;
        gain += y - x;
      }
      sumX += x;
      sumY += y;
      sumXX += x * x;
      sumYY += y * y;
      sumXY += x * y;
    }
    if (spoken < FEWEST_SPOKEN) return undefined;
    const covariance = sumXY - (sumX * sumY) / window;
    const variances = (sumXX - (sumX * sumX) / window) * (sumYY - (sumY * sumY) / window);
    return variances <= 0 ? undefined : { correlation: covariance / Math.sqrt(variances), gainDb: gain / spoken };
  }

  #sentAt(slot: number): number {
    return slot > this.#newestSent || slot <= this.#newestSent - SLOTS ? SILENT_DBOV : this.#sent[slot & (SLOTS - 1)]!;
  }

  #set(levels: Float32Array, slot: number, level: number): void {
    levels[slot & (SLOTS - 1)] = level;
  }
}

const levelOf = (frame: Uint8Array): number => rmsToDbov(rmsOfFrame(frame));
