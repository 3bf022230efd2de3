import type { Misbehaviour } from '../../src/providers/misbehaviour.ts';
import type { Breakage, Fault } from './fault.ts';

const kind = 'recogniser';
/** As the call begins, when a recogniser is connected. */
const atConnect = (misbehaviour: Misbehaviour): Breakage => ({ from: 'call', vendor: misbehaviour });
const midLine = (misbehaviour: Misbehaviour): Breakage => ({ from: 'mid-line', vendor: misbehaviour });
const fromLine = (misbehaviour: Misbehaviour): Breakage => ({ from: 'line', vendor: misbehaviour });

export const RECOGNISER_FAULTS: readonly Fault[] = [
  {
    name: 'recogniser: connection refused',
    kind,
    breaks: { recogniser: { from: 'call', network: { kind: 'refused' } } },
  },
  { name: 'recogniser: certificate not trusted', kind, breaks: { recogniser: { from: 'call', network: 'tls' } } },
  {
    name: 'recogniser: half-open from the beginning',
    kind,
    breaks: { recogniser: { from: 'call', network: { kind: 'half-open' } } },
  },
  { name: 'recogniser: 401', kind, breaks: { recogniser: atConnect({ kind: 'status', status: 401 }) } },
  {
    name: 'recogniser: 429, Retry-After 20 s',
    kind,
    breaks: { recogniser: atConnect({ kind: 'status', status: 429, retryAfterSeconds: 20 }) },
  },
  { name: 'recogniser: 503', kind, breaks: { recogniser: atConnect({ kind: 'status', status: 503 }) } },
  { name: 'recogniser: mute from the beginning', kind, breaks: { recogniser: atConnect({ kind: 'mute' }) } },
  { name: 'recogniser: falls mute in mid-utterance', kind, breaks: { recogniser: midLine({ kind: 'mute' }) } },
  { name: 'recogniser: all words 1.5 s late', kind, breaks: { recogniser: fromLine({ kind: 'slow', ms: 1_500 }) } },
  { name: 'recogniser: stalls in mid-utterance', kind, breaks: { recogniser: midLine({ kind: 'stall', after: 0 }) } },
  {
    name: 'recogniser: cut in mid-utterance',
    kind,
    breaks: { recogniser: { ...midLine({ kind: 'cut', after: 0 }), once: true } },
  },
  {
    name: 'recogniser: cut in mid-utterance, then refused',
    kind,
    breaks: { recogniser: { from: 'mid-line', network: { kind: 'refused' } } },
  },
  {
    name: 'recogniser: half-open in mid-utterance',
    kind,
    breaks: { recogniser: { from: 'mid-line', network: { kind: 'half-open' } } },
  },
  {
    name: 'recogniser: garbage',
    kind,
    breaks: { recogniser: { ...midLine({ kind: 'garbage', after: 0 }), once: true } },
  },
  { name: 'recogniser: finals twice', kind, breaks: { recogniser: fromLine({ kind: 'duplicate-finals' }) } },
  { name: 'recogniser: finals 900 ms late', kind, breaks: { recogniser: fromLine({ kind: 'late-finals', ms: 900 }) } },
  { name: 'recogniser: finals 4 s late', kind, breaks: { recogniser: fromLine({ kind: 'late-finals', ms: 4_000 }) } },
  { name: 'recogniser: partials after finals', kind, breaks: { recogniser: fromLine({ kind: 'out-of-order' }) } },
  { name: 'recogniser: empty finals', kind, breaks: { recogniser: fromLine({ kind: 'empty-finals' }) } },
  {
    name: 'recogniser: stream limit in mid-utterance',
    kind,
    breaks: { recogniser: { ...midLine({ kind: 'stream-limit', audioMs: 0 }), once: true } },
  },
  {
    name: 'only one recogniser, cut in mid-utterance',
    kind,
    breaks: { recogniser: { ...midLine({ kind: 'cut', after: 0 }), once: true } },
    env: { KAV_STT: 'google' },
  },
  {
    name: 'only one recogniser (Deepgram), cut in mid-utterance',
    kind,
    breaks: { otherRecogniser: { ...midLine({ kind: 'cut', after: 0 }), once: true } },
    env: { KAV_STT: 'deepgram' },
  },
  {
    name: 'Deepgram: garbage in mid-utterance',
    kind,
    breaks: { otherRecogniser: midLine({ kind: 'garbage', after: 0 }) },
    env: { KAV_STT: 'deepgram,google' },
  },
  {
    name: 'Deepgram: falls mute in mid-utterance',
    kind,
    breaks: { otherRecogniser: midLine({ kind: 'mute' }) },
    env: { KAV_STT: 'deepgram,google' },
  },
  {
    name: 'Deepgram: connects after 3 s',
    kind,
    breaks: { otherRecogniser: atConnect({ kind: 'slow', ms: 3_000 }) },
    env: { KAV_STT: 'deepgram,google' },
  },
  {
    name: 'Deepgram: finals twice',
    kind,
    breaks: { otherRecogniser: fromLine({ kind: 'duplicate-finals' }) },
    env: { KAV_STT: 'deepgram,google' },
  },
  {
    name: 'Deepgram: partials after finals',
    kind,
    breaks: { otherRecogniser: fromLine({ kind: 'out-of-order' }) },
    env: { KAV_STT: 'deepgram,google' },
  },
  {
    name: 'only one recogniser, falls mute in mid-utterance',
    kind,
    breaks: { recogniser: { ...midLine({ kind: 'mute' }), once: true } },
    env: { KAV_STT: 'google' },
  },
  {
    name: 'all recognisers down',
    kind,
    breaks: {
      recogniser: { from: 'mid-line', network: { kind: 'refused' } },
      otherRecogniser: { from: 'call', network: { kind: 'refused' } },
    },
    isHopeless: true,
  },
  {
    name: 'all recognisers refuse the key',
    kind,
    breaks: {
      recogniser: atConnect({ kind: 'status', status: 401 }),
      otherRecogniser: atConnect({ kind: 'status', status: 401 }),
    },
    isHopeless: true,
  },
];
