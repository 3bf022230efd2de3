import { describe, expect, test } from 'vitest';
import { historyOf } from './call.ts';
import type { CallEventBody } from './call-event.ts';
import { end, final, mark, partial, played, Script, silence, speech, start, sustained } from './call-script.fixture.ts';

/** A greeting of 3 s: a notice of 2 s that must be heard, then a question of 1 s. */
const greeting = (): Script =>
  new Script().at(
    0,
    { type: 'call-start' },
    { type: 'voice-request', reply: 1, text: 'This call is recorded.', uninterruptible: true },
    { type: 'sentence-start', reply: 1, text: 'This call is recorded.', uninterruptible: true },
    { type: 'playout-start', reply: 1 },
    { type: 'sentence-end', reply: 1, audioMs: 2000 },
    { type: 'sentence-start', reply: 1, text: 'How can I help?' },
    { type: 'sentence-end', reply: 1, audioMs: 1000 },
    end(1),
  );
const stops = (script: Script) => script.log.filter((line) => /playout|barge-in|answer-start/.test(line));

describe('a sentence that must be heard', () => {
  test('speech over it neither pauses nor stops it; a caller who still speaks is heard out at its end', () => {
    const script = greeting().at(800, speech(740)).at(900, sustained).at(1500, partial('I want a table'));
    expect(stops(script.at(1990, mark(1, 1980)))).toEqual([]);
    script.at(2030, mark(1, 2000));
    expect(stops(script)).toEqual(['2030 barge-in after 2000', '2030 playout-clear']);
    expect(script.heard).toEqual(['agent: This call is recorded. —']);
  });

  test('words that ended before it did are answered right after it, once', () => {
    const script = greeting()
      .at(500, speech(440))
      .at(600, sustained)
      .at(1400, silence(1200))
      .at(1450, final('hello you'));
    expect(stops(script)).toEqual([]);
    script.at(2030, mark(1, 2000)).until(3000);
    expect(stops(script)).toEqual(['2030 barge-in after 2000', '2030 playout-clear', '2030 answer-start']);
    expect(historyOf(script.state).filter(({ who }) => who === 'caller')).toEqual([
      { who: 'caller', text: 'hello you' },
    ]);
  });

  test('a noise over it changes nothing', () => {
    const script = greeting().at(800, speech(740)).at(900, sustained).at(1200, silence(1050)).at(1300, final(''));
    script.at(2030, mark(1, 2000)).at(3030, played(1, 3000));
    expect(stops(script)).toEqual([]);
    expect(script.heard).toEqual(['agent: This call is recorded. How can I help?']);
  });

  test('after it the rest is interrupted as usual', () => {
    const script = greeting().at(2030, mark(1, 2000)).at(2300, speech(2240)).at(2400, partial('a table'), sustained);
    expect(stops(script)).toEqual(['2400 barge-in after 2370', '2400 playout-clear']);
  });

  test('what stands before it is not interrupted either: stopped there, the agent would never come to it', () => {
    const notice: CallEventBody[] = [
      { type: 'voice-request', reply: 1, text: 'This call is recorded.', uninterruptible: true },
    ];
    const script = new Script().at(0, { type: 'call-start' }, ...start(1, 'Good morning.', 1000), ...notice);
    script.at(500, speech(440)).at(600, partial('hello you'), sustained);
    expect(stops(script)).toEqual([]);
    script.at(900, { type: 'sentence-start', reply: 1, text: 'This call is recorded.', uninterruptible: true });
    script.at(1100, mark(1, 1000)).at(2000, { type: 'sentence-end', reply: 1, audioMs: 1500 });
    expect(stops(script.at(2490, mark(1, 2400)))).toEqual([]);
    expect(stops(script.at(2530, mark(1, 2500)))).toEqual(['2530 barge-in after 2500', '2530 playout-clear']);
  });

  test('a reply that was silent for the caller goes on when it comes to such a sentence', () => {
    const script = new Script().at(0, { type: 'call-start' }, ...start(1, 'Good morning to you.', 1000));
    script.at(500, speech(440)).at(600, sustained);
    expect(stops(script)).toEqual(['600 playout-pause']);
    script.at(700, { type: 'voice-request', reply: 1, text: 'We record.', uninterruptible: true }).until(1540);
    expect(stops(script)).toEqual(['600 playout-pause', '1540 playout-resume']);
  });

  test('a line that falls silent inside it is still in it', () => {
    const script = new Script().at(
      0,
      { type: 'call-start' },
      { type: 'sentence-start', reply: 1, text: 'This call is recorded.', uninterruptible: true },
      { type: 'playout-start', reply: 1 },
    );
    script
      .at(400, speech(340))
      .at(500, partial('I want'), sustained)
      .at(600, { type: 'playout-dry', reply: 1, sentMs: 600 });
    expect(stops(script)).toEqual([]);
    script
      .at(1000, { type: 'playout-start', reply: 1 })
      .at(1890, mark(1, 1400))
      .at(1900, { type: 'playout-dry', reply: 1, sentMs: 1500 })
      .at(1940, mark(1, 1500));
    script.at(2000, { type: 'sentence-end', reply: 1, audioMs: 1505 });
    expect(stops(script)).toEqual(['2000 barge-in after 1560', '2000 playout-clear']);
  });

  test('the end of the call does not wait for it', () => {
    const script = greeting().at(800, { type: 'end-request', reason: 'draining' });
    expect(script.log).toContain('800 line failure');
  });
});
