/** One call as an SVG: both voices, what Kav noticed and decided, what the labels say, and where it went wrong. */
import { decodeMulaw } from '../../src/audio/mulaw.ts';
import type { JournalEntry } from '../../src/call/journal.ts';
import type { PlayedCall } from '../run.ts';
import { decisionsOf } from './decisions.ts';
import { escapeHtml } from './html.ts';
import { fitted, isolated, type Lettering, linesOf, widthOf } from './lettering.ts';

const PIXELS_PER_SECOND = 110;
const WAVE_HEIGHT = 34;
/** Bold letters are so much wider. */
const BOLD = 1.15;
const LINE_HEIGHT = 13;
const FLAG_HEIGHT = 17;
/** The end of a call has room for the words that begin there. */
const MARGIN_PX = 60;

/** Below the flags of the mistakes, from their lower edge. */
const ROW = { labels: 14, caller: 56, vad: 96, words: 116, states: 124, agent: 176, heard: 222, decisions: 242 };

interface Frame {
  readonly lengthMs: number;
  readonly width: number;
  readonly height: number;
  /** The lower edge of the flags. */
  readonly top: number;
}

export interface Picture {
  readonly svg: string;
  /** The names of the rows at their heights, for the margin. */
  readonly rows: readonly { readonly name: string; readonly y: number }[];
  readonly height: number;
}

const px = (atMs: number): number => (atMs * PIXELS_PER_SECOND) / 1_000;
const x = (atMs: number): string => px(atMs).toFixed(1);

export function drawCall(call: PlayedCall): Picture {
  const { entries, agent, caller } = call.observation;
  const lengthMs = caller.length / 8;
  const flags = flagsOf(call);
  const decisions = decisionsOf(entries).map((decision) => ({
    ...decision,
    x: px(decision.at) + 3,
    text: decision.name,
  }));
  const placed = linesOf(decisions);
  const top = flags.count * FLAG_HEIGHT + 4;
  const height = top + ROW.decisions + Math.max(1, placed.count) * LINE_HEIGHT + 18;
  const frame: Frame = { lengthMs, width: px(lengthMs) + MARGIN_PX, height, top };
  const svg = [
    `<svg width="${frame.width.toFixed(0)}" height="${height}" data-pixels-per-second="${PIXELS_PER_SECOND}" role="img" aria-label="Timeline of ${escapeHtml(call.id)}">`,
    drawGrid(frame),
    drawLabels(call, frame),
    drawWave(caller, top + ROW.caller, 'wave-caller'),
    drawVad(entries, frame),
    drawRow(wordsOf(entries), top + ROW.words, frame, 'quiet'),
    drawStates(entries, frame),
    drawWave(agent, top + ROW.agent, 'wave-agent'),
    drawRow(heardOf(call), top + ROW.heard, frame),
    ...decisions.map(({ about, at, text }, i) => {
      const y = top + ROW.decisions + placed.lines[i]! * LINE_HEIGHT;
      const line = `<line class="tick" x1="${x(at)}" x2="${x(at)}" y1="${top + ROW.states}" y2="${y}"/>`;
      return `<g>${line}<text x="${(px(at) + 3).toFixed(1)}" y="${y}">${escapeHtml(text)}</text><title>${escapeHtml(about)}</title></g>`;
    }),
    ...flags.drawn(height),
    `<line class="head" x1="-9" x2="-9" y1="0" y2="${height}"/>`,
    '</svg>',
  ].join('\n');
  const rows = [
    { name: 'caller', y: top + ROW.caller },
    { name: 'understood', y: top + ROW.words - 4 },
    { name: 'state', y: top + ROW.states + 6 },
    { name: 'agent', y: top + ROW.agent },
    { name: 'heard', y: top + ROW.heard - 4 },
    { name: 'decisions', y: top + ROW.decisions - 4 },
  ];
  return { svg, rows, height };
}

function drawGrid({ height, lengthMs }: Frame): string {
  const seconds = Array.from({ length: Math.floor(lengthMs / 1_000) + 1 }, (_, i) => i);
  return seconds
    .map((s) => {
      const line = `<line class="grid" x1="${x(s * 1_000)}" x2="${x(s * 1_000)}" y1="0" y2="${height - 14}"/>`;
      return `${line}<text class="quiet" x="${x(s * 1_000)}" y="${height - 3}">${s} s</text>`;
    })
    .join('');
}

function drawLabels({ timeline }: PlayedCall, frame: Frame): string {
  const bars = timeline.units.flatMap(({ kind, segments }) => {
    const style = kind === 'barge-in' ? 'turn' : kind;
    return segments.map(({ endMs, startMs }) => {
      const place = `x="${x(startMs)}" width="${x(endMs - startMs)}"`;
      return `<rect class="${style}" ${place} y="${frame.top + ROW.labels + 4}" height="${ROW.vad - ROW.labels - 8}"/>`;
    });
  });
  const names = timeline.units.map(({ kind, label, startMs, text }) => ({
    x: px(startMs),
    text: kind === 'turn' ? text : text === '' ? label : `${label}: ${text}`,
  }));
  return bars.join('') + drawRow(names, frame.top + ROW.labels, frame);
}

/** Words in one line; those that have no room are whole in their tooltip. */
function drawRow(row: readonly Lettering[], y: number, { width }: Frame, style = 'words'): string {
  const shown = fitted(row, width);
  return row
    .map(({ text, x: at }, i) => {
      const title = shown[i] === text ? '' : `<title>${escapeHtml(text)}</title>`;
      return `<text class="${style}" x="${at.toFixed(1)}" y="${y}">${escapeHtml(isolated(shown[i]!))}${title}</text>`;
    })
    .join('');
}

const STEP_SAMPLES = 160;

/** The loudest sample of each 20 ms, up and down from the middle. */
function drawWave(audio: Uint8Array, middle: number, style: string): string {
  const samples = decodeMulaw(audio);
  const heights: number[] = [];
  for (let at = 0; at < samples.length; at += STEP_SAMPLES) {
    let peak = 0;
    for (let i = at; i < Math.min(at + STEP_SAMPLES, samples.length); i++) peak = Math.max(peak, Math.abs(samples[i]!));
    // By its root, so that soft speech is seen too.
    heights.push(WAVE_HEIGHT * Math.sqrt(peak / 32_768));
  }
  const place = (height: number, i: number) => `${x((i * STEP_SAMPLES) / 8)},${(middle + height).toFixed(1)}`;
  const upper = heights.map((height, i) => place(-height, i));
  const lower = heights.map(place).reverse();
  return `<polygon class="${style}" points="${[...upper, ...lower].join(' ')}"/>`;
}

/** Speech as Kav's detector saw it; pale until it is more than a noise. */
function drawVad(entries: readonly JournalEntry[], { lengthMs, top }: Frame): string {
  const bars: string[] = [];
  let from: number | undefined;
  let sustained: number | undefined;
  const bar = (style: string, start: number, end: number) =>
    `<rect class="${style}" x="${x(start)}" width="${x(Math.max(0, end - start))}" y="${top + ROW.vad}" height="6"/>`;
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

const wordsOf = (entries: readonly JournalEntry[]): readonly Lettering[] =>
  entries.flatMap(({ event }) =>
    event.type === 'transcript-final' ? [{ x: px(event.at), text: event.text === '' ? '∅' : `“${event.text}”` }] : [],
  );

const heardOf = ({ timeline }: PlayedCall): readonly Lettering[] =>
  timeline.spurts.map(({ fromMs, isWhole, words }) => ({
    x: px(fromMs),
    text: `${words.map((word) => word.text).join(' ')}${isWhole ? '' : ' —'}`,
  }));

function drawStates(entries: readonly JournalEntry[], { lengthMs, top }: Frame): string {
  const changes = entries.filter(({ state }, i) => state !== entries[i - 1]?.state);
  return changes
    .map(({ event, state }, i) => {
      const lasts = (changes[i + 1]?.event.at ?? lengthMs) - event.at;
      const y = top + ROW.states;
      const title = `<title>${state} for ${lasts} ms</title>`;
      const band = `<rect class="${state}" x="${x(event.at)}" width="${x(lasts)}" y="${y}" height="13">${title}</rect>`;
      const name = px(lasts) > widthOf(state) ? state : '';
      return `${band}<text class="state" x="${(px(event.at) + 3).toFixed(1)}" y="${y + 10}">${name}</text>`;
    })
    .join('');
}

/** A flag at the top for each mistake, which plays it. */
function flagsOf({ measures }: PlayedCall) {
  const flags = measures.mistakes.map(({ atMs, kind, text }) => ({
    atMs,
    about: text,
    x: px(atMs),
    text: `▶ ${kind}`,
  }));
  const { count, lines } = linesOf(flags);
  const drawn = (height: number): readonly string[] =>
    flags.map(({ about, atMs, text }, i) => {
      const y = lines[i]! * FLAG_HEIGHT;
      const pole = `<line class="mistake" x1="${x(atMs)}" x2="${x(atMs)}" y1="${y}" y2="${height - 16}"/>`;
      const flag = `<rect class="flag" x="${x(atMs)}" y="${y}" width="${(widthOf(text) * BOLD + 8).toFixed(1)}" height="15" rx="2"/>`;
      const name = `<text class="flag-text" x="${(px(atMs) + 4).toFixed(1)}" y="${y + 11}">${text}</text>`;
      const label = escapeHtml(`${text}: ${about}`);
      const button = `role="button" tabindex="0" data-at-ms="${Math.round(atMs)}" aria-label="${label}"`;
      return `<g class="mistake-flag" ${button}>${pole}${flag}${name}<title>${escapeHtml(about)}</title></g>`;
    });
  return { count, drawn };
}
