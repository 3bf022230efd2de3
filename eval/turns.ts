/** `npm run eval:turns`: plays a labelled corpus of callers through Kav and tells how good its turn-taking is. */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../src/core/errors.ts';
import { buildCorpus } from './corpus/build.ts';
import { type Corpus, loadCorpus } from './corpus/load.ts';
import { type EvalOptions, parseOptions, USAGE } from './options.ts';
import { writeJournals } from './report/journals.ts';
import { serializeRuns } from './report/json.ts';
import { renderPage } from './report/page.ts';
import { renderRun, renderVerdicts } from './report/table.ts';
import { type RunResult, runCorpus } from './run.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (!options) {
    console.log(USAGE);
    return 0;
  }
  const corpus = await openCorpus(options);
  for (const remark of [...options.remarks, ...corpus.remarks]) console.log(`note: ${remark}`);
  const began = performance.now();
  const runs: RunResult[] = [];
  for (const settings of options.runs)
    runs.push(await runCorpus(corpus, settings, { ...options, onCall: showProgress }));
  print(corpus, runs, options, performance.now() - began);
  await writeReports(corpus, runs, options);
  return runs[0]!.summary.passed ? 0 : 1;
}

async function openCorpus({ corpus: named, echo, only }: EvalOptions): Promise<Corpus> {
  const folder = named ?? (await buildCorpus(REPOSITORY, path.join(tmpdir(), 'kav-eval')));
  const corpus = await loadCorpus(folder, { only });
  return echo ? { ...corpus, files: corpus.files.map((file) => ({ ...file, echo: file.echo ?? echo })) } : corpus;
}

/** A dot for each call, where somebody watches. */
function showProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('.');
}

function print(corpus: Corpus, runs: readonly RunResult[], { isReal }: EvalOptions, tookMs: number): void {
  const { delays } = runs[0]!.settings;
  const time = isReal ? 'real time, HTTP and WebSocket' : 'virtual time (--real is the proof)';
  console.log(`\n${corpus.files.length} calls of "${corpus.name}", ${time}, ${(tookMs / 1_000).toFixed(1)} s`);
  console.log(
    `providers: final ${delays.sttFinalMs} ms after the words, partial ${delays.sttPartialMs} ms, ` +
      `brain ${delays.brainMs} ms, voice ${delays.voiceMs} ms; times below in ms`,
  );
  for (const [i, run] of runs.entries()) console.log(`\n${runs.length > 1 ? `(${i + 1}) ` : ''}${renderRun(run)}`);
  console.log(`\n${renderVerdicts(runs)}`);
}

async function writeReports(corpus: Corpus, runs: readonly RunResult[], options: EvalOptions): Promise<void> {
  const { html, isReal, journals, json } = options;
  if (json !== undefined) await write(json, serializeRuns(corpus.name, isReal, runs));
  if (journals !== undefined) {
    for (const folder of await writeJournals(journals, runs)) console.log(`written: ${folder}`);
  }
  if (html !== undefined) await write(html, await renderPage(`Turn-taking: ${corpus.name}`, runs));
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, text);
  console.log(`written: ${file}`);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
