import type { Check } from '../check.ts';
import { type Finding, fail, ok, skipped, warn } from '../finding.ts';
import type { Deployment } from '../probe/deployment.ts';

const E164 = /^\+[1-9]\d{6,14}$/;

/** Every variable of the environment, before anything starts. */
export const settings: Check = {
  name: 'settings',
  area: 'deployment',
  title: 'Is every environment variable right?',
  needs: [],
  budgetMs: 1_000,
  async run({ deployment }) {
    if (!deployment) return [];
    const wrong = [...deployment.problems.map(faultyVariable), ...oddVariables(deployment)];
    if (!deployment.hasPublicOrigin) wrong.push(noOrigin());
    if (!deployment.twilio) wrong.push(noAccount());
    if (wrong.some(({ verdict }) => verdict === 'fail')) return wrong;
    return [
      ok('Every variable that is set is well-formed', Object.keys(deployment.variables).sort().join(', ')),
      ...wrong,
    ];
  },
};

function faultyVariable({ name, problem, remedy }: Deployment['problems'][number]): Finding {
  return fail(`${name} ${problem}`, { remedy });
}

function oddVariables({ variables }: Deployment): Finding[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (name === 'PUBLIC_HOST' && /^[a-z]+:\/\//i.test(value)) return [hostWithScheme(value)];
    if (/JSON$/.test(name) && value.includes('\n')) return [brokenJson(name, value)];
    if (/(?:PHONE|NUMBER)$/.test(name) && !E164.test(value)) return [oddNumber(name)];
    return [];
  });
}

function hostWithScheme(value: string): Finding {
  const host = value.replace(/^(?:[a-z]+:\/+)+/i, '').replace(/\/.*$/s, '');
  return warn('PUBLIC_HOST has a scheme', {
    seen: value,
    code: 31923,
    why: 'A server that puts wss:// before it makes wss://https://…, which Twilio cannot dial. Kav takes the scheme off.',
    remedy: `Write PUBLIC_HOST=${host}.`,
    fix: { type: 'set-variable', name: 'PUBLIC_HOST', value: host },
  });
}

function brokenJson(name: string, value: string): Finding {
  const line = oneLine(value);
  if (line === undefined) return fail(`${name} is not JSON`, { remedy: 'Copy the whole key file anew.' });
  return warn(`${name} is broken over several lines`, {
    seen: `${value.split('\n').length} lines`,
    why: 'Most .env readers take the first line alone.',
    remedy: 'Put all of it on one line.',
    fix: { type: 'set-variable', name, value: line },
  });
}

function oneLine(value: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(value));
  } catch {
    return undefined;
  }
}

function oddNumber(name: string): Finding {
  return fail(`${name} is no number in E.164`, {
    why: 'Twilio takes and gives numbers as a plus, the country and the number, with nothing between.',
    remedy: 'Write it as +972501234567.',
  });
}

function noOrigin(): Finding {
  return warn('No public origin is set', {
    why: 'Kav then believes the Host header of each request, and Twilio can reach this server only through a proxy that keeps it.',
    remedy: 'Set PUBLIC_HOST to the name that Twilio uses.',
  });
}

function noAccount(): Finding {
  return skipped(
    'Twilio account',
    'TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN is not set: its number and its debugger are not looked at',
  );
}
