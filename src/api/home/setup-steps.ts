/** The way to a number that answers: each step judged by what is seen, none by what was clicked. */
import type { HomeCheck, SetupStep } from '../contract/home.ts';
import { findingsOf } from './checks.ts';
import type { NumbersAnswer, SetupFacts } from './deps.ts';

export type StepName = SetupStep['step'];

export interface SetupSight {
  readonly origin: string | undefined;
  readonly hasAccount: boolean;
  readonly providers: ReturnType<SetupFacts['providers']>;
  /** Undefined when they take too long. */
  readonly checks: readonly HomeCheck[] | undefined;
  /** Undefined without an account. */
  readonly numbers: NumbersAnswer | undefined;
  /** Calls in which the agent was heard. */
  readonly answeredCalls: number;
}

const WEBHOOK_PATH = '/webhook/incoming_call';
const STATUS_PATH = '/webhook/stream_status';

/** In the order in which a person goes. */
export const STEPS: Readonly<Record<StepName, (sight: SetupSight) => Omit<SetupStep, 'step'>>> = {
  'public-address': publicAddress,
  account,
  number,
  webhook,
  providers,
  'first-call': firstCall,
};

export function setupSteps(sight: SetupSight): SetupStep[] {
  return (Object.keys(STEPS) as StepName[]).map((step) => stepOf(step, sight));
}

export const stepOf = (step: StepName, sight: SetupSight): SetupStep => ({ step, ...STEPS[step](sight) });

type Judged = Omit<SetupStep, 'step'>;

const judged = (state: Judged['state'], seen: string | null = null, remedy: string | null = null): Judged => ({
  state,
  seen,
  remedy,
  values: [],
});

function publicAddress({ checks, origin }: SetupSight): Judged {
  if (origin === undefined) {
    const remedy = 'Give this server a public name with HTTPS, and set PUBLIC_HOST to it.';
    return { ...judged('open', null, remedy), values: [{ name: 'PUBLIC_HOST', value: 'voice.example.com' }] };
  }
  if (checks === undefined) return judged('unknown', origin);
  const reach = ['dns', 'tls', 'health'].flatMap((name) => findingsOf(checks, name));
  const wrong = reach.find(({ verdict }) => verdict === 'fail');
  if (wrong) return judged('failed', wrong.seen === null ? wrong.title : `${wrong.title}: ${wrong.seen}`, wrong.remedy);
  return judged(reach.some(({ verdict }) => verdict === 'ok') ? 'done' : 'unknown', origin);
}

function account({ hasAccount, numbers }: SetupSight): Judged {
  if (!hasAccount || numbers === undefined) {
    const remedy = "Copy both from the first page of Twilio's console into the environment, and start the server anew.";
    const values = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'].map((name) => ({ name, value: '' }));
    return { ...judged('open', null, remedy), values };
  }
  if (numbers.ok) return judged('done');
  if (!numbers.isRefused) return judged('unknown', numbers.problem, "Twilio's API cannot be reached from here.");
  return judged('failed', numbers.problem, 'Compare TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN with the console.');
}

function number({ numbers }: SetupSight): Judged {
  if (!numbers?.ok) return judged('unknown');
  const found = numbers.numbers.map((one) => one.number);
  if (found.length > 0) return judged('done', found.slice(0, 5).join(', '));
  return judged('open', 'The account has no number.', "Buy one with voice in Twilio's console, under Phone Numbers.");
}

function webhook({ numbers, origin }: SetupSight): Judged {
  const values =
    origin === undefined
      ? []
      : [
          { name: 'A call comes in: Webhook', value: `${origin}${WEBHOOK_PATH}` },
          { name: 'HTTP', value: 'HTTP POST' },
          { name: 'Stream status callback (set by Kav)', value: `${origin}${STATUS_PATH}` },
        ];
  if (!numbers?.ok || origin === undefined) return { ...judged('unknown'), values };
  const ours = numbers.numbers.filter(({ leadsHere }) => leadsHere);
  const right = ours.find(({ changes }) => changes.length === 0);
  if (right) return { ...judged('done', right.number), values };
  const [wrong] = ours;
  if (wrong) {
    const seen = wrong.changes.map(({ field, from, to }) => `${field}: ${from} → ${to}`).join('; ');
    return { ...judged('failed', `${wrong.number}: ${seen}`, `kav setup number ${wrong.number}`), values };
  }
  const name = numbers.numbers[0]?.number ?? '+…';
  const remedy = `Copy the values into the number's page in Twilio's console, or run: kav setup number ${name}`;
  return { ...judged('open', 'No number leads here.', remedy), values };
}

function providers({ providers: chosen }: SetupSight): Judged {
  if (chosen === undefined) return judged('unknown');
  const seen = chosen.map(({ name }) => name).join(' → ');
  const caveats = chosen.flatMap(({ caveat }) => (caveat === undefined ? [] : [caveat]));
  if (caveats.length === 0) return judged('done', seen);
  const remedy = "Set the keys of the agent's providers in the environment; docs/providers.md names them.";
  return judged('open', `${seen}: ${caveats.join(' ')}`, remedy);
}

function firstCall({ answeredCalls, numbers }: SetupSight): Judged {
  if (answeredCalls > 0) return judged('done');
  const ours = numbers?.ok ? numbers.numbers.find(({ leadsHere }) => leadsHere) : undefined;
  const remedy = ours ? `Call ${ours.number}.` : 'Talk with the agent from the browser, on the page Agents.';
  return judged('open', null, remedy);
}
