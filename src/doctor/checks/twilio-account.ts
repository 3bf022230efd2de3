import { explainTwilioError } from '../../twilio/error-codes.ts';
import type { Check } from '../check.ts';
import { type Finding, fail, ok, skipped, warn } from '../finding.ts';
import type { Probe } from '../probe/probe.ts';
import { planNumber } from '../twilio/number-plan.ts';
import { allNumbers } from '../twilio/own-numbers.ts';
import { type Alert, type Answer, type Balance, type PhoneNumber, TwilioRest } from '../twilio/rest.ts';

const MOST_NUMBERS = 5;
const MOST_ALERTS = 5;
/** In the account's currency: some hours of calls. */
const LOW_BALANCE = 5;

/** What Twilio itself says of the account, its numbers and its last errors. */
export const twilioAccount: Check = {
  name: 'twilio',
  area: 'twilio',
  title: 'Is the Twilio account set up for it?',
  needs: [],
  budgetMs: 35_000,
  async run(probe) {
    const access = probe.deployment?.twilio;
    if (!access) return [];
    const rest = new TwilioRest(access);
    const account = await rest.account();
    if (!account.ok) return [noAccount(account)];
    const { status, type } = account.value;
    const [numbers, alerts, balance] = await Promise.all([
      allNumbers(probe, rest, access.number),
      rest.alerts(),
      rest.balance(),
    ]);
    return [
      judgeStatus(status, type),
      ...judgeBalance(balance),
      ...judgeNumbers(probe, numbers, access.number),
      ...judgeAlerts(alerts),
    ];
  },
};

function noAccount({ message, status }: Extract<Answer<unknown>, { ok: false }>): Finding {
  if (status === 0) return warn('Twilio’s API cannot be reached from here', { seen: message });
  const isKey = status === 401 || status === 403 || status === 404;
  return fail(isKey ? 'Twilio refuses the account and its token' : 'Twilio’s API does not answer as it should', {
    seen: `${status}: ${message}`,
    ...(status === 429 ? { code: 20429 } : status === 404 ? { code: 20404 } : {}),
    remedy:
      'Compare TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN with the console: a token of a sub-account fits only that.',
  });
}

function judgeStatus(status: string, type: string | undefined): Finding {
  if (status !== 'active') {
    const remedy = 'Open the console: a bill, a check of identity or a suspension waits there.';
    return fail(`The account is ${status}`, { why: 'No call is connected.', remedy });
  }
  if (type?.toLowerCase() !== 'trial') return ok('The account is active', type);
  return warn('The account is a trial', {
    why: 'Callers hear a notice first, and calls can be made only to verified numbers.',
    remedy: 'Upgrade it in the console.',
  });
}

/** An account that is billed afterwards may be below zero: then only its status tells. */
function judgeBalance(answer: Answer<Balance>): Finding[] {
  if (!answer.ok) return [skipped('The balance', `${answer.status}: ${answer.message}`)];
  const { balance, currency } = answer.value;
  const left = Number(balance);
  if (!Number.isFinite(left)) return [skipped('The balance', 'Twilio tells no amount')];
  const seen = `${left.toFixed(2)} ${currency}`;
  if (left >= LOW_BALANCE) return [ok('The account has credit', seen)];
  return [
    warn('The account has little credit', {
      seen,
      why: 'A prepaid account without credit is suspended, and then no call is connected.',
      remedy: 'Add credit, and switch auto-recharge on, in the console under Billing.',
    }),
  ];
}

function judgeNumbers(probe: Probe, answer: Answer<readonly PhoneNumber[]>, wanted: string | undefined): Finding[] {
  if (!answer.ok) return [warn('The numbers cannot be read', { seen: answer.message })];
  const { value: found } = answer;
  if (found.length === 0) {
    const title = wanted === undefined ? 'The account has no number' : 'The account does not have that number';
    return [fail(title, { remedy: 'Buy one in the console, or give the number in E.164: +972…' })];
  }
  if (wanted !== undefined) return found.slice(0, 1).flatMap((number) => judgeNumber(probe, number));
  // An account may have other numbers for other things.
  const ours = found.filter(({ voice_url: url }) => url === probe.webhookUrl);
  if (ours.length > 0) return ours.slice(0, MOST_NUMBERS).flatMap((number) => judgeNumber(probe, number));
  return [
    warn('No number of the account leads here', {
      seen: `${found.length} numbers; this server is ${probe.webhookUrl}`,
      remedy: 'kav setup number +972… sets it, after showing the plan.',
    }),
  ];
}

function judgeNumber(probe: Probe, number: PhoneNumber): Finding[] {
  const { changes } = planNumber(number, probe.webhookUrl);
  const { capabilities, phone_number: name, voice_fallback_url: fallback } = number;
  const findings: Finding[] = [];
  if (capabilities?.voice === false)
    findings.push(fail(`${name} takes no calls`, { remedy: 'Take a number with voice.' }));
  if (changes.length > 0) {
    findings.push(
      fail(`${name} does not lead here`, {
        seen: changes.map(({ field, from, to }) => `${field}: ${from} → ${to}`).join('; '),
        code: 11200,
        why: 'Its calls are answered by another address, or asked for in another way.',
        remedy: `kav setup number ${name}`,
        fix: { type: 'set-number', number: name },
      }),
    );
  }
  if (findings.length > 0) return findings;
  return [ok(`${name} leads here, by POST`), judgeFallback(probe, name, fallback)];
}

/** Twilio asks it when this server gives no answer, or a wrong one. */
function judgeFallback(probe: Probe, name: string, fallback: string | null | undefined): Finding {
  const remedy = 'Set it in the console to a TwiML Bin with one polite sentence, which Twilio itself serves.';
  if (!fallback) {
    const why = 'While this server is down callers hear Twilio’s “an application error has occurred”.';
    return warn(`${name} has no fallback URL`, { why, remedy });
  }
  if (URL.parse(fallback)?.host !== probe.target.address.publicUrl.host)
    return ok(`${name} has a fallback URL`, fallback);
  return warn(`The fallback URL of ${name} is this server itself`, {
    seen: fallback,
    why: 'When it is down both are.',
    remedy,
  });
}

function judgeAlerts(answer: Answer<readonly Alert[]>): Finding[] {
  if (!answer.ok) return [skipped('Twilio’s debugger', `${answer.status}: ${answer.message}`)];
  const counts = new Map<string, number>();
  for (const { error_code: code } of answer.value) if (code) counts.set(code, (counts.get(code) ?? 0) + 1);
  if (counts.size === 0) return [ok('Twilio’s debugger has no errors')];
  return [...counts].slice(0, MOST_ALERTS).map(([text, count]) => explainAlert(Number(text), count));
}

/** What has happened is no verdict on what will: these are told, and stop nothing. */
function explainAlert(code: number, count: number): Finding {
  const known = explainTwilioError(code);
  const seen = `${count} of the last 20`;
  if (!known)
    return warn(`Twilio’s debugger has ${code}`, {
      seen,
      remedy: `See https://www.twilio.com/docs/api/errors/${code}.`,
    });
  return warn(`Twilio’s debugger has ${code}: ${known.name}`, { seen, code });
}
