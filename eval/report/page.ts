/** The page on which a person sees and hears every call of a run: one file that needs nothing else. */
import { readFile } from 'node:fs/promises';
import { serializeStereoWav } from '../../src/simulator/stereo-wav.ts';
import type { Row } from '../measure/summary.ts';
import type { PlayedCall, RunResult } from '../run.ts';
import { drawCall, escapeHtml } from './picture.ts';
import { COLUMNS } from './table.ts';

/** With more audio than this on one page a browser suffers: then only calls with a mistake can be heard. */
const MOST_AUDIO_MS = 25 * 60_000;

export async function renderPage(title: string, runs: readonly RunResult[]): Promise<string> {
  const [style, script] = await Promise.all(['page.css', 'player.js'].map(readAsset));
  const audioMs = runs.flatMap(({ calls }) => calls).reduce((sum, call) => sum + call.timeline.endMs, 0);
  const isHeard = (call: PlayedCall) => audioMs <= MOST_AUDIO_MS || call.measures.mistakes.length > 0;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>${escapeHtml(title)}</title><style>${style}</style></head><body>`,
    `<h1>${escapeHtml(title)}</h1>`,
    ...runs.map((run, i) => renderRun(run, i, isHeard)),
    `<script>${script}</script></body></html>`,
  ].join('\n');
}

const readAsset = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8');

function renderRun(run: RunResult, index: number, isHeard: (call: PlayedCall) => boolean): string {
  const { calls, settings, summary } = run;
  const idOf = ({ id }: PlayedCall) => `run${index}-${id}`;
  return [
    `<h2>${escapeHtml(settings.name)}</h2>`,
    renderRows('category', [...summary.categories, summary.total]),
    renderRows('noise', summary.noises),
    renderVerdicts(run),
    '<h3>Mistakes</h3><ul>',
    ...calls.map((call) => renderMistakes(call, idOf(call))),
    '</ul>',
    ...calls.map((call) => renderCall(call, idOf(call), isHeard(call))),
  ].join('\n');
}

function renderRows(heading: string, rows: readonly Row[]): string {
  const head = [heading, ...COLUMNS.map(({ title }) => title)].map((cell) => `<th>${escapeHtml(cell)}</th>`);
  const body = rows.map((row) => {
    const cells = [row.name, ...COLUMNS.map(({ of }) => of(row))].map((cell) => `<td>${escapeHtml(cell)}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table><tr>${head.join('')}</tr>${body.join('')}</table>`;
}

function renderVerdicts({ summary }: RunResult): string {
  const rows = summary.verdicts.map(({ limit, name, passed, value }) => {
    const verdict = `<td class="${passed ? 'pass' : 'fail'}">${passed ? 'PASS' : 'FAIL'}</td>`;
    return `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(value)}</td><td>${escapeHtml(limit)}</td>${verdict}</tr>`;
  });
  return `<table><tr><th>limit</th><th>measured</th><th>allowed</th><th></th></tr>${rows.join('')}</table>`;
}

function renderMistakes({ category, id, measures }: PlayedCall, anchor: string): string {
  const items = measures.mistakes.map(({ atMs, kind, text }) => {
    const link = `<a href="#${anchor}" data-call="${anchor}" data-at-ms="${Math.round(atMs)}">`;
    return `<li>${link}${escapeHtml(`${id} ${category}, ${(atMs / 1_000).toFixed(1)} s`)}</a> <b>${kind}</b> ${escapeHtml(text)}</li>`;
  });
  return items.join('');
}

function renderCall(call: PlayedCall, anchor: string, isHeard: boolean): string {
  const { category, id, noise, observation } = call;
  const about = [category, observation.plan.language, noise ? `${noise.type} ${noise.snrDb} dB` : ''].filter(Boolean);
  const notes = [...observation.warnings, ...observation.witness.remarks];
  return [
    `<section class="call" id="${anchor}"><h3>${escapeHtml(id)} <small>${escapeHtml(about.join(' · '))}</small></h3>`,
    isHeard ? `<audio controls preload="none" src="${audioOf(call)}"></audio> caller left, agent right` : '',
    `<div class="picture">${drawCall(call)}</div>`,
    ...notes.map((note) => `<p class="fail">${escapeHtml(note)}</p>`),
    '</section>',
  ].join('\n');
}

function audioOf({ observation }: PlayedCall): string {
  const wav = serializeStereoWav(observation.caller, observation.agent);
  return `data:audio/wav;base64,${Buffer.from(wav).toString('base64')}`;
}
