import { describe, expect, test } from 'vitest';
import { ConfigError } from '../core/errors.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { testContext } from './conformance/context.ts';
import { openBrain, openSpeechToText, openTextToSpeech, PROVIDER_NAMES, VENDORS, vendorOf } from './registry.ts';

const context = testContext(new VirtualClock());

describe('the registry', () => {
  const local = VENDORS.filter(({ isLocal }) => isLocal).map(({ name }) => name);

  test.each(PROVIDER_NAMES.tts.filter((name) => local.includes(name)))('has the voice %s', async (name) => {
    const offer = await openTextToSpeech(name, context);
    expect(offer).toMatchObject({ ok: true, provider: { name } });
    if (offer.ok) await offer.provider.close();
  });

  test.each(VENDORS.filter(({ isLocal }) => !isLocal))(
    '$name without a key is a reason that names it',
    async (vendor) => {
      for (const open of [vendor.stt, vendor.brain, vendor.tts]) {
        const offer = await open?.(context);
        if (!offer) continue;
        expect(offer.ok).toBe(false);
        expect(vendor.variables.some(({ name }) => !offer.ok && offer.reason.includes(name))).toBe(true);
      }
    },
  );

  test('a model follows the colon, colons and all', async () => {
    const env = { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };
    const offer = await openBrain('openai:ft:gpt-5:acme', { ...context, env });
    expect(offer).toMatchObject({ ok: true, provider: { name: 'openai' } });
    if (offer.ok) await offer.provider.close();
    expect(vendorOf('openai:ft:gpt-5:acme')?.name).toBe('openai');
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
