/** One call as an SVG: both voices, what Kav noticed and decided, what the labels say, and where it went wrong. */
import { decodeMulaw } from '../../src/audio/mulaw.ts';
import type { JournalEntry } from '../../src/call/journal.ts';
import type { CallEffect } from '../../src/core/call-event.ts';
import type { PlayedCall } from '../run.ts';

const PIXELS_PER_SECOND = 110;
/** From the top: the place of each line of the picture. */
const ROW = {
  mistakes: 10,
  labels: 42,
  caller: 90,
  vad: 130,
  words: 150,
  states: 162,
  agent: 218,
  heard: 260,
  ticks: 274,
};
const HEIGHT = 332;
const WAVE_HEIGHT = 34;

const x = (atMs: number): string => ((atMs * PIXELS_PER_SECOND) / 1_000).toFixed(1);

export function drawCall(call: PlayedCall): string {
  const { entries, agent, caller } = call.observation;
  const lengthMs = caller.length / 8;
  return [
    `<svg width="${x(lengthMs)}" height="${HEIGHT}" data-pixels-per-second="${PIXELS_PER_SECOND}">`,
    drawGrid(lengthMs),
    drawLabels(call),
    drawWave(caller, ROW.caller, 'wave-caller'),
    drawVad(entries, lengthMs),
    drawWords(entries),
    drawStates(entries, lengthMs),
    drawWave(agent, ROW.agent, 'wave-agent'),
    drawHeard(call),
    drawTicks(entries),
    drawMistakes(call),
    `<line class="head" x1="0" x2="0" y1="0" y2="${HEIGHT}"/>`,
    '</svg>',
  ].join('\n');
}

function drawGrid(lengthMs: number): string {
  const seconds = Array.from({ length: Math.floor(lengthMs / 1_000) + 1 }, (_, i) => i);
  return seconds
    .map((s) => {
      const line = `<line class="grid" x1="${x(s * 1_000)}" x2="${x(s * 1_000)}" y1="0" y2="${HEIGHT}"/>`;
      return `${line}<text class="quiet" x="${x(s * 1_000)}" y="${HEIGHT - 4}">${s} s</text>`;
    })
    .join('');
}

function drawLabels({ timeline }: PlayedCall): string {
  return timeline.units
    .map(({ kind, label, segments, startMs, text }) => {
      const name = kind === 'turn' ? text : text === '' ? label : `${label}: ${text}`;
      const bars = segments.map((segment) => {
        const [from, to] = [x(segment.startMs), x(segment.endMs - segment.startMs)];
        const style = kind === 'barge-in' ? 'turn' : kind;
        return `<rect class="${style}" x="${from}" width="${to}" y="${ROW.labels}" height="${ROW.vad - ROW.labels - 4}"/>`;
      });
      return `${bars.join('')}<text x="${x(startMs)}" y="${ROW.labels - 3}">${escapeHtml(name)}</text>`;
    })
    .join('\n');
}

const STEP_SAMPLES = 160;

/** The loudest sample of each 20 ms, up and down from the middle. */
function drawWave(audio: Uint8Array, middle: number, style: string): string {
  const samples = decodeMulaw(audio);
  const points: string[] = [];
  const mirrored: string[] = [];
  for (let at = 0; at < samples.length; at += STEP_SAMPLES) {
    let peak = 0;
    for (let i = at; i < Math.min(at + STEP_SAMPLES, samples.length); i++) peak = Math.max(peak, Math.abs(samples[i]!));
    // By its root, so that soft speech is seen too.
    const height = WAVE_HEIGHT * Math.sqrt(peak / 32_768);
    points.push(`${x(at / 8)},${(middle - height).toFixed(1)}`);
    mirrored.unshift(`${x(at / 8)},${(middle + height).toFixed(1)}`);
  }
  return `<polygon class="${style}" points="${[...points, ...mirrored].join(' ')}"/>`;
}

/** Speech as Kav's detector saw it; pale until it is more than a noise. */
function drawVad(entries: readonly JournalEntry[], lengthMs: number): string {
  const bars: string[] = [];
  let from: number | undefined;
  let sustained: number | undefined;
  const bar = (style: string, start: number, end: number) =>
    `<rect class="${style}" x="${x(start)}" width="${x(Math.max(0, end - start))}" y="${ROW.vad}" height="6"/>`;
  const finish = (to: number): void => {
    if (from !== undefined) bars.push(bar('vad-weak', from, sustained ?? to));
    if (sustained !== undefined) bars.push(bar('vad', sustained, to));
    from = undefined;
    sustained = undefined;
  };
  for (const { event } of entries) {
    if (event.type === 'speech-start') from = event.since;
    if (event.type === 'speech-sustained') sustained = event.at;
    if (event.type === 'speech-end') finish(event.since);
  }
  finish(lengthMs);
  return bars.join('');
}

function drawWords(entries: readonly JournalEntry[]): string {
  return entries
    .map(({ event }) => {
      if (event.type !== 'transcript-final') return '';
      const text = event.text === '' ? '∅' : `“${event.text}”`;
      return `<text class="quiet" x="${x(event.at)}" y="${ROW.words}">${escapeHtml(text)}</text>`;
    })
    .join('');
}

function drawStates(entries: readonly JournalEntry[], lengthMs: number): string {
  const changes = entries.filter(({ state }, i) => state !== entries[i - 1]?.state);
  return changes
    .map(({ event, state }, i) => {
      const lasts = (changes[i + 1]?.event.at ?? lengthMs) - event.at;
      const band = `<rect class="${state}" x="${x(event.at)}" width="${x(lasts)}" y="${ROW.states}" height="12"/>`;
      return `${band}<text x="${x(event.at + 20)}" y="${ROW.states + 10}">${lasts > 700 ? state : ''}</text>`;
    })
    .join('');
}

function drawHeard({ timeline }: PlayedCall): string {
  return timeline.spurts
    .map(({ fromMs, isWhole, words }) => {
      const text = `${words.map((word) => word.text).join(' ')}${isWhole ? '' : ' —'}`;
      return `<text x="${x(fromMs)}" y="${ROW.heard}">${escapeHtml(text)}</text>`;
    })
    .join('');
}

/** Told elsewhere in the picture, or too often to be told. */
const SHOWN_EFFECTS: ReadonlySet<string> = new Set(['turn-finished', 'state-change', 'call-close']);
const SHOWN_EVENTS: ReadonlySet<string> = new Set([
  'call-start',
  'deadline',
  'mark',
  'playout-dry',
  'playout-start',
  'reply-end',
  'sentence-end',
  'sentence-start',
  'speech-end',
  'speech-start',
  'speech-sustained',
  'stream-end',
  'transcript-final',
  'transcript-partial',
  'voice-request',
]);
const TICK_LINES = 4;

/** Every judgement and decision of the journal, with all of it in the tooltip. */
function drawTicks(entries: readonly JournalEntry[]): string {
  const ticks = entries.flatMap(({ effects, event }) => [
    ...(SHOWN_EVENTS.has(event.type) ? [] : [{ at: event.at, name: event.type, about: [event] }]),
    ...effects
      .filter(({ type }) => !SHOWN_EFFECTS.has(type))
      .map((effect) => ({ at: event.at, name: nameOf(effect), about: [event, effect] })),
  ]);
  return ticks
    .map(({ about, at, name }, i) => {
      const y = ROW.ticks + (i % TICK_LINES) * 12;
      const line = `<line class="tick" x1="${x(at)}" x2="${x(at)}" y1="${ROW.agent + WAVE_HEIGHT}" y2="${y}"/>`;
      const title = `${at} ms\n${about.map((part) => JSON.stringify(part)).join('\n→ ')}`;
      return `<g>${line}<text x="${x(at + 15)}" y="${y}">${name}</text><title>${escapeHtml(title)}</title></g>`;
    })
    .join('\n');
}

const nameOf = (effect: CallEffect): string => ('reply' in effect ? `${effect.type} ${effect.reply}` : effect.type);

function drawMistakes({ measures }: PlayedCall): string {
  return measures.mistakes
    .map(({ atMs, kind, text }, i) => {
      const y = ROW.mistakes + (i % 2) * 12;
      const line = `<line class="mistake" x1="${x(atMs)}" x2="${x(atMs)}" y1="0" y2="${HEIGHT - 16}"/>`;
      const name = `<text class="mistake-text" x="${x(atMs + 20)}" y="${y}">${kind}</text>`;
      return `<g>${line}${name}<title>${escapeHtml(text)}</title></g>`;
    })
    .join('');
}

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
