import type { ProviderErrorDetails } from '../../core/errors.ts';

export type Operation = ProviderErrorDetails['operation'];
export type BreakerState = 'closed' | 'half-open' | 'open';

/** What happened to a provider, for the log, the metrics and the journal of the call that it happened to. */
export type ProviderNews =
  | { readonly type: 'breaker'; readonly provider: string; readonly operation: Operation; readonly state: BreakerState }
  /** One request failed. `message` holds neither keys nor words of the call. */
  | {
      readonly type: 'failed';
      readonly provider: string;
      readonly operation: Operation;
      readonly code: string;
      readonly message: string;
    }
  /** The next of a chain does the work from here. */
  | { readonly type: 'switched'; readonly operation: Operation; readonly from: string; readonly to: string }
  /** A recogniser's session was opened anew in the middle of a call, and heard the last `replayedMs` again. */
  | { readonly type: 'reconnected'; readonly provider: string; readonly replayedMs: number }
  /** A second request was started because the first took unusually long. */
  | { readonly type: 'hedged'; readonly provider: string; readonly won: boolean };

/** Without a CallSid it concerns whoever has that provider. */
export type OnProviderNews = (news: ProviderNews & { readonly callSid?: string }) => void;

/** Tells the same, with the call that it happened to. */
export const forCall =
  (onNews: OnProviderNews, callSid: string): OnProviderNews =>
  (news) =>
    onNews({ ...news, callSid });
