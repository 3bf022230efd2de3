import type { Check } from '../check.ts';
import { type Finding, fail } from '../finding.ts';
import { reachTwiml } from '../probe/reach-twiml.ts';
import { judgeAudio } from '../stream/judge-audio.ts';
import { judgeBargeIn, judgeEnd, judgeMarks, judgeMessages } from '../stream/judge-manners.ts';
import { callStream } from '../stream/stream-call.ts';

/** A whole call with audio, by a caller who listens, interrupts and hangs up. */
export const streamCall: Check = {
  name: 'call',
  area: 'stream',
  title: 'How does a whole call go?',
  needs: ['upgrade'],
  budgetMs: 60_000,
  async run(probe) {
    const known = await probe.reach();
    if (!known.stream) return [];
    const { address, garbage } = probe.target;
    // A call of its own: a token of the first may be used up.
    const { call, stream } = await reachTwiml(probe, probe.newCall());
    if (!stream) return [fail('A second call got no stream', { code: 11200 })];
    const { parameters, url } = stream.stream;
    const { authToken, clock } = probe;
    const record = await callStream({ clock, address, authToken, url, call, parameters, garbage });
    const end = judgeEnd(record);
    if (!record.opened || (record.audio.length === 0 && record.closed)) return [...end, ...messages(record)];
    return [...judgeAudio(record), ...judgeMessages(record), ...judgeMarks(record), ...judgeBargeIn(record), ...end];
  },
};

function messages(record: Parameters<typeof judgeMessages>[0]): readonly Finding[] {
  return record.opened ? judgeMessages(record).filter(({ verdict }) => verdict !== 'ok') : [];
}
