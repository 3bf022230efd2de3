/** A corpus small enough for a test: noise with the rhythm of syllables, laid out like a labelled call. */
import { encodeMulaw } from '../../src/audio/mulaw.ts';
import { createRandom } from '../../src/simulator/random.ts';
import type { LabelledFile, Span, Unit, UnitKind } from './labels.ts';
import type { CorpusFile } from './load.ts';

export function unit(kind: UnitKind, startMs: number, endMs: number, more: Partial<Unit> = {}): Unit {
  const span: Span = { startMs, endMs };
  const text = kind === 'event' ? '' : 'just some words';
  return { kind, label: kind, ...span, text, segments: [span], ...more };
}

export function corpusFile(id: string, units: readonly Unit[], more: Partial<LabelledFile> = {}): CorpusFile {
  const durationMs = more.durationMs ?? Math.ceil((Math.max(...units.map(({ endMs }) => endMs)) + 1_000) / 20) * 20;
  const labels = { id, file: `${id}.ul`, category: id, durationMs, lang: 'en', units, say: [], windows: [] };
  return { ...labels, ...more, audio: audioOf(units, durationMs) };
}

function audioOf(units: readonly Unit[], durationMs: number): Uint8Array {
  const random = createRandom(5);
  const samples = Int16Array.from({ length: durationMs * 8 }, () => 8 * (random() - 0.5));
  for (const { startMs, endMs } of units.flatMap(({ segments }) => segments)) {
    for (let i = Math.round(startMs * 8); i < Math.round(endMs * 8); i++) {
      const syllable = 0.55 + 0.45 * Math.sin((2 * Math.PI * i) / 8 / 220);
      samples[i] = 6_000 * syllable * (random() * 2 - 1);
    }
  }
  return encodeMulaw(samples);
}
