import type { Misbehaviour } from '../../src/providers/misbehaviour.ts';
import type { Breakage, Fault } from './fault.ts';

const kind = 'voice';
const vendor = (misbehaviour: Misbehaviour): Breakage => ({ from: 'line', vendor: misbehaviour });
/** Longer than any pause that the agent may make within a reply. */
const patienceMs = 2_600;

export const VOICE_FAULTS: readonly Fault[] = [
  { name: 'voice: connection refused', kind, breaks: { voice: { from: 'line', network: { kind: 'refused' } } } },
  { name: 'voice: certificate not trusted', kind, breaks: { voice: { from: 'call', network: 'tls' } } },
  {
    name: 'voice: socket half-open',
    kind,
    breaks: { voice: { from: 'line', network: { kind: 'half-open' } } },
    patienceMs,
  },
  { name: 'voice: 401', kind, breaks: { voice: vendor({ kind: 'status', status: 401 }) } },
  {
    name: 'voice: 429, Retry-After 20 s',
    kind,
    breaks: { voice: vendor({ kind: 'status', status: 429, retryAfterSeconds: 20 }) },
  },
  { name: 'voice: 500', kind, breaks: { voice: vendor({ kind: 'status', status: 500 }) } },
  { name: 'voice: first byte after 4 s', kind, breaks: { voice: vendor({ kind: 'slow', ms: 4_000 }) }, patienceMs },
  { name: 'voice: mute', kind, breaks: { voice: vendor({ kind: 'mute' }) }, patienceMs },
  { name: 'voice: stalls in mid-sentence', kind, breaks: { voice: vendor({ kind: 'stall', after: 2 }) }, patienceMs },
  { name: 'voice: cut in mid-sentence', kind, breaks: { voice: vendor({ kind: 'cut', after: 2 }) }, patienceMs },
  { name: 'voice: no audio', kind, breaks: { voice: vendor({ kind: 'no-audio' }) } },
  { name: 'voice: WAV header', kind, breaks: { voice: vendor({ kind: 'wav-header' }) } },
  { name: 'voice: wrong rate', kind, breaks: { voice: vendor({ kind: 'wrong-rate' }) } },
  {
    name: 'voice: garbage in mid-sentence',
    kind,
    breaks: { voice: vendor({ kind: 'garbage', after: 2 }) },
    patienceMs,
  },
  {
    name: 'Azure: wrong rate',
    kind,
    breaks: { otherVoice: vendor({ kind: 'wrong-rate' }) },
    env: { KAV_TTS: 'azure,google' },
  },
  {
    name: 'Azure: cut in mid-sentence',
    kind,
    breaks: { otherVoice: vendor({ kind: 'cut', after: 2 }) },
    env: { KAV_TTS: 'azure,google' },
    patienceMs,
  },
  {
    name: 'only one voice, cut in mid-sentence',
    kind,
    breaks: { voice: { ...vendor({ kind: 'cut', after: 2 }), once: true } },
    env: { KAV_TTS: 'google' },
    patienceMs,
  },
  {
    name: 'only one voice, 500 once',
    kind,
    breaks: { voice: { ...vendor({ kind: 'status', status: 500 }), once: true } },
    env: { KAV_TTS: 'google' },
    patienceMs,
  },
  {
    name: 'all voices down',
    kind,
    breaks: {
      voice: { from: 'line', network: { kind: 'refused' } },
      otherVoice: { from: 'line', network: { kind: 'refused' } },
    },
    isHopeless: true,
    patienceMs,
  },
  {
    name: 'all voices die in mid-sentence',
    kind,
    breaks: { voice: vendor({ kind: 'stall', after: 2 }), otherVoice: vendor({ kind: 'mute' }) },
    isHopeless: true,
    patienceMs,
  },
  {
    name: 'all voices down at the first start',
    kind,
    breaks: {
      voice: { from: 'call', network: { kind: 'refused' } },
      otherVoice: { from: 'call', network: { kind: 'refused' } },
    },
    isFirstStart: true,
    isHopeless: true,
  },
  {
    name: 'voice: down at the first start',
    kind,
    breaks: { voice: { from: 'call', network: { kind: 'refused' } } },
    isFirstStart: true,
  },
  {
    name: 'Azure: WAV header',
    kind,
    breaks: { otherVoice: vendor({ kind: 'wav-header' }) },
    env: { KAV_TTS: 'azure,google' },
  },
  {
    name: 'Azure: no audio',
    kind,
    breaks: { otherVoice: vendor({ kind: 'no-audio' }) },
    env: { KAV_TTS: 'azure,google' },
  },
];
