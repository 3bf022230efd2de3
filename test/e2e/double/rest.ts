import type { ApiKey, AuditLine, OwnSession, SessionInfo, User } from '../../../src/api/contract/accounts.ts';
import type { AgentItem, AgentVersion } from '../../../src/api/contract/agents.ts';
import type { Erasure } from '../../../src/api/contract/calls.ts';
import type { Home, HomeCheck, SetupStep } from '../../../src/api/contract/home.ts';
import { ago } from './values.ts';

export const session: SessionInfo = {
  account: { userId: 'u1', email: 'noa@example.com', name: 'Noa Peretz', role: 'owner', hasTotp: false },
  needsSetup: false,
  csrf: 'csrf',
  version: '0.1.0',
  tenant: 'default',
  language: 'he-IL',
};

export const users: User[] = [
  {
    userId: 'u1',
    email: 'noa@example.com',
    name: 'Noa Peretz',
    role: 'owner',
    hasTotp: true,
    createdAt: ago(90_000),
    seenAt: ago(1),
    isInvited: false,
    isDisabled: false,
  },
  {
    userId: 'u2',
    email: 'ronen@example.com',
    name: 'רונן בר',
    role: 'operator',
    hasTotp: false,
    createdAt: ago(50_000),
    seenAt: ago(240),
    isInvited: false,
    isDisabled: false,
  },
  {
    userId: 'u3',
    email: 'dafna@example.com',
    name: null,
    role: 'viewer',
    hasTotp: false,
    createdAt: ago(900),
    seenAt: null,
    isInvited: true,
    isDisabled: false,
  },
];

export const sessions: OwnSession[] = [
  { sessionId: 's1', createdAt: ago(300), seenAt: ago(0), isThis: true, browser: 'Chrome on Linux' },
  { sessionId: 's2', createdAt: ago(9_000), seenAt: ago(2_100), isThis: false, browser: 'Safari on iPhone' },
];

export const keys: ApiKey[] = [
  { keyId: 'k1', name: 'CRM', role: 'viewer', createdAt: ago(20_000), usedAt: ago(4) },
  { keyId: 'k2', name: 'דוחות', role: 'operator', createdAt: ago(10_000), usedAt: null },
];

export const audit: AuditLine[] = [
  {
    id: 4,
    at: ago(2),
    actor: 'ronen@example.com',
    action: 'call-take-over',
    subject: `CA${'0'.repeat(31)}1`,
    details: null,
  },
  { id: 3, at: ago(30), actor: 'noa@example.com', action: 'version-publish', subject: 'Leah', details: { version: 3 } },
  {
    id: 2,
    at: ago(400),
    actor: 'key:CRM',
    action: 'contact-change',
    subject: '+972501234567',
    details: { fields: ['name'] },
  },
  {
    id: 1,
    at: ago(9_000),
    actor: 'noa@example.com',
    action: 'login',
    subject: null,
    details: { browser: 'Chrome on Linux' },
  },
];

export const erasures: Erasure[] = [
  {
    erasureId: 'e1',
    requestedBy: 'noa@example.com',
    requestedAt: ago(3_000),
    doneAt: ago(2_990),
    calls: 3,
    report: { calls: 3, turns: 41, leads: 1, recordings: 3 },
    nodes: [{ node: 'kav-1', files: 7, at: ago(2_990) }],
  },
];

export const agents: AgentItem[] = [
  {
    name: 'Leah',
    language: 'he-IL',
    providers: { stt: 'google', brain: 'openai', tts: 'google' },
    remarks: [],
    tools: [
      { name: 'saveLead', description: 'Saves what the caller looks for' },
      { name: 'bookViewing', description: 'Books a viewing' },
    ],
    published: 2,
  },
  {
    name: 'Front desk',
    language: 'en-US',
    providers: { stt: 'pocketsphinx', brain: 'flow', tts: 'flite' },
    remarks: ['The recogniser has a small vocabulary: it is made for trying things out.'],
    tools: [],
    published: null,
  },
];

export const versions: AgentVersion[] = [
  version(3, 'שלום, כאן לאה. אפשר להקליט את השיחה?', 'asks for consent'),
  version(2, 'שלום, כאן לאה ממשרד התיווך. במה אפשר לעזור?', 'פתיח קצר יותר'),
  version(0, 'שלום! הגעתם למשרד התיווך. מדברת לאה, ואשמח לעזור לכם למצוא דירה.', ''),
];

function version(number: number, greeting: string, note: string): AgentVersion {
  return {
    version: number,
    greeting,
    instructions: 'דברי בקצרה. שאלי שאלה אחת בכל פעם.\nNever promise a price.',
    note,
    by: 'noa@example.com',
    at: ago(3_000 - number * 500),
    isPublished: number === 2,
  };
}

export const file = {
  path: 'agents/leah.ts',
  text: "import { defineAgent } from 'kav';\n\nexport default defineAgent({\n  name: 'Leah',\n  language: 'he-IL',\n  greeting: 'שלום, כאן לאה.',\n});\n",
};

export const home: Home = {
  at: ago(0),
  today: {
    calls: 148,
    answered: 143,
    refused: 2,
    live: 3,
    byHour: [0, 0, 0, 0, 0, 0, 1, 4, 11, 17, 19, 14, 12, 15, 18, 13, 10, 8, 4, 2, 0, 0, 0, 0],
    leads: 31,
    callbacksDue: 4,
  },
  latency: {
    answer: { p50: 780, p90: 1_120, p99: 1_940, count: 902 },
    stt: { p50: 210, p90: 320, p99: 610, count: 1_310 },
    brain: { p50: 260, p90: 480, p99: 900, count: 880 },
    tts: { p50: 140, p90: 220, p99: 420, count: 1_640 },
  },
  errors: [
    { source: 'twilio', code: '31924', count: 2, title: 'Stream websocket protocol error' },
    { source: 'openai', code: 'rate-limited', count: 1, title: 'The provider refused for a while' },
  ],
  spend: { currency: 'USD', today: 6.41, month: 132.9 },
  nodes: [
    { node: 'kav-1', version: '0.1.0', isAlive: true, isDraining: false, calls: 2 },
    { node: 'kav-2', version: '0.1.0', isAlive: true, isDraining: true, calls: 1 },
  ],
};

export const checks: HomeCheck[] = [
  check(
    'webhook',
    'warn',
    'The number points elsewhere',
    '+972 3 700 0000 → https://old.example.com',
    'Point the number here, or run kav setup number.',
  ),
  check('address', 'ok', 'Twilio reaches this server', 'https://line.example.com', null),
  check('database', 'ok', 'PostgreSQL answers', '1 ms', null),
  check('fallback', 'skipped', 'No fallback URL is set', null, null),
];

function check(
  id: string,
  verdict: HomeCheck['verdict'],
  title: string,
  seen: string | null,
  remedy: string | null,
): HomeCheck {
  return { id, area: 'twilio', verdict, title, seen, code: null, why: null, remedy };
}

export const steps: SetupStep[] = [
  { step: 'public-address', state: 'done', seen: 'https://line.example.com', remedy: null, values: [] },
  { step: 'account', state: 'done', seen: 'AC…41', remedy: null, values: [] },
  { step: 'number', state: 'done', seen: '+972 3 700 0000', remedy: null, values: [] },
  {
    step: 'webhook',
    state: 'failed',
    seen: 'https://old.example.com/voice',
    remedy: 'Copy the address into the field.',
    values: [{ name: 'A call comes in', value: 'https://line.example.com/webhook/incoming_call' }],
  },
  {
    step: 'providers',
    state: 'open',
    seen: null,
    remedy: 'Set OPENAI_API_KEY.',
    values: [{ name: 'Environment', value: 'OPENAI_API_KEY=' }],
  },
  { step: 'first-call', state: 'unknown', seen: null, remedy: null, values: [] },
];
