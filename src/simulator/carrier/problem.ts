/** What Twilio would write into its debugger about the server. */
export interface Problem {
  /** An `error` ends what Twilio was doing; after a `warning` it goes on. */
  readonly level: 'error' | 'warning';
  /** Twilio's code. */
  readonly code: number;
  /** What exactly is wrong here; the general meaning and remedy of the code are known elsewhere. */
  readonly message: string;
}

export function createError(code: number, message: string): Problem {
  return { level: 'error', code, message };
}

export function createWarning(code: number, message: string): Problem {
  return { level: 'warning', code, message };
}
