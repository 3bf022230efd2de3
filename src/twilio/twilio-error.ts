/** One of Twilio's error codes, explained. */
export interface TwilioError {
  readonly code: number;
  /** Twilio's own title. */
  readonly name: string;
  readonly level: 'error' | 'warning';
  readonly meaning: string;
  readonly cause: string;
  readonly remedy: string;
}
