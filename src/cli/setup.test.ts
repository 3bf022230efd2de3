import { expect, test } from 'vitest';
import { NUMBER, openTwilio, type TwilioState } from '../doctor/twilio/loopback.fixture.ts';
import { setNumber } from './setup.ts';

const WEBHOOK = 'https://voice.example.com/webhook/incoming_call';

async function run(state: TwilioState, yes: boolean, number = NUMBER) {
  await using twilio = await openTwilio(state);
  const lines: string[] = [];
  const exit = await setNumber({ ...twilio.access, number }, WEBHOOK, yes, (line) => lines.push(line));
  return { exit, text: lines.join('\n'), posts: twilio.posts, number: twilio.number };
}

test('the plan is shown, and nothing is done without --yes', async () => {
  const { exit, posts, text } = await run({ number: { voice_method: 'GET' } }, false);
  expect(exit).toBe(0);
  expect(text).toContain(`webhook      https://demo.twilio.com/welcome/voice/ → ${WEBHOOK}`);
  expect(text).toContain('method       GET → POST');
  expect(text).toContain('--yes does it');
  expect(posts).toEqual([]);
});

test('with --yes the number leads here, and a second time there is nothing to do', async () => {
  const { exit, number, posts, text } = await run({ number: { voice_application_sid: 'AP1' } }, true);
  expect(exit).toBe(0);
  expect(Object.fromEntries(posts[0]!)).toEqual({ VoiceUrl: WEBHOOK, VoiceMethod: 'POST', VoiceApplicationSid: '' });
  expect(text).toContain('Done.');
  const again = await run({ number }, true);
  expect(again.text).toBe(`${NUMBER} leads here already.`);
  expect(again.posts).toEqual([]);
});

test('a number of somebody else, and a token that is refused', async () => {
  expect(await run({}, true, '+97233760009')).toMatchObject({
    exit: 1,
    text: 'Not done: the account does not have that number.',
  });
  expect(await run({ token: 'another' }, true)).toMatchObject({
    exit: 1,
    text: 'Not done: Twilio answered 401: Authenticate.',
  });
});
