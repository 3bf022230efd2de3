/** What a check found out: data, for a terminal, for JSON and for tests alike. */
import { explainTwilioError } from '../twilio/error-codes.ts';

export type Verdict = 'ok' | 'warn' | 'fail' | 'skipped';

export interface Finding {
  /** `warn`: calls work, but worse than they should. `fail`: a call, or a part of each call, does not work. */
  readonly verdict: Verdict;
  /** One line: what is so. */
  readonly title: string;
  /** What was seen, without secrets and numbers. */
  readonly seen?: string;
  /** The code that Twilio would write into its debugger. */
  readonly code?: number;
  readonly why?: string;
  readonly remedy?: string;
  readonly fix?: Fix;
}

/** What `--fix` can do about a finding. */
export type Fix =
  /** Writes `NAME=value` into the .env file of the deployment. */
  | { readonly type: 'set-variable'; readonly name: string; readonly value: string }
  /** Sets the number's webhook at Twilio. */
  | { readonly type: 'set-number'; readonly number: string };

export type Trouble = Omit<Finding, 'verdict' | 'title'>;

export function ok(title: string, seen?: string): Finding {
  return { verdict: 'ok', title, ...(seen === undefined ? {} : { seen }) };
}

export function warn(title: string, trouble: Trouble): Finding {
  return { verdict: 'warn', title, ...explained(trouble) };
}

export function fail(title: string, trouble: Trouble): Finding {
  return { verdict: 'fail', title, ...explained(trouble) };
}

export function skipped(title: string, seen: string): Finding {
  return { verdict: 'skipped', title, seen };
}

/** What a finding does not say itself, the code's own page does. */
function explained(trouble: Trouble): Trouble {
  const page = trouble.code === undefined ? undefined : explainTwilioError(trouble.code);
  return page ? { why: page.meaning, remedy: page.remedy, ...trouble } : trouble;
}
