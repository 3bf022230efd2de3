import { encodeSpeech } from '../../call/encode-speech.ts';
import { ProviderError } from '../../core/errors.ts';
import type { Check } from '../check.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';
import type { Deployment, ProvidersUnderTest } from '../probe/deployment.ts';
import type { Probe } from '../probe/probe.ts';

/** Callers notice more. */
const SLOW_MS = 1_500;
const BUDGET_MS = 12_000;
const SENTENCES: Readonly<Record<string, string>> = { he: 'שלום, איך אפשר לעזור?', en: 'Hello, how can we help you?' };
const CALL_SID = 'CA00000000000000000000000000000000';

/** One sentence spoken, heard again, and answered, by the very vendors of the agent. */
export const providers: Check = {
  name: 'providers',
  area: 'vendors',
  title: 'Do the vendors answer?',
  needs: [],
  // Local engines take the whole process for themselves.
  after: ['health', 'repeat', 'signature', 'doors', 'callbacks'],
  budgetMs: 45_000,
  async run(probe) {
    const { deployment } = probe;
    if (!deployment) return [];
    const opened = await openAll(deployment);
    if ('verdict' in opened) return [opened];
    try {
      const spoken = await tryVoice(probe, opened);
      const [heard, thought] = await Promise.all([tryRecogniser(probe, opened, spoken.audio), tryBrain(probe, opened)]);
      return [...opened.passedOver.map(passedOver), spoken.finding, heard, thought, ...opened.news().map(standIn)];
    } finally {
      await opened.close();
    }
  },
};

async function openAll(deployment: Deployment): Promise<ProvidersUnderTest | Finding> {
  try {
    return await deployment.openProviders();
  } catch (error) {
    const seen = messageOf(error);
    return fail('The agent has no vendor for one of its parts', {
      seen,
      remedy: 'Set the key that is missing, or KAV_STT, KAV_BRAIN or KAV_TTS.',
    });
  }
}

function passedOver(reason: string): Finding {
  return warn('A vendor is passed over', { seen: reason, remedy: 'Set its key, or take it out of the chain.' });
}

/** A chain goes on without a vendor that fails: the caller does not notice, the operator should. */
function standIn(line: string): Finding {
  return warn('A vendor failed, and the next in the chain stood in', {
    seen: line,
    remedy: 'Look at its key, its quota and its status page.',
  });
}

async function tryVoice(
  { clock }: Probe,
  { language, tts, voice }: ProvidersUnderTest,
): Promise<{ readonly finding: Finding; readonly audio: readonly Uint8Array[] }> {
  const session = tts.open({ callSid: CALL_SID, language, ...(voice === undefined ? {} : { voice }) });
  const started = clock.now();
  const audio: Uint8Array[] = [];
  let firstMs: number | undefined;
  try {
    for await (const piece of encodeSpeech(session.synthesize(sentenceFor(language), timeLimit()))) {
      firstMs ??= clock.now() - started;
      // A voice may use its buffer again.
      audio.push(piece.slice());
    }
    const finding = judgeTime(`${tts.name} speaks ${language}`, firstMs, tts.caveat);
    return { finding, audio };
  } catch (error) {
    return { finding: vendorFault(tts.name, 'does not speak', error), audio };
  } finally {
    await session.close();
  }
}

async function tryRecogniser(
  { clock }: Probe,
  { language, stt }: ProvidersUnderTest,
  audio: readonly Uint8Array[],
): Promise<Finding> {
  const speech = Buffer.concat(audio);
  if (speech.length === 0)
    return warn(`${stt.name} was not tried`, {
      seen: 'there is no speech to give it',
      remedy: 'Mend the voice first.',
    });
  const answer = Promise.withResolvers<string>();
  const session = stt.open({
    callSid: CALL_SID,
    language,
    onEvent: (event) => {
      if (event.type === 'final') answer.resolve(event.text);
      if (event.type === 'error') answer.reject(event.error);
    },
  });
  const cancel = clock.at(clock.now() + BUDGET_MS, () =>
    answer.reject(new Error(`no words after ${BUDGET_MS / 1_000} s`)),
  );
  try {
    session.speechStarted();
    for (let at = 0; at + 160 <= speech.length; at += 160) session.write(speech.subarray(at, at + 160));
    const endedAt = clock.now();
    session.speechEnded();
    const text = await answer.promise;
    if (stt.caveat !== undefined) return warn(`${stt.name} is a stand-in`, { seen: stt.caveat });
    const seen = text === '' ? 'no words understood' : `${text.split(/\s+/u).length} words understood`;
    return judgeTime(`${stt.name} hears ${language}`, clock.now() - endedAt, seen);
  } catch (error) {
    return vendorFault(stt.name, 'does not hear', error);
  } finally {
    cancel();
    await session.close();
  }
}

async function tryBrain({ clock }: Probe, { brain, instructions, language }: ProvidersUnderTest): Promise<Finding> {
  const session = brain.open({ callSid: CALL_SID, language, ...(instructions === undefined ? {} : { instructions }) });
  const started = clock.now();
  let firstMs: number | undefined;
  try {
    const history = [{ who: 'caller', text: sentenceFor(language) }] as const;
    for await (const _event of session.respond(
      { reply: 1, opening: false, history, toolsAllowed: false },
      timeLimit(),
    )) {
      firstMs ??= clock.now() - started;
    }
    return judgeTime(`${brain.name} answers`, firstMs, brain.caveat);
  } catch (error) {
    return vendorFault(brain.name, 'does not answer', error);
  } finally {
    await session.close();
  }
}

function judgeTime(title: string, ms: number | undefined, seen: string | undefined): Finding {
  if (ms === undefined)
    return fail(`${title}: nothing came`, { remedy: 'Look at the model and the voice that the agent names.' });
  const timed = `${title} within ${Math.round(ms)} ms`;
  if (ms <= SLOW_MS) return ok(timed, seen);
  const remedy = 'Choose a region near this server, or a faster model.';
  return warn(timed, { why: 'Callers hear silence meanwhile.', remedy, ...(seen === undefined ? {} : { seen }) });
}

function vendorFault(name: string, what: string, error: unknown): Finding {
  const isRefused = error instanceof ProviderError && error.code === 'provider-misconfigured';
  const remedy = isRefused
    ? 'The vendor refuses the key, the model, the voice or the region: compare them with its console.'
    : 'Look at the status page and the quota of the vendor, and whether this machine reaches it.';
  return fail(`${name} ${what}`, { seen: messageOf(error), remedy });
}

const timeLimit = (): AbortSignal => AbortSignal.timeout(BUDGET_MS);

function sentenceFor(language: string): string {
  return SENTENCES[language.split('-', 1)[0]!] ?? SENTENCES['en']!;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
