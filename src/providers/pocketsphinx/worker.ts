/** The thread in which PocketSphinx runs for all calls: about 2 ms of CPU for each 100 ms of speech. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Expectation } from '../contracts.ts';
import { compileGrammar } from './compile.ts';
import { Decoder } from './decoder.ts';
import { Dictionary } from './dictionary.ts';
import { loadSphinx } from './library.ts';
import { Listening } from './listening.ts';
import { findModel, type ModelFiles } from './model.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const { modelFolder } = workerData as { readonly modelFolder: string };
const model = requireModel(modelFolder);
const dictionary = new Dictionary(readFileSync(model.dictionaryFile, 'latin1'));
const sphinx = await loadSphinx();
const listenings = new Map<number, Listening>();
const notes = new Set<string>();

function requireModel(folder: string): ModelFiles {
  const found = findModel(folder);
  if (!found) throw new Error(`no model in ${folder}`);
  return found;
}

function post(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function note(text: string): void {
  if (notes.has(text)) return;
  notes.add(text);
  post({ type: 'note', text });
}

function openDecoder(expectation: Expectation): Decoder {
  const grammar = compileGrammar(expectation, dictionary);
  for (const problem of grammar.problems) note(problem);
  try {
    return new Decoder(sphinx, model, grammar);
  } catch (error) {
    note(String(error));
    return new Decoder(sphinx, model, compileGrammar({ kind: expectation.kind }, dictionary));
  }
}

function obey(message: ToWorker): void {
  const { session } = message;
  if (message.type === 'open') {
    const onPartial = (text: string) => post({ type: 'partial', session, text });
    listenings.set(session, new Listening({ openDecoder, onPartial }));
    return;
  }
  const listening = listenings.get(session);
  if (message.type === 'expect') listening?.expect(message.expectation);
  if (message.type === 'start') listening?.start();
  if (message.type === 'audio') listening?.hear(message.mulaw);
  if (message.type === 'end') post({ type: 'final', session, text: listening?.end() ?? '' });
  if (message.type === 'close') {
    listening?.close();
    listenings.delete(session);
  }
}

parentPort?.on('message', (message: ToWorker) => {
  try {
    obey(message);
  } catch (error) {
    listenings.delete(message.session);
    post({ type: 'failed', session: message.session, problem: String(error) });
  }
});
