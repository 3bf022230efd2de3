import type { Brain, ProviderContext, SpeechToText, TextToSpeech } from '../../providers/contracts.ts';

/** The deployment that the doctor runs in, as the composition root knows it. */
export interface Deployment {
  /** Never shown. */
  readonly secrets: readonly string[];
  /** Every variable that is set, by name; what is checked is its form. */
  readonly variables: Readonly<Record<string, string>>;
  readonly problems: readonly SettingProblem[];
  readonly dataDir: string;
  /** `DEPLOY_ID`, if there is one. */
  readonly deployId: string | undefined;
  /** Whether the origin is set that Twilio uses. */
  readonly hasPublicOrigin: boolean;
  /** Opens the providers as the server would. Rejects when a chain names nothing that is there. */
  readonly openProviders: () => Promise<ProvidersUnderTest>;
  readonly twilio: TwilioAccess | undefined;
}

export interface SettingProblem {
  readonly name: string;
  readonly problem: string;
  readonly remedy: string;
}

export interface ProvidersUnderTest {
  readonly language: string;
  readonly voice: string | undefined;
  readonly instructions: string | undefined;
  readonly stt: SpeechToText;
  readonly brain: Brain;
  readonly tts: TextToSpeech;
  /** What was passed over, and why. */
  readonly passedOver: readonly string[];
  /** What of the chains can be had, as it is written. */
  readonly serving: readonly ServingVendor[];
  /** What the adapters were made from. */
  readonly context: ProviderContext;
  /** What the chains have told of vendors that failed, one plain line each. */
  readonly news: () => readonly string[];
  /** Closes all of them. Idempotent. */
  close(): Promise<void>;
}

export interface ServingVendor {
  readonly operation: 'stt' | 'brain' | 'tts';
  /** `deepgram:nova-3` */
  readonly spec: string;
  readonly voice?: string;
}

export interface TwilioAccess {
  readonly accountSid: string;
  readonly authToken: string;
  /** The number under test, E.164; undefined looks at all numbers of the account. */
  readonly number: string | undefined;
  /** Without the slash at the end; other hosts only in tests. */
  readonly apiUrl: string;
  readonly monitorUrl: string;
  readonly voiceUrl: string;
  readonly routesUrl: string;
  /** Where each of Twilio's regions answers, to see which is near. */
  readonly regionUrls: Readonly<Record<string, string>>;
}
