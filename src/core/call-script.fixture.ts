/** Calls written as events at their times, for the tests of the core. */
import { type CallState, initialCall, nextDeadline, step } from './call.ts';
import type { CallEffect, CallEventBody } from './call-event.ts';
import { type CallSettings, defaultSettings } from './settings.ts';

/** Plays events at their times, lets deadlines fire in between, and notes what the core wanted and when. */
export class Script {
  state: CallState = initialCall;
  readonly log: string[] = [];
  readonly effects: CallEffect[] = [];
  #now = 0;
  readonly #settings: CallSettings;

  constructor(settings: Partial<CallSettings> = {}) {
    this.#settings = { ...defaultSettings, speculative: false, ...settings };
  }

  at(ms: number, ...events: CallEventBody[]): this {
    this.until(ms);
    for (const event of events) this.#take(event);
    return this;
  }

  until(ms: number): this {
    for (let due = this.#due(); due !== undefined && due <= ms; due = this.#due()) {
      this.#now = Math.max(this.#now, due);
      this.#take({ type: 'deadline' });
    }
    this.#now = ms;
    return this;
  }

  get heard(): string[] {
    return this.state.transcript.map(({ who, text, interrupted }) => `${who}: ${text}${interrupted ? ' —' : ''}`);
  }

  #due(): number | undefined {
    return nextDeadline(this.state, this.#settings);
  }

  #take(event: CallEventBody): void {
    const [state, effects] = step(this.state, { ...event, at: this.#now }, this.#settings);
    this.state = state;
    this.effects.push(...effects);
    for (const effect of effects) this.log.push(`${this.#now} ${describeEffect(effect)}`);
  }
}

function describeEffect(effect: CallEffect): string {
  switch (effect.type) {
    case 'line-start':
      return `line ${effect.line}`;
    case 'state-change':
      return effect.state;
    case 'hang-up':
    case 'call-close':
      return `${effect.type} ${effect.reason}`;
    case 'turn-finished':
      return `${effect.turn.who}: ${effect.turn.text}`;
    case 'barge-in':
      return `barge-in after ${effect.heardMs}`;
    default:
      return effect.type;
  }
}

export const start = (reply: number, text: string, audioMs: number): CallEventBody[] => [
  { type: 'sentence-start', reply, text },
  { type: 'playout-start', reply },
  { type: 'sentence-end', reply, audioMs },
];
export const end = (reply: number, hangUp = false): CallEventBody => ({ type: 'reply-end', reply, hangUp });
export const played = (reply: number, playedMs: number, generation = 0): CallEventBody => ({
  type: 'mark',
  reply,
  generation,
  playedMs,
  last: true,
});
export const mark = (reply: number, playedMs: number, generation = 0): CallEventBody => ({
  type: 'mark',
  reply,
  generation,
  playedMs,
  last: false,
});
export const speech = (since: number): CallEventBody => ({ type: 'speech-start', since });
export const sustained: CallEventBody = { type: 'speech-sustained' };
export const silence = (since: number): CallEventBody => ({ type: 'speech-end', since });
export const partial = (text: string): CallEventBody => ({ type: 'transcript-partial', text });
export const final = (text: string): CallEventBody => ({ type: 'transcript-final', text });

/** A call whose greeting has been played: the caller may speak from 1000 on. */
export function greeted(settings: Partial<CallSettings> = {}): Script {
  return new Script(settings)
    .at(0, { type: 'call-start' }, ...start(1, 'Hello.', 1000), end(1))
    .at(1000, played(1, 1000));
}

/** … who has said something and is being answered from 2450 on. */
export function asked(settings: Partial<CallSettings> = {}): Script {
  const script = greeted(settings).at(1100, speech(1040)).at(2200, silence(2000)).at(2300, final('are you open'));
  script.log.length = 0;
  return script.until(2450);
}
