import { describe, expect, test } from 'vitest';
import { ConfigError } from '../core/errors.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { testContext } from './conformance/context.ts';
import { openBrain, openSpeechToText, openTextToSpeech, PROVIDER_NAMES } from './registry.ts';

const context = testContext(new VirtualClock());

describe('the registry', () => {
  test.each(PROVIDER_NAMES.tts)('has the voice %s', async (name) => {
    const offer = await openTextToSpeech(name, context);
    expect(offer).toMatchObject({ ok: true, provider: { name } });
    if (offer.ok) await offer.provider.close();
  });

  test('has the fakes of the other kinds', async () => {
    expect(await openSpeechToText('fake', context)).toMatchObject({ ok: true, provider: { name: 'fake' } });
    expect(await openBrain('fake', context)).toMatchObject({ ok: true, provider: { name: 'fake' } });
  });

  test.each(['siri', '', 'constructor', '__proto__', 'FAKE'])('says what there is instead of %j', async (name) => {
    for (const open of [openSpeechToText, openBrain, openTextToSpeech]) {
      const offer = await open(name, context);
      expect(offer.ok).toBe(false);
      if (!offer.ok) expect(offer.reason).toMatch(new RegExp(`"${name}".*fake`));
    }
  });

  test('a recogniser that this machine has not is no error but a reason with a remedy', async () => {
    const env = { KAV_POCKETSPHINX_MODEL: '/nonexistent' };
    const offer = await openSpeechToText('pocketsphinx', { ...context, env });
    expect(offer).toEqual({ ok: false, reason: expect.stringMatching(/\/nonexistent.*apt-get install/) });
  });

  test('wrong settings are an error', async () => {
    await expect(openSpeechToText('scripted', context)).rejects.toBeInstanceOf(ConfigError);
    const env = { KAV_FAKE_TTS_MS: 'soon' };
    await expect(openTextToSpeech('fake', { ...context, env })).rejects.toMatchObject({ key: 'KAV_FAKE_TTS_MS' });
  });
});
