import type { Clock } from '../../core/clock.ts';
import type { Store } from '../../store/store.ts';
import type { ReportedCheck } from './checks.ts';

/** What the handlers of the home page need of the rest of Kav. */
export interface HomeDeps {
  readonly db: Store['db'];
  readonly clock: Clock;
  /** Wall-clock time. */
  readonly date: () => Date;
  /** The agent's, BCP 47. */
  readonly language: () => string;
  /** The counters of this process. */
  readonly metrics: { values(): Promise<readonly object[]> };
  /** The doctor's checks of this deployment that make no call. */
  readonly runChecks: () => Promise<readonly ReportedCheck[]>;
  readonly setup: SetupFacts;
}

/** What is configured, and what Twilio says of it. */
export interface SetupFacts {
  /** `https://voice.example.com`, as it is configured. */
  readonly publicOrigin: () => string | undefined;
  /** Whether account and token are set. */
  readonly hasAccount: boolean;
  /** `{ stt, brain, tts }`, each with what is not the real thing about it. Undefined until the agent is loaded. */
  readonly providers: () => readonly { readonly name: string; readonly caveat: string | undefined }[] | undefined;
  /** The numbers of the account. Never asked without an account; never rejects. */
  readonly readNumbers: () => Promise<NumbersAnswer>;
}

export type NumbersAnswer =
  | { readonly ok: true; readonly numbers: readonly AccountNumber[] }
  /** `isRefused`: account and token do not fit. */
  | { readonly ok: false; readonly isRefused: boolean; readonly problem: string };

export interface AccountNumber {
  /** E.164. */
  readonly number: string;
  readonly leadsHere: boolean;
  /** What must change so that its calls come here. */
  readonly changes: readonly { readonly field: string; readonly from: string; readonly to: string }[];
}
