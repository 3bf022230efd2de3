import type { Misbehaviour } from '../../src/providers/misbehaviour.ts';
import type { NetworkFault } from './gateway.ts';

/** Who can be broken: the first and the second of each of the agent's chains. */
export type Station = 'recogniser' | 'otherRecogniser' | 'model' | 'otherModel' | 'voice' | 'otherVoice';

export interface Breakage {
  /** `call`: before it begins. `line`: the caller begins the second line. `mid-line`: in the middle of it. */
  readonly from: 'call' | 'line' | 'mid-line';
  /** What the vendor does. */
  readonly vendor?: Misbehaviour;
  /** Only with the request in progress, or the next one. */
  readonly once?: true;
  /** What the network on the way does. `tls`: a certificate that nobody trusts; there from the beginning. */
  readonly network?: NetworkFault | 'tls';
}

export interface Fault {
  /** Unique, for `--only`. */
  readonly name: string;
  /** Whose fault it is; `none`: a call in which all goes well. */
  readonly kind: 'model' | 'recogniser' | 'voice' | 'none';
  readonly breaks: Readonly<Partial<Record<Station, Breakage>>>;
  /** Variables beside those that point at the vendors. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the caller says, if not the usual lines. */
  readonly lines?: readonly string[];
  /** The model uses the tool, which takes so long. */
  readonly toolSeconds?: number;
  /** Nobody is left to do the work: what counts is that the caller is told. */
  readonly isHopeless?: true;
  /** The server has never run before: no greeting and no line has been spoken ahead. */
  readonly isFirstStart?: true;
  /** How long the caller waits for more before speaking, where the agent may pause. */
  readonly patienceMs?: number;
}
