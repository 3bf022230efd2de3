import type { Misbehaviour } from '../../src/providers/misbehaviour.ts';
import { MESSAGE_LINES } from './conversation.ts';
import type { Breakage, Fault } from './fault.ts';
import type { NetworkFault } from './gateway.ts';

const kind = 'model';
const vendor = (misbehaviour: Misbehaviour): Breakage => ({ from: 'line', vendor: misbehaviour });
const network = (fault: NetworkFault | 'tls'): Breakage => ({
  from: fault === 'tls' ? 'call' : 'line',
  network: fault,
});
/** Longer than any pause that the agent may make within a reply. */
const patienceMs = 2_600;

const QUOTA = JSON.stringify({
  error: {
    message: 'You exceeded your current quota, please check your plan and billing details.',
    type: 'insufficient_quota',
    param: null,
    code: 'insufficient_quota',
  },
});
const QUOTA_RESPONSE = `HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: ${QUOTA.length}\r\nConnection: close\r\n\r\n${QUOTA}`;
const BAD_GATEWAY = '<html><body><h1>502 Bad Gateway</h1></body></html>';
const HTML_RESPONSE = `HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: ${BAD_GATEWAY.length}\r\nConnection: close\r\n\r\n${BAD_GATEWAY}`;

export const MODEL_FAULTS: readonly Fault[] = [
  { name: 'model: connection refused', kind, breaks: { model: network({ kind: 'refused' }) } },
  { name: 'model: certificate not trusted', kind, breaks: { model: network('tls') } },
  { name: 'model: socket half-open', kind, breaks: { model: network({ kind: 'half-open' }) }, patienceMs },
  {
    name: 'model: proxy cuts after 900 bytes',
    kind,
    breaks: { model: network({ kind: 'cut-after', bytes: 900 }) },
    patienceMs,
  },
  {
    name: 'model: proxy answers 502 in HTML',
    kind,
    breaks: { model: network({ kind: 'other-server', response: HTML_RESPONSE }) },
  },
  { name: 'model: 401', kind, breaks: { model: vendor({ kind: 'status', status: 401 }) } },
  {
    name: 'model: 429, Retry-After 20 s',
    kind,
    breaks: { model: vendor({ kind: 'status', status: 429, retryAfterSeconds: 20 }) },
  },
  {
    name: 'model: 429, quota used up',
    kind,
    breaks: { model: network({ kind: 'other-server', response: QUOTA_RESPONSE }) },
  },
  { name: 'model: 500', kind, breaks: { model: vendor({ kind: 'status', status: 500 }) } },
  { name: 'model: first token after 6 s', kind, breaks: { model: vendor({ kind: 'slow', ms: 6_000 }) }, patienceMs },
  { name: 'model: mute', kind, breaks: { model: vendor({ kind: 'mute' }) }, patienceMs },
  {
    name: 'model: stalls in the first sentence',
    kind,
    breaks: { model: vendor({ kind: 'stall', after: 4 }) },
    patienceMs,
  },
  {
    name: 'model: stalls in the second sentence',
    kind,
    breaks: { model: vendor({ kind: 'stall', after: 10 }) },
    patienceMs,
  },
  { name: 'model: cut in mid-sentence', kind, breaks: { model: vendor({ kind: 'cut', after: 10 }) }, patienceMs },
  { name: 'model: cut before the first token', kind, breaks: { model: vendor({ kind: 'cut', after: 0 }) } },
  {
    name: 'model: truncated JSON in the stream',
    kind,
    breaks: { model: vendor({ kind: 'garbage', after: 10 }) },
    patienceMs,
  },
  { name: 'model: empty answer', kind, breaks: { model: vendor({ kind: 'empty-answer' }) } },
  { name: 'model: broken tool call', kind, breaks: { model: vendor({ kind: 'broken-tool-call' }) }, patienceMs },
  { name: 'tool: takes 5 s', kind, breaks: {}, toolSeconds: 5, patienceMs: 4_000 },
  { name: 'tool: never ends', kind, breaks: {}, toolSeconds: 60, patienceMs: 4_000 },
  {
    name: 'only one model, stalls in mid-sentence',
    kind,
    breaks: { model: { ...vendor({ kind: 'stall', after: 10 }), once: true } },
    env: { KAV_BRAIN: 'openai' },
    patienceMs,
  },
  {
    name: 'only one model, 500 once',
    kind,
    breaks: { model: { ...vendor({ kind: 'status', status: 500 }), once: true } },
    env: { KAV_BRAIN: 'openai,flow' },
    lines: MESSAGE_LINES,
    isHopeless: true,
  },
  {
    name: 'only one model, no flow, down',
    kind,
    breaks: { model: network({ kind: 'refused' }) },
    env: { KAV_BRAIN: 'openai' },
    lines: MESSAGE_LINES,
    isHopeless: true,
  },
  {
    name: 'all models down',
    kind,
    breaks: { model: network({ kind: 'refused' }), otherModel: vendor({ kind: 'status', status: 529 }) },
    lines: MESSAGE_LINES,
    isHopeless: true,
  },
  {
    name: 'all models mute',
    kind,
    breaks: { model: vendor({ kind: 'mute' }), otherModel: vendor({ kind: 'mute' }) },
    lines: MESSAGE_LINES,
    isHopeless: true,
    patienceMs: 4_000,
  },
  {
    name: 'all models mute, caller speaks again',
    kind,
    breaks: { model: vendor({ kind: 'mute' }), otherModel: vendor({ kind: 'mute' }) },
    lines: MESSAGE_LINES,
    isHopeless: true,
    patienceMs,
  },
];
