/** A journal decided again with its own settings, step by step: every other decision is tried from one of its states. */
import { Endpointer, type EndpointerMemory } from '../call/endpointer.ts';
import type { JournalEntry, ReadJournal } from '../call/journal.ts';
import { type CallState, initialCall, step } from '../core/call.ts';
import type { CallEffect, CallEvent } from '../core/call-event.ts';
import { PeerProtocolError } from '../core/errors.ts';
import { type CallSettings, defaultSettings } from '../core/settings.ts';
import { type Speech, speechesOf } from './speeches.ts';

export interface Recording {
  readonly language: string;
  readonly settings: CallSettings;
  readonly events: readonly CallEvent[];
  readonly effects: readonly (readonly CallEffect[])[];
  /** The state before each event, and one more after the last. */
  readonly states: readonly CallState[];
  /** What the endpointer knew before each event, but for what the agent expects. */
  readonly memories: readonly EndpointerMemory[];
  readonly speeches: readonly Speech[];
  /** Steps at the end that are left out, because today's core decides them otherwise. */
  readonly leftOut: number;
  /** Verdicts on pauses, and how many of them today's rules would give otherwise. */
  readonly verdicts: { readonly all: number; readonly changed: number };
}

/** Throws `PeerProtocolError` when it is no journal that Kav can have written. */
export function recordingOf({ head, entries }: ReadJournal): Recording {
  const settings = settingsIn(head.settings);
  const { language } = head;
  if (typeof language !== 'string') throw invalid('its head names no language');
  const states: CallState[] = [initialCall];
  const memories: EndpointerMemory[] = [];
  const verdicts = { all: 0, changed: 0 };
  const endpointer = new Endpointer({ language, middleMs: settings.endpointingMs, dispatch: () => {} });
  let news: CallEvent | undefined;
  for (const [i, entry] of entries.entries()) {
    const before = states[i]!;
    const [after, effects] = stepOf(entry, before, settings, i);
    if (JSON.stringify(effects) !== JSON.stringify(entry.effects)) break;
    const { event } = entry;
    memories.push(endpointer.memory);
    endpointer.take(event, after);
    states.push(after);
    if (event.type === 'endpoint-judged' && news) {
      verdicts.all++;
      const { memory } = endpointer;
      if (judgedAgain(event, news, before, { language, settings, memory }) !== event.waitMs) verdicts.changed++;
    } else if (event.type.startsWith('speech') || event.type.startsWith('transcript')) news = event;
  }
  const kept = entries.slice(0, states.length - 1);
  const events = kept.map(({ event }) => event);
  return {
    language,
    settings,
    events,
    effects: kept.map(({ effects }) => effects),
    states,
    memories,
    speeches: speechesOf(events, settings.transcriptWaitMs),
    leftOut: entries.length - kept.length,
    verdicts,
  };
}

function stepOf(entry: JournalEntry, before: CallState, settings: CallSettings, index: number) {
  // The head is line 1.
  const problem = (cause?: unknown) => invalid(`line ${index + 2} is no step of a call`, cause);
  if (typeof entry?.event?.type !== 'string' || !Number.isFinite(entry.event.at) || !Array.isArray(entry.effects)) {
    throw problem();
  }
  try {
    return step(before, entry.event, settings);
  } catch (error) {
    throw problem(error);
  }
}

/** An older journal lacks the settings that have been added since. */
function settingsIn(settings: CallSettings): CallSettings {
  for (const [name, usual] of Object.entries(defaultSettings)) {
    const value: unknown = settings[name as keyof CallSettings] ?? usual;
    if (typeof value !== typeof usual) throw invalid(`the setting ${name} in its head is ${JSON.stringify(value)}`);
  }
  return { ...defaultSettings, ...settings };
}

const invalid = (problem: string, cause?: unknown) => new PeerProtocolError('journal-invalid', problem, cause);

interface Judge {
  readonly language: string;
  readonly settings: CallSettings;
  readonly memory: EndpointerMemory;
}

/** The wait that today's rules find for a verdict of the journal; undefined when they would not have been asked. */
function judgedAgain(
  { expects }: Extract<CallEvent, { type: 'endpoint-judged' }>,
  news: CallEvent,
  state: CallState,
  { language, memory, settings }: Judge,
): number | undefined {
  let waitMs: number | undefined;
  const dispatch = (event: { readonly type: string; readonly waitMs?: number }): void => {
    waitMs = event.waitMs;
  };
  new Endpointer(
    { language, middleMs: settings.endpointingMs, dispatch },
    { ...memory, expects: expectationOf(expects) },
  ).take(news, state);
  return waitMs;
}

/** The journal has it as text; journals of before it was noted have none. */
export const expectationOf = (expects: string | undefined): EndpointerMemory['expects'] =>
  (expects ?? 'open') as EndpointerMemory['expects'];
