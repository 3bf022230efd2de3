/**
 * Ten thousand calls in which everything happens at random times: the rules of a conversation hold in each, and each
 * journal replays to the same effects. A failure prints the seed of its call; `SEED=n` runs that call alone.
 */
import { describe, expect, test } from 'vitest';
import { CallRunner } from '../src/call/call-runner.ts';
import { type CallState, initialCall, isEnded, nextDeadline, step } from '../src/core/call.ts';
import type { CallEffect, CallEvent, CallEventBody } from '../src/core/call-event.ts';
import { type CallSettings, defaultSettings } from '../src/core/settings.ts';
import { taskOf } from '../src/core/turn.ts';
import { turnDeadline } from '../src/core/turn-deadline.ts';
import { createRandom } from '../src/simulator/random.ts';
import { VirtualClock } from '../src/simulator/virtual-clock.ts';

const CALLS = 10_000;
/** Speech is timed only where it lasts for minutes. */
const TIMED_SPEECH: ReadonlySet<string> = new Set(['cut-in', 'wordless']);
let cutIns = 0;
let takeOvers = 0;

interface SentenceMarks {
  readonly line?: 'filler';
  readonly uninterruptible?: true;
}

/** As `expect`, which costs microseconds: this is asked millions of times. */
function holds(isSo: boolean, rule: string): void {
  if (!isSo) expect.fail(rule);
}

/** A shell with a random brain, a random voice and a carrier that plays, echoes marks, and flushes on clear. */
class RandomShell {
  readonly clock = new VirtualClock();
  readonly events: CallEvent[] = [];
  readonly effects: CallEffect[] = [];
  readonly runner: CallRunner;
  readonly random: () => number;
  readonly settings: CallSettings;
  #live = 0; // the reply that may make sound
  readonly #complete = new Set<number>(); // replies whose brain and voice have finished
  readonly #failed = new Set<number>();
  #generation = 0;
  #playing: { reply: number; until: number; cancels: (() => void)[] } | undefined;
  #audibleUntil = 0;
  #closed = false;
  #finalAt = 0;
  #prepared = 0;
  /** Cancels the terminal mark that is on its way. */
  #unfinish: () => void = () => {};
  /** Audio that waits while the reply is paused, and how much of it until all that must be heard has been. */
  #paused: { leftMs: number; mustHearMs: number } | undefined;
  /** When the caller has heard all that must be heard. */
  #mustHearUntil = 0;
  #queuedMs = 0; // of the live reply
  #hasCutIn = false;
  #checks = 0;
  callerSpeaking = false;
  taken = false;
  keysInterrupt: boolean;
  toolsUsed = 0;
  spokenWords = new Set<string>();

  constructor(seed: number) {
    this.random = createRandom(seed);
    this.settings = {
      ...defaultSettings,
      bargeIn: this.random() < 0.8,
      keysInterrupt: this.random() < 0.3,
      ...(this.random() < 0.3 ? { longTurnMs: 3_000, longTurnGraceMs: 1_000 } : {}),
      ...(this.random() < 0.3 ? { noPersonMs: 4_000 } : {}),
      maxCallMs: this.random() < 0.1 ? 20_000 : 120_000,
    };
    this.keysInterrupt = this.settings.keysInterrupt === true;
    this.runner = new CallRunner({
      clock: this.clock,
      settings: this.settings,
      perform: (effect) => this.#perform(effect),
      record: (event, [, effects]) => {
        this.events.push(event);
        this.effects.push(...effects);
        const isSilenced = effects.some(({ type }) => type === 'barge-in' || type === 'playout-pause');
        const isAllHeard = this.clock.now() >= this.#mustHearUntil && !this.#paused?.mustHearMs;
        holds(!isSilenced || isAllHeard, 'what must be heard is not interrupted');
        this.#checkLines(effects);
        const stopsForKey = event.type === 'digit' && effects.some(({ type }) => type === 'barge-in');
        holds(!stopsForKey || this.keysInterrupt, 'keys interrupt only where that was said');
        if (event.type === 'expect' && this.#live === event.reply)
          this.keysInterrupt = event.keysInterrupt ?? this.settings.keysInterrupt === true;
      },
      onBug: (error) => {
        throw error;
      },
    });
  }

  between(min: number, max: number): number {
    return Math.floor(min + this.random() * (max - min));
  }

  send(body: CallEventBody): void {
    this.runner.dispatch(body);
    this.#check();
  }

  /** A recogniser is late as it likes, but keeps the order of its utterances. */
  nextFinalIn(ms: number): number {
    this.#finalAt = Math.max(this.clock.now() + ms, this.#finalAt + 100);
    return this.#finalAt - this.clock.now();
  }

  later(ms: number, what: () => void): () => void {
    return this.clock.at(this.clock.now() + ms, what);
  }

  #perform(effect: CallEffect): void {
    holds(!this.#closed, 'nothing after call-close');
    switch (effect.type) {
      case 'greeting-start':
      case 'answer-start':
      case 'say-start':
      case 'line-start':
        expect(this.taken, 'an agent whose call is taken over says nothing').toBe(false);
        expect(this.#live === 0 || this.#complete.has(this.#live), 'one reply at a time').toBe(true);
        this.#live = effect.reply;
        this.#mustHearUntil = 0;
        this.#queuedMs = 0;
        if (effect.type === 'answer-start') this.#answer(effect.reply);
        else this.#speak(effect.reply, this.between(1, 150), 0);
        return;
      case 'answer-prepare':
        expect(effect.reply, 'what is prepared is the next reply').toBe(this.runner.state.turn.replies + 1);
        this.#prepared = effect.reply;
        return;
      case 'answer-drop':
        expect(effect.reply, 'only what was prepared is dropped').toBe(this.#prepared);
        return;
      case 'filler-play':
        expect(effect.reply).toBe(this.#live);
        if (this.random() < 0.9)
          this.#queue(effect.reply, 'one moment please', this.between(5, 300), { line: 'filler' });
        return;
      case 'reply-cancel':
        expect(effect.reply, 'only the live reply is cancelled').toBe(this.#live);
        this.#live = 0;
        return;
      case 'playout-clear':
        this.#generation = effect.generation;
        for (const cancel of this.#playing?.cancels ?? []) cancel();
        this.#unfinish();
        this.#playing = undefined;
        this.#paused = undefined;
        this.#mustHearUntil = 0;
        this.#audibleUntil = this.clock.now();
        return;
      case 'playout-pause':
        expect(effect.reply, 'only the live reply pauses').toBe(this.#live);
        expect(this.#paused, 'a paused reply is not paused again').toBeUndefined();
        this.#generation = effect.generation;
        for (const cancel of this.#playing?.cancels ?? []) cancel();
        this.#unfinish();
        this.#paused = { leftMs: Math.max(0, (this.#playing?.until ?? 0) - this.clock.now()), mustHearMs: 0 };
        this.#playing = undefined;
        this.#audibleUntil = this.clock.now();
        return;
      case 'playout-resume':
        expect(effect.reply, 'only the live reply resumes').toBe(this.#live);
        this.#resume(effect.reply);
        return;
      case 'operator-start':
        expect(this.#live === 0 || this.#complete.has(this.#live), 'nothing of the agent is heard beside it').toBe(
          true,
        );
        this.taken = true;
        return;
      case 'operator-end':
        expect(this.taken, 'only what was taken over is given back').toBe(true);
        this.taken = false;
        return;
      case 'hang-up':
        if (this.random() < 0.8)
          this.later(this.between(1, 1_500), () => this.send({ type: 'stream-end', reason: 'caller-hung-up' }));
        return;
      case 'call-close':
        this.#closed = true;
        return;
      default:
        return;
    }
  }

  #answer(reply: number): void {
    expect(this.spokenWords.size, 'an answer needs words').toBeGreaterThan(0);
    if (this.random() < 0.05) return; // a brain that never answers
    this.#speak(reply, this.random() < 0.2 ? this.between(1_000, 15_000) : this.between(50, 900), 0);
  }

  /** The brain and the voice: sentences with delays; sometimes an error, sometimes nothing, sometimes late news. */
  #speak(reply: number, delayMs: number, said: number): void {
    this.later(delayMs, () => {
      if (this.random() < 0.03) {
        this.#failed.add(reply);
        this.#complete.add(reply);
        return this.send({ type: 'reply-error', reply, code: 'provider-failed' });
      }
      if (this.random() < 0.08) return this.#useTools(reply, said);
      if (said > 0 && this.random() < 0.5) {
        if (this.random() < 0.1)
          this.send({ type: 'outcome', reply, outcome: { status: 'completed', flow: 'x', slots: {} } });
        this.#complete.add(reply);
        this.send({ type: 'reply-end', reply, hangUp: this.random() < 0.03 });
        return this.#finish(reply);
      }
      const uninterruptible = this.random() < 0.15;
      const text = `sentence ${said} of reply ${reply}`;
      if (uninterruptible && this.random() < 0.5)
        this.send({ type: 'voice-request', reply, text, uninterruptible: true });
      if (said === 0 && this.random() < 0.4) this.#expect(reply);
      this.#queue(reply, text, 0, uninterruptible ? { uninterruptible } : {});
      this.#speak(reply, this.between(10, 1_200), said + 1);
    });
  }

  /** A long turn is cut in on once; a person is asked for before the caller is sent away. */
  #checkLines(effects: readonly CallEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'turn-finished' && effect.turn.who === 'caller') this.#hasCutIn = false;
      if (effect.type !== 'line-start') continue;
      if (effect.line === 'person-check') this.#checks++;
      holds(effect.line !== 'no-person' || this.#checks > 0, 'who is sent away has been asked');
      expect(this.#checks, 'nobody is asked for ever').toBeLessThanOrEqual(2);
      if (effect.line !== 'cut-in') continue;
      expect(this.#hasCutIn, 'nobody is cut in on twice in one turn').toBe(false);
      this.#hasCutIn = true;
      cutIns++;
    }
  }

  #expect(reply: number): void {
    const keys = this.random() < 0.7 ? { keysInterrupt: this.random() < 0.5 } : {};
    this.send({ type: 'expect', reply, kind: 'choice', ...keys });
  }

  /** Tools go on to their end, even when their reply is cancelled meanwhile. */
  #useTools(reply: number, said: number): void {
    this.send({ type: 'tool-start', reply });
    this.later(this.random() < 0.2 ? this.between(2_000, 20_000) : this.between(5, 1_500), () => {
      const exchange = { id: `${reply}`, name: 'tool', arguments: '{}', result: '{}' };
      this.send({ type: 'tool-end', of: reply, exchanges: [exchange] });
      this.toolsUsed++;
      this.#speak(reply, this.between(5, 400), said);
    });
  }

  #resume(reply: number): void {
    const leftMs = Math.max(20, this.#paused?.leftMs ?? 0); // a frame at least
    const mustHearMs = this.#paused?.mustHearMs ?? 0;
    this.#paused = undefined;
    const until = this.clock.now() + leftMs;
    this.#audibleUntil = until;
    if (mustHearMs > 0) this.#mustHearUntil = this.clock.now() + mustHearMs;
    this.#markAt(reply, leftMs);
    this.later(0, () => this.#live === reply && this.send({ type: 'playout-start', reply, fromMs: 0 }));
    const dry = this.later(leftMs, () => {
      if (this.#playing?.until === until) this.send({ type: 'playout-dry', reply, sentMs: leftMs });
    });
    this.#playing = { reply, until, cancels: [dry] };
    if (this.#complete.has(reply) && !this.#failed.has(reply)) this.#finish(reply);
  }

  #finish(reply: number): void {
    if (this.#paused) return;
    const generation = this.#generation;
    const wait = Math.max(0, (this.#playing?.until ?? 0) - this.clock.now());
    if (this.#live !== reply || this.random() < 0.05) return; // a terminal mark that is never echoed
    this.#unfinish();
    this.#unfinish = this.later(wait + 30, () => {
      if (this.#live === reply) this.#live = 0;
      this.send({ type: 'mark', reply, generation, playedMs: this.#queuedMs, last: true });
    });
  }

  /** The mark of a sentence's end comes back when it has been heard. */
  #markAt(reply: number, ms: number): void {
    const [generation, playedMs] = [this.#generation, this.#queuedMs];
    this.later(ms + 30, () => {
      if (generation === this.#generation) this.send({ type: 'mark', reply, generation, playedMs, last: false });
    });
  }

  #queue(reply: number, text: string, delayMs: number, marks: SentenceMarks = {}): void {
    this.later(delayMs, () => {
      if (this.#live !== reply) {
        // News of a reply that was cancelled: the door refuses it.
        this.send({ type: 'sentence-start', reply, text });
        this.send({ type: 'playout-start', reply });
        return;
      }
      const now = this.clock.now();
      const audioMs = text.length * 60;
      if (this.#paused) {
        this.#paused.leftMs += audioMs;
        this.#queuedMs += audioMs;
        if (marks.uninterruptible) this.#paused.mustHearMs = this.#paused.leftMs;
        this.send({ type: 'sentence-start', reply, text, ...marks });
        this.send({ type: 'sentence-end', reply, audioMs });
        return;
      }
      const playing = this.#playing;
      const wasDry = !playing || playing.until <= now;
      this.#queuedMs += audioMs;
      this.send({ type: 'sentence-start', reply, text, ...marks });
      this.send({ type: 'sentence-end', reply, audioMs });
      const until = (wasDry ? now : playing.until) + audioMs;
      this.#audibleUntil = until;
      if (marks.uninterruptible) this.#mustHearUntil = until;
      this.#markAt(reply, until - now);
      const dry = this.later(until - now - 0, () => {
        if (this.#playing?.until === until) this.send({ type: 'playout-dry', reply, sentMs: audioMs });
      });
      this.#playing = { reply, until, cancels: [...(playing?.cancels ?? []), dry] };
      if (wasDry) this.send({ type: 'playout-start', reply });
    });
  }

  #check(): void {
    const state = this.runner.state;
    if (isEnded(state)) return;
    const due = nextDeadline(state, this.settings);
    holds(due !== undefined, 'every state has a deadline');
    const { phase } = state.turn;
    if (state.turn.caller.speaking && !state.turn.caller.livePartials)
      holds(
        phase.name !== 'listening' ||
          due! >= this.runner.now() ||
          TIMED_SPEECH.has(turnDeadline(state.turn, state.playout, this.settings)?.due ?? ''),
        'silence is never timed while the caller speaks, unless a live recogniser makes nothing of it',
      );
    const task = taskOf(state.turn);
    if (!task) return;
    if (this.#paused) {
      const { bargeInCertainMs, resumeAfterMs } = this.settings;
      const longestMs = Math.max(bargeInCertainMs, resumeAfterMs);
      holds(due! <= this.runner.now() + longestMs, 'a pause is short');
      return;
    }
    if (this.#complete.has(task.reply) || this.clock.now() <= this.#audibleUntil) return;
    // No dead air: a silent line on which a reply is owed always has a deadline within 3.5 s of the silence.
    const quietSince = Math.max(this.#audibleUntil, task.quietFrom);
    holds(due! <= quietSince + this.settings.deadAirMs, 'no dead air');
  }
}

function randomCall(seed: number): RandomShell {
  const shell = new RandomShell(seed);
  const { clock } = shell;
  shell.send({ type: 'call-start' });
  let words = 0;
  for (let i = 0; i < 40 && !isEnded(shell.runner.state); i++) {
    clock.advanceTo(clock.now() + shell.between(0, 1_800));
    const r = shell.random();
    if (r < 0.35 && !shell.callerSpeaking) {
      shell.callerSpeaking = true;
      shell.send({ type: 'speech-start', since: shell.runner.now() - 60 });
      shell.later(100, () => shell.callerSpeaking && shell.send({ type: 'speech-sustained' }));
    } else if (r < 0.7 && shell.callerSpeaking) {
      shell.callerSpeaking = false;
      shell.send({ type: 'speech-end', since: shell.runner.now() - 200 });
      const text = shell.random() < 0.15 ? '' : `words ${words++}`;
      const copies = shell.random() < 0.1 ? 2 : 1;
      if (text !== '') shell.spokenWords.add(text);
      const lost = shell.random() < 0.05;
      const delayMs = shell.nextFinalIn(shell.between(0, 900));
      for (let c = 0; c < copies && !lost; c++) {
        shell.later(delayMs + c * shell.between(0, 90), () => shell.send({ type: 'transcript-final', text }));
      }
    } else if (r < 0.75) {
      shell.spokenWords.add('partial');
      shell.send({ type: 'transcript-partial', text: `partial ${words++}` });
    } else if (r < 0.78)
      shell.send({
        type: 'mark',
        reply: shell.between(0, 5),
        generation: shell.between(0, 3),
        playedMs: shell.between(0, 1_000), // shorter than any sentence: nothing is heard by a false mark
        last: shell.random() < 0.5,
      });
    else if (r < 0.8) shell.send({ type: 'reply-end', reply: shell.between(90, 99), hangUp: true });
    else if (r < 0.83) {
      shell.spokenWords.add('digits');
      shell.send({ type: 'digit', digit: '0123456789*#'[shell.between(0, 12)]! });
    } else if (r < 0.84) shell.send({ type: 'call-start' });
    else if (r < 0.85) shell.send({ type: 'operator-say', by: 'ann', text: `saying ${words++}` });
    else if (r < 0.86) shell.send({ type: 'operator-note', by: 'ann', text: 'a note' });
    else if (r < 0.87) {
      shell.send({ type: 'take-over', by: r < 0.865 ? 'ann' : 'ben' });
      if (shell.taken) takeOvers++;
    } else if (r < 0.89 || (shell.taken && r < 0.95)) {
      if (shell.random() < 0.5)
        shell.send({ type: 'operator-spoke', from: shell.runner.now() - 900, to: shell.runner.now() });
      shell.send({ type: 'give-back', ...(shell.random() < 0.3 ? { away: true as const } : {}) });
    } else if (r > 0.9945 && r < 0.995) shell.send({ type: 'end-request', reason: 'operator-hung-up' });
    else if (r > 0.995) shell.send({ type: 'stream-end', reason: 'caller-hung-up' });
    else if (r > 0.993) shell.send({ type: 'end-request', reason: 'draining' });
  }
  if (shell.callerSpeaking) shell.send({ type: 'speech-end', since: shell.runner.now() });
  clock.advanceTo(clock.now() + 200_000); // nobody does anything more: the call must end by itself
  return shell;
}

function replay(events: readonly CallEvent[], settings: CallSettings): readonly [CallState, readonly CallEffect[]] {
  let state = initialCall;
  const effects: CallEffect[] = [];
  for (const event of events) {
    const [next, more] = step(state, event, settings);
    state = next;
    effects.push(...more);
  }
  return [state, effects];
}

describe('random calls', () => {
  const only = process.env['SEED'];
  const seeds = only ? [Number(only)] : Array.from({ length: CALLS }, (_, i) => i + 1);

  test(`${seeds.length} calls keep the rules and replay from their journals`, { timeout: 300_000 }, () => {
    for (const seed of seeds) {
      try {
        const shell = randomCall(seed);
        expect(isEnded(shell.runner.state), 'every call ends').toBe(true);
        expect(
          shell.effects.filter(({ type }) => type === 'greeting-start'),
          'the introduction once',
        ).toHaveLength(1);
        expect(shell.effects.at(-1)?.type).toBe('call-close');
        const said = shell.runner.state.transcript.filter(({ who }) => who === 'caller').map(({ text }) => text);
        const words = said.join(' ').match(/(words|partial) \d+/g) ?? [];
        const { memory } = shell.runner.state;
        expect(memory.tools.length, 'tools that ended in time are remembered').toBeLessThanOrEqual(shell.toolsUsed);
        expect(new Set(words).size, 'no words are answered twice').toBe(words.length);
        const journal = JSON.parse(JSON.stringify(shell.events)) as CallEvent[];
        const [state, effects] = replay(journal, shell.settings);
        expect(JSON.stringify(effects)).toBe(JSON.stringify(shell.effects));
        expect(JSON.stringify(state)).toBe(JSON.stringify(shell.runner.state));
        shell.clock.advanceTo(shell.clock.now() + 60_000); // the shell's own alarms run out
        expect(shell.clock.alarms, 'no timer left').toBe(0);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
    if (seeds.length === CALLS) expect(cutIns, 'long turns do happen').toBeGreaterThan(100);
    if (seeds.length === CALLS) expect(takeOvers, 'calls are taken over').toBeGreaterThan(100);
  });
});
