import { describe, expect, test } from 'vitest';
import { type CallState, initialCall, step } from '../core/call.ts';
import type { CallEventBody } from '../core/call-event.ts';
import { defaultSettings } from '../core/settings.ts';
import { type EndpointingModel, HEARD_BYTES } from '../endpointing-model/contract.ts';
import { Endpointer } from './endpointer.ts';

/** A call whose greeting has been played, with an endpointer that sees each step. */
function openCall(model?: EndpointingModel) {
  const judged: Extract<CallEventBody, { type: 'endpoint-judged' }>[] = [];
  const endpointer = new Endpointer({
    language: 'en-US',
    middleMs: 450,
    dispatch: (event) => event.type === 'endpoint-judged' && judged.push(event),
    model,
  });
  let state: CallState = initialCall;
  const at = (ms: number, ...events: CallEventBody[]) => {
    for (const body of events) {
      const event = { ...body, at: ms };
      [state] = step(state, event, defaultSettings);
      endpointer.take(event, state);
    }
  };
  at(0, { type: 'call-start' }, { type: 'sentence-start', reply: 1, text: 'Hello.' });
  at(0, { type: 'playout-start', reply: 1 }, { type: 'sentence-end', reply: 1, audioMs: 500 });
  at(10, { type: 'reply-end', reply: 1, hangUp: false });
  at(500, { type: 'mark', reply: 1, generation: 0, playedMs: 500, last: true });
  return { at, judged, endpointer };
}

describe('the endpointer', () => {
  test('judges each pause by the words so far, and says why', () => {
    const { at, judged } = openCall();
    at(1_000, { type: 'speech-start', since: 960 });
    at(1_500, { type: 'transcript-partial', text: 'I would like to' });
    expect(judged, 'nothing is judged while the caller speaks').toEqual([]);
    at(2_000, { type: 'speech-end', since: 1_800 });
    at(2_100, { type: 'transcript-final', text: 'I would like to book an appointment please' });
    expect(judged.map(({ ending }) => ending)).toEqual(['unfinished', 'complete']);
    expect(judged[0]!.waitMs).toBeGreaterThan(judged[1]!.waitMs);
    expect(judged.every(({ reasons }) => reasons.length > 0)).toBe(true);
  });

  test('a final with the words of the partial is judged again, because the core forgot the verdict', () => {
    const { at, judged } = openCall();
    at(1_000, { type: 'speech-start', since: 960 });
    at(1_500, { type: 'transcript-partial', text: 'we are' });
    at(2_000, { type: 'speech-end', since: 1_800 });
    at(2_100, { type: 'transcript-final', text: 'we are' });
    expect(judged.map(({ words }) => words)).toEqual(['we are', 'we are']);
  });

  test('what the agent asks for changes the verdict', () => {
    const ask = (kind: 'phone' | 'open') => {
      const { at, judged, endpointer } = openCall();
      endpointer.expect({ kind });
      at(1_000, { type: 'speech-start', since: 960 });
      at(2_000, { type: 'speech-end', since: 1_800 });
      at(2_100, { type: 'transcript-final', text: 'zero five two' });
      return judged.at(-1)!;
    };
    expect(ask('phone')).toMatchObject({ expects: 'phone', ending: 'unfinished' });
    expect(ask('phone').waitMs).toBeGreaterThan(ask('open').waitMs);
  });

  describe('learns the pauses of this caller', () => {
    const turn = (first: string, resumedAt: number, last: string) => {
      const call = openCall();
      call.at(1_000, { type: 'speech-start', since: 960 });
      call.at(1_900, { type: 'transcript-partial', text: first });
      call.at(2_000, { type: 'speech-end', since: 1_800 });
      call.at(resumedAt + 60, { type: 'speech-start', since: resumedAt });
      call.at(3_900, { type: 'speech-end', since: 3_700 });
      call.at(3_950, { type: 'transcript-final', text: last });
      return call;
    };

    test('after words that could have been the end they are waited for', () => {
      const { judged } = turn('I would like a table', 2_380, 'I would like a table near the door of the house');
      expect(judged.at(-1)).toMatchObject({ waitMs: 660, reasons: ['statement', 'learned-pause'] });
    });

    test('after words that could not, they say nothing about the end', () => {
      const { judged } = turn('my name is', 2_700, 'I live near the door of the house');
      expect(judged.at(-1)).toMatchObject({ waitMs: 450, reasons: ['statement'] });
    });

    test('words that come before their speech is heard make no pause of the silence before them', () => {
      const { at, judged } = openCall();
      at(1_700, { type: 'transcript-partial', text: 'this' });
      at(1_740, { type: 'speech-start', since: 1_700 });
      at(3_000, { type: 'speech-end', since: 2_800 });
      at(3_050, { type: 'transcript-final', text: 'this is near the door of the house' });
      expect(judged.at(-1)).toMatchObject({ waitMs: 450, reasons: ['statement'] });
    });
  });
});

describe('with a model', () => {
  class SlowModel implements EndpointingModel {
    readonly heard: Uint8Array[] = [];
    #onAnswer: ((completeness: number) => void) | undefined;

    ask(mulaw: Uint8Array<ArrayBuffer>, onAnswer: (completeness: number) => void): () => void {
      this.heard.push(mulaw);
      this.#onAnswer = onAnswer;
      return () => {
        if (this.#onAnswer === onAnswer) this.#onAnswer = undefined;
      };
    }

    get isAwaited(): boolean {
      return this.#onAnswer !== undefined;
    }

    answer(completeness: number): void {
      this.#onAnswer?.(completeness);
      this.#onAnswer = undefined;
    }
  }

  function openModelCall() {
    const model = new SlowModel();
    const call = openCall(model);
    let heardMs = 0;
    /** So much audio, each frame with the number of its second. */
    const hearUntil = (ms: number): void => {
      for (; heardMs < ms; heardMs += 20) call.endpointer.listener!.hear(new Uint8Array(160).fill(heardMs / 1000));
    };
    return { ...call, model, hearUntil };
  }

  test('nobody keeps the audio of a call without one', () => {
    expect(openCall().endpointer.listener).toBeUndefined();
  });

  test('words that came before its answer are judged again, words that come after it once', () => {
    const { at, judged, model } = openModelCall();
    at(1_000, { type: 'speech-start', since: 960 });
    at(1_500, { type: 'transcript-partial', text: 'my internet is not working properly' });
    at(2_000, { type: 'speech-end', since: 1_800 });
    model.answer(0.9261);
    at(2_100, { type: 'transcript-final', text: 'my internet is not working properly' });
    expect(judged.map(({ waitMs, reasons }) => [waitMs, ...reasons])).toEqual([
      [450, 'statement'],
      [295, 'statement', 'model-0.93'],
      [295, 'statement', 'model-0.93'],
    ]);
    expect(judged[1]).toEqual({ ...judged[0], waitMs: 295, reasons: ['statement', 'model-0.93'] });
  });

  test('an answer without any words yet waits for them', () => {
    const { at, judged, model } = openModelCall();
    at(1_000, { type: 'speech-start', since: 960 });
    at(2_000, { type: 'speech-end', since: 1_800 });
    model.answer(0.1);
    expect(judged).toEqual([]);
    at(2_100, { type: 'transcript-final', text: 'my internet is not working properly' });
    expect(judged).toMatchObject([{ waitMs: 738, reasons: ['statement', 'model-0.10'] }]);
  });

  test('an answer to a pause that is over changes nothing', () => {
    const { at, judged, model } = openModelCall();
    at(1_000, { type: 'speech-start', since: 960 });
    at(2_000, { type: 'speech-end', since: 1_800 });
    at(2_100, { type: 'transcript-final', text: 'I would like to' });
    at(2_200, { type: 'speech-start', since: 2_150 });
    expect(model.isAwaited).toBe(false);
    at(2_900, { type: 'speech-end', since: 2_700 });
    at(2_900, { type: 'transcript-final', text: 'book an appointment' });
    expect(judged.map(({ reasons }) => reasons.length)).toEqual([1, 1, 1]);

    at(9_000, { type: 'deadline' }, { type: 'deadline' });
    model.answer(0.5);
    expect(judged, 'the turn is over and answered').toHaveLength(3);
  });

  test('it hears the turn from half a second before its first speech, over all pauses of it', () => {
    const { at, model, hearUntil } = openModelCall();
    hearUntil(3_000);
    at(3_000, { type: 'speech-start', since: 2_900 });
    hearUntil(4_000);
    at(4_000, { type: 'speech-end', since: 3_800 });
    at(4_100, { type: 'transcript-final', text: 'I would like to' });
    at(4_500, { type: 'speech-start', since: 4_400 });
    hearUntil(6_000);
    at(6_000, { type: 'speech-end', since: 5_800 });
    at(6_100, { type: 'transcript-final', text: 'speak to a human' });
    expect(model.heard.map(({ length }) => length / 8)).toEqual([1_600, 3_600]);
    expect(model.heard.map((audio) => [audio[0], audio.at(-1)])).toEqual([
      [2, 3],
      [2, 5],
    ]);
  });

  test('of a long turn it hears the last eight seconds', () => {
    const { at, model, hearUntil } = openModelCall();
    at(1_000, { type: 'speech-start', since: 960 });
    hearUntil(30_000);
    at(30_000, { type: 'speech-end', since: 29_800 });
    expect(model.heard[0]).toHaveLength(HEARD_BYTES);
    expect(model.heard[0]!.at(-1)).toBe(29);
  });

  test('what is said while the agent speaks is not its business', () => {
    const { at, model } = openModelCall();
    at(1_000, { type: 'speech-start', since: 960 });
    at(2_000, { type: 'speech-end', since: 1_800 });
    at(2_100, { type: 'transcript-final', text: 'what time is it?' });
    at(9_000, { type: 'deadline' }, { type: 'deadline' });
    at(9_000, { type: 'sentence-start', reply: 2, text: 'It is nine.' }, { type: 'playout-start', reply: 2 });
    at(9_050, { type: 'speech-start', since: 9_000 });
    at(9_200, { type: 'speech-end', since: 9_100 });
    expect(model.heard).toHaveLength(1);

    at(9_500, { type: 'speech-start', since: 9_400 });
    at(9_600, { type: 'speech-sustained' });
    at(9_800, { type: 'speech-end', since: 9_700 });
    expect(model.heard, 'but for what made the agent fall silent').toHaveLength(2);
    expect(model.isAwaited).toBe(true);
  });

  test('a closed endpointer awaits nothing', () => {
    const { at, model, endpointer } = openModelCall();
    at(1_000, { type: 'speech-start', since: 960 });
    at(2_000, { type: 'speech-end', since: 1_800 });
    endpointer.close();
    expect(model.isAwaited).toBe(false);
  });
});
