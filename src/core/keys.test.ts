import { describe, expect, test } from 'vitest';
import { historyOf } from './call.ts';
import type { CallEventBody } from './call-event.ts';
import { asked, end, mark, played, type Script, start } from './call-script.fixture.ts';

const key = (digit: string): CallEventBody => ({ type: 'digit', digit });
const expects = (keysInterrupt?: boolean): CallEventBody => ({
  type: 'expect',
  reply: 2,
  kind: 'choice',
  ...(keysInterrupt === undefined ? {} : { keysInterrupt }),
});
const menu = (keysInterrupt?: boolean, settings = {}): Script =>
  asked(settings)
    .at(2900, expects(keysInterrupt))
    .at(3000, ...start(2, 'For sales press one, for support press two.', 3000), end(2))
    .at(3400, mark(2, 400));
const stops = (script: Script) => script.log.filter((line) => /barge-in|clear|answer-start|pause/.test(line)).slice(1);

describe('keys', () => {
  test('stop the agent at once where the question says so, and count when no more come', () => {
    const script = menu(true).at(3500, key('4'));
    expect(stops(script)).toEqual(['3500 barge-in after 500', '3500 playout-clear']);
    script.at(4000, key('2')).until(5500);
    expect(stops(script).at(-1)).toBe('5500 answer-start');
    expect(historyOf(script.state).at(-1)).toEqual({ who: 'caller', text: '42' });
  });

  test('are collected without interrupting where it does not', () => {
    for (const script of [menu(), menu(false, { keysInterrupt: true })]) {
      script.at(3500, key('4')).at(5900, mark(2, 2900));
      expect(stops(script)).toEqual([]);
      script.at(6030, played(2, 3000)).until(6100);
      expect(stops(script)).toEqual(['6030 answer-start']);
    }
  });

  test('stop whatever an agent says that says so of itself, also where voices may not', () => {
    const script = menu(undefined, { keysInterrupt: true, bargeIn: false }).at(3500, key('4'));
    expect(stops(script)).toEqual(['3500 barge-in after 500', '3500 playout-clear']);
  });

  test('over words that must be heard they count after them', () => {
    const notice: CallEventBody[] = [
      { type: 'sentence-start', reply: 2, text: 'We record this.', uninterruptible: true },
      { type: 'playout-start', reply: 2 },
      { type: 'sentence-end', reply: 2, audioMs: 1000 },
      { type: 'sentence-start', reply: 2, text: 'Press a key.' },
      { type: 'sentence-end', reply: 2, audioMs: 1000 },
    ];
    const script = asked({ bargeIn: false })
      .at(2900, expects(true))
      .at(3000, ...notice)
      .at(3400, key('7'));
    expect(stops(script)).toEqual([]);
    script.at(4030, mark(2, 1000)).until(4900);
    expect(stops(script)).toEqual(['4030 barge-in after 1000', '4030 playout-clear', '4900 answer-start']);
  });

  test('a # that comes late, a question that is not audible yet, and a goodbye are not stopped', () => {
    expect(stops(menu(true).at(3500, key('#')))).toEqual([]);
    const early = asked()
      .at(2800, expects(true), key('1'))
      .at(3000, ...start(2, 'Press one.', 900), end(2));
    expect(stops(early.at(3890, mark(2, 890)))).toEqual([]);
    const goodbye = asked()
      .at(2900, expects(true))
      .at(3000, ...start(2, 'Bye.', 900), end(2, true));
    expect(stops(goodbye.at(3500, key('1')))).toEqual([]);
  });

  test('only a # leaves nothing to answer, and nothing to apologise for', () => {
    const script = menu(true).at(3500, key('*')).at(3600, key('#')).until(3700);
    expect(historyOf(script.state).at(-1)).toEqual({ who: 'caller', text: '*' });
  });
});
