/** The page on which a person sees and hears every call of a run: one file that needs nothing else. */
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { serializeStereoWav } from '../../src/simulator/stereo-wav.ts';
import type { Row } from '../measure/summary.ts';
import type { PlayedCall, RunResult } from '../run.ts';
import { escapeHtml } from './html.ts';
import { drawCall } from './picture.ts';
import { COLUMNS } from './table.ts';

/** With more audio than this on one page a browser suffers: then only calls with a mistake can be heard. */
const MOST_AUDIO_MS = 60 * 60_000;

/** A page without its call icon would ask the server for one. */
const HEAD = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">';

const HELP = `<details class="help"><summary>How to read it, and the keys</summary>
<p>Above each caller's sound stands what the labels of the corpus say, with <span class="key turn">turns</span> and
<span class="key event">noises and “mhm”</span>; below it, what the detector took for speech:
<span class="key vad-weak">at first</span>, then <span class="key vad">more than a noise</span>. The band is the state:
<span class="key LISTENING">listening</span> <span class="key THINKING">thinking</span>
<span class="key SPEAKING">speaking</span>. A dash ends words that were cut. What was decided, and why, stands at the
bottom; point at it for all of it. <span class="key flag-key">▶</span> marks a mistake.</p>
<p>A click on a mistake plays it from a second and a half before; a click in a picture plays from there.
<kbd>n</kbd> and <kbd>p</kbd> play the next mistake and the one before, <kbd>space</kbd> stops and goes on,
<kbd>←</kbd> <kbd>→</kbd> move by a second.</p></details>`;

export async function renderPage(title: string, runs: readonly RunResult[]): Promise<string> {
  const [style, script] = await Promise.all(['page.css', 'player.js'].map(readAsset));
  const audioMs = runs.flatMap(({ calls }) => calls).reduce((sum, call) => sum + call.timeline.endMs, 0);
  const isHeard = (call: PlayedCall) => audioMs <= MOST_AUDIO_MS || call.measures.mistakes.length > 0;
  return [
    `<!doctype html><html lang="en"><head>${HEAD}`,
    `<title>${escapeHtml(title)}</title><style>${style}</style></head><body>`,
    `<h1>${escapeHtml(title)}</h1>`,
    runs.length > 1 ? `<nav>${runs.map(runLink).join(' · ')}</nav>` : '',
    HELP,
    '<label class="filter"><input type="checkbox" id="only-mistakes"> only calls with a mistake</label>',
    ...runs.map((run, i) => renderRun(run, { index: i, runs: runs.length, isHeard })),
    `<script>${script}</script></body></html>`,
  ].join('\n');
}

const readAsset = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8');

const nameOf = ({ settings }: RunResult, index: number, of: number): string =>
  of > 1 ? `(${index + 1}) ${settings.name}` : settings.name;

function runLink(run: RunResult, index: number, runs: readonly RunResult[]): string {
  const count = run.calls.reduce((sum, { measures }) => sum + measures.mistakes.length, 0);
  const mistakes = `${count} ${count === 1 ? 'mistake' : 'mistakes'}`;
  return `<a href="#run${index}">${escapeHtml(nameOf(run, index, runs.length))}</a> (${mistakes})`;
}

interface Place {
  readonly index: number;
  readonly runs: number;
  readonly isHeard: (call: PlayedCall) => boolean;
}

function renderRun(run: RunResult, place: Place): string {
  const { index, isHeard, runs } = place;
  const { calls, summary } = run;
  const idOf = ({ id }: PlayedCall, of = index) => `run${of}-${id}`;
  const others = (call: PlayedCall) =>
    Array.from({ length: runs }, (_, i) => i)
      .filter((i) => i !== index)
      .map((i) => `<a href="#${escapeHtml(idOf(call, i))}">the same in (${i + 1})</a>`);
  const mistakes = calls.map((call) => renderMistakes(call, idOf(call))).join('');
  return [
    `<h2 id="run${index}">${escapeHtml(nameOf(run, index, runs))}</h2>`,
    renderRows('category', [...summary.categories, summary.total]),
    renderRows('noise', summary.noises),
    renderVerdicts(run),
    '<h3>Mistakes</h3>',
    mistakes === '' ? '<p>None.</p>' : `<ul class="mistakes">${mistakes}</ul>`,
    ...calls.map((call) => renderCall(call, idOf(call), { isHeard: isHeard(call), links: others(call) })),
  ].join('\n');
}

function renderRows(heading: string, rows: readonly Row[]): string {
  const head = [heading, ...COLUMNS.map(({ title }) => title)].map((cell) => `<th>${escapeHtml(cell)}</th>`);
  const body = rows.map((row) => {
    const cells = [row.name, ...COLUMNS.map(({ of }) => of(row))].map((cell) => `<td>${escapeHtml(cell)}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  return tableOf(heading, `<tr>${head.join('')}</tr>${body.join('')}`);
}

/** A table that is wider than the page moves by itself, also with the keys. */
const tableOf = (name: string, rows: string): string =>
  `<div class="scroll" tabindex="0" role="region" aria-label="by ${escapeHtml(name)}"><table>${rows}</table></div>`;

function renderVerdicts({ summary }: RunResult): string {
  const rows = summary.verdicts.map(({ limit, name, passed, value }) => {
    const verdict = `<td class="${passed ? 'pass' : 'fail'}">${passed ? 'PASS' : 'FAIL'}</td>`;
    return `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(value)}</td><td>${escapeHtml(limit)}</td>${verdict}</tr>`;
  });
  return tableOf('limit', `<tr><th>limit</th><th>measured</th><th>allowed</th><th></th></tr>${rows.join('')}`);
}

function renderMistakes({ category, id, measures }: PlayedCall, anchor: string): string {
  const items = measures.mistakes.map(({ atMs, kind, text }) => {
    const place = `data-call="${escapeHtml(anchor)}" data-at-ms="${Math.round(atMs)}"`;
    const name = escapeHtml(`${id} ${category}, ${(atMs / 1_000).toFixed(1)} s`);
    return `<li><button type="button" ${place}>▶ ${name}</button> <b>${kind}</b> ${escapeHtml(text)}</li>`;
  });
  return items.join('');
}

interface Shown {
  readonly isHeard: boolean;
  readonly links: readonly string[];
}

function renderCall(call: PlayedCall, anchor: string, { isHeard, links }: Shown): string {
  const { category, id, measures, noise, observation } = call;
  const about = [category, observation.plan.language, noise ? `${noise.type} ${noise.snrDb} dB` : ''].filter(Boolean);
  const notes = [...observation.warnings, ...observation.witness.remarks];
  const picture = drawCall(call);
  const rows = picture.rows.map(({ name, y }) => `<span style="top:${y - 8}px">${name}</span>`);
  const count = measures.mistakes.length;
  return [
    `<section class="call" id="${escapeHtml(anchor)}" data-mistakes="${count}">`,
    `<h3>${escapeHtml(id)} <small>${[...about.map(escapeHtml), ...links].join(' · ')}</small></h3>`,
    isHeard
      ? `<p class="sound"><audio controls></audio> caller left, agent right</p><script type="text/plain">${audioOf(call)}</script>`
      : '<p class="quiet">Not heard: the page would be too large. Play fewer files to hear this one.</p>',
    `<div class="timeline"><div class="rows" aria-hidden="true">${rows.join('')}</div>`,
    `<div class="picture" tabindex="0" role="region" aria-label="${escapeHtml(id)}">${picture.svg}</div></div>`,
    ...notes.map((note) => `<p class="fail">${escapeHtml(note)}</p>`),
    '</section>',
  ].join('\n');
}

/** Speech and silence shrink to a quarter; the page unpacks what is looked at. */
function audioOf({ observation }: PlayedCall): string {
  return gzipSync(serializeStereoWav(observation.caller, observation.agent)).toString('base64');
}
