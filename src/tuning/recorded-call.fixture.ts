/** Journals of calls that are told event by event, with an agent that always takes as long to think and to speak. */

import type { AgentRuntime } from '../call/agent-runtime.ts';
import { CallRunner } from '../call/call-runner.ts';
import { createEndpointer, type Endpointer } from '../call/endpointer.ts';
import type { JournalEntry, ReadJournal } from '../call/journal.ts';
import type { CallEffect, CallEventBody } from '../core/call-event.ts';
import { type CallSettings, defaultSettings } from '../core/settings.ts';
import { floorOf } from '../core/turn.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';

export type Told = CallEventBody & { readonly at: number };

export interface RecordedOptions {
  readonly settings?: Partial<CallSettings>;
  readonly brainMs?: number;
  readonly voiceMs?: number;
  /** How long each answer is. */
  readonly audioMs?: number;
}

/** Speech from `from` to `to`, noticed as late as a detector notices it, and its words 250 ms after its end. */
export function spoken(from: number, to: number, text: string): readonly Told[] {
  return [
    { at: from + 60, type: 'speech-start', since: from },
    ...(to - from >= 120 ? ([{ at: from + 120, type: 'speech-sustained' }] as const) : []),
    { at: to + 200, type: 'speech-end', since: to },
    { at: to + 250, type: 'transcript-final', text },
  ];
}

export const hangUpAt = (at: number): Told => ({ at, type: 'stream-end', reason: 'caller-hung-up' });

export function recordCall(told: readonly Told[], options: RecordedOptions = {}): ReadJournal {
  // The speech of these callers is sustained 120 ms after it began.
  const settings = { ...defaultSettings, bargeInMs: 120, ...options.settings };
  const clock = new VirtualClock();
  const office = new Office(clock, settings, options);
  office.send({ type: 'call-start' });
  for (const { at, ...event } of [...told].sort((a, b) => a.at - b.at)) {
    clock.advanceTo(at);
    office.send(event as CallEventBody);
  }
  clock.advanceTo(clock.now() + 1_000);
  const head = {
    journal: 1,
    version: 'test',
    callSid: 'CA1',
    streamSid: 'MZ1',
    from: '+1',
    to: '+2',
    agent: 'Test',
    language: 'en-US',
    providers: { stt: 'told', brain: 'told', tts: 'told' },
    caveats: [],
    startedAt: '2026-01-01T00:00:00.000Z',
    settings,
  } as const;
  return JSON.parse(JSON.stringify({ head, entries: office.entries })) as ReadJournal;
}

class Office {
  readonly entries: JournalEntry[] = [];
  readonly #clock: VirtualClock;
  readonly #runner: CallRunner;
  readonly #endpointer: Endpointer | undefined;
  readonly #options: Required<Omit<RecordedOptions, 'settings'>>;
  #preparedAt: number | undefined;
  #generation = 0;
  /** What is on its way to the caller. */
  #alarms: (() => void)[] = [];

  constructor(
    clock: VirtualClock,
    settings: CallSettings,
    { audioMs = 1_500, brainMs = 150, voiceMs = 100 }: RecordedOptions,
  ) {
    this.#clock = clock;
    this.#options = { audioMs, brainMs, voiceMs };
    const agent = { options: { language: 'en-US' } } as AgentRuntime;
    this.#endpointer = createEndpointer({ agent, settings }, (event) => this.send(event));
    this.#runner = new CallRunner({
      clock,
      settings,
      perform: (effect) => this.#perform(effect),
      record: (event, [state, effects]) => {
        this.entries.push({ event, effects, state: floorOf(state.turn) });
        this.#endpointer?.take(event, state);
      },
      onBug: (error) => {
        throw error;
      },
    });
  }

  send(event: CallEventBody): void {
    this.#runner.dispatch(event);
  }

  #perform(effect: CallEffect): void {
    const now = this.#clock.now();
    switch (effect.type) {
      case 'greeting-start':
        return this.send({ type: 'reply-end', reply: effect.reply, hangUp: false });
      case 'answer-prepare':
        this.#preparedAt = now;
        return;
      case 'answer-drop':
        this.#preparedAt = undefined;
        return;
      case 'answer-start': {
        const askedAt = Math.max(now, (this.#preparedAt ?? now) + this.#options.brainMs);
        this.#preparedAt = undefined;
        this.#at(askedAt, () => this.send({ type: 'voice-request', reply: effect.reply, text: 'All right.' }));
        return this.#at(askedAt + this.#options.voiceMs, () => this.#speak(effect.reply, 'All right.'));
      }
      case 'line-start':
        return this.#at(now, () => this.#speak(effect.reply, 'Are you there?'));
      case 'reply-cancel':
      case 'playout-pause':
      case 'playout-clear':
        if ('generation' in effect) this.#generation = effect.generation;
        for (const cancel of this.#alarms) cancel();
        this.#alarms = [];
        return;
      case 'playout-resume':
        this.send({ type: 'playout-start', reply: effect.reply, fromMs: 0 });
        return this.#finish(effect.reply);
    }
  }

  #speak(reply: number, text: string): void {
    this.send({ type: 'sentence-start', reply, text });
    this.send({ type: 'playout-start', reply });
    this.send({ type: 'sentence-end', reply, audioMs: this.#options.audioMs });
    this.send({ type: 'reply-end', reply, hangUp: false });
    this.#finish(reply);
  }

  #finish(reply: number): void {
    const { audioMs } = this.#options;
    const generation = this.#generation;
    this.#at(this.#clock.now() + audioMs, () => {
      this.send({ type: 'mark', reply, generation, playedMs: audioMs, last: true });
    });
  }

  #at(time: number, what: () => void): void {
    this.#alarms.push(this.#clock.at(time, what));
  }
}
