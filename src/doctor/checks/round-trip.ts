/** One sentence through the agent's own vendors: spoken, heard again, and answered. */
import { encodeSpeech } from '../../call/encode-speech.ts';
import { ProviderError } from '../../core/errors.ts';
import type { ProviderContext } from '../../providers/contracts.ts';
import { VENDORS } from '../../providers/registry.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';
import type { Deployment, ProvidersUnderTest, ServingVendor } from '../probe/deployment.ts';
import type { Probe } from '../probe/probe.ts';

/** Callers notice more. */
const SLOW_MS = 1_500;
const BUDGET_MS = 12_000;
const SENTENCES: Readonly<Record<string, string>> = { he: 'שלום, איך אפשר לעזור?', en: 'Hello, how can we help you?' };
const CALL_SID = 'CA00000000000000000000000000000000';

/** What one sentence through all vendors has shown. */
export interface RoundTrip {
  readonly findings: readonly Finding[];
  /** Undefined when the vendors could not even be opened. */
  readonly vendors: TriedVendors | undefined;
}

export interface TriedVendors {
  readonly language: string;
  readonly serving: readonly ServingVendor[];
  readonly context: ProviderContext;
  /** The recogniser's words for the sentence; undefined when a part of it was a stand-in, or failed. */
  readonly heard: string | undefined;
  /** The model's words. */
  readonly answered: string | undefined;
}

/** One sentence spoken, heard again, and answered, by the very vendors of the agent; once for all checks. */
export const roundTrip = (probe: Probe, deployment: Deployment): Promise<RoundTrip> =>
  probe.once('round-trip', () => goRound(probe, deployment));

async function goRound(probe: Probe, deployment: Deployment): Promise<RoundTrip> {
  const opened = await openAll(deployment);
  if ('verdict' in opened) return { findings: [opened], vendors: undefined };
  try {
    const spoken = await tryVoice(probe, opened);
    const [heard, thought] = await Promise.all([tryRecogniser(probe, opened, spoken.audio), tryBrain(probe, opened)]);
    const passed = opened.passedOver.map(passedOver);
    const { brain, context, language, serving, stt, tts } = opened;
    const isReal = stt.caveat === undefined && tts.caveat === undefined;
    return {
      findings: [...passed, spoken.finding, heard.finding, thought.finding, ...opened.news().map(standIn)],
      vendors: {
        ...{ context, language, serving },
        heard: isReal ? heard.text : undefined,
        answered: brain.caveat === undefined ? thought.text : undefined,
      },
    };
  } finally {
    await opened.close();
  }
}

interface Tried {
  readonly finding: Finding;
  readonly text?: string;
}

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
    const finding = judgeTime(tts.name, `speaks ${language}`, firstMs, tts.caveat);
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
): Promise<Tried> {
  const speech = Buffer.concat(audio);
  if (speech.length === 0) {
    const trouble = { seen: 'there is no speech to give it', remedy: 'Mend the voice first.' };
    return { finding: warn(`${stt.name} was not tried`, trouble) };
  }
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
    if (stt.caveat !== undefined) return { finding: warn(`${stt.name} is a stand-in`, { seen: stt.caveat }) };
    const seen = text === '' ? 'no words understood' : `${text.split(/\s+/u).length} words understood`;
    return { finding: judgeTime(stt.name, `hears ${language}`, clock.now() - endedAt, seen), text };
  } catch (error) {
    return { finding: vendorFault(stt.name, 'does not hear', error) };
  } finally {
    cancel();
    await session.close();
  }
}

async function tryBrain({ clock }: Probe, { brain, instructions, language }: ProvidersUnderTest): Promise<Tried> {
  const session = brain.open({ callSid: CALL_SID, language, ...(instructions === undefined ? {} : { instructions }) });
  const started = clock.now();
  let firstMs: number | undefined;
  let text = '';
  try {
    const history = [{ who: 'caller', text: sentenceFor(language) }] as const;
    for await (const event of session.respond(
      { reply: 1, opening: false, history, toolsAllowed: false },
      timeLimit(),
    )) {
      firstMs ??= clock.now() - started;
      if (event.type === 'text') text += event.text;
    }
    return { finding: judgeTime(brain.name, 'answers', firstMs, brain.caveat), text };
  } catch (error) {
    return { finding: vendorFault(brain.name, 'does not answer', error) };
  } finally {
    await session.close();
  }
}

/** Vendors that run on this machine: no network is to blame for them. */
const LOCAL: ReadonlySet<string> = new Set(VENDORS.filter(({ isLocal }) => isLocal).map(({ name }) => name));

function judgeTime(name: string, does: string, ms: number | undefined, seen: string | undefined): Finding {
  if (ms === undefined)
    return fail(`${name} ${does}: nothing came`, { remedy: 'Look at the model and the voice that the agent names.' });
  const timed = `${name} ${does} within ${Math.round(ms)} ms`;
  if (ms <= SLOW_MS) return ok(timed, seen);
  const remedy = LOCAL.has(name)
    ? 'This machine is slow for it: give it more of the processor, take a smaller model, or a vendor on the network.'
    : 'Choose a region near this server, or a faster model.';
  return warn(timed, { why: 'Callers hear silence meanwhile.', remedy, ...(seen === undefined ? {} : { seen }) });
}

function vendorFault(name: string, what: string, error: unknown): Finding {
  if (error instanceof ProviderError && (error.status === 429 || error.status === 402)) {
    return fail(`${name} ${what}: its quota is used up`, {
      seen: messageOf(error),
      remedy: 'Look at its bill and its limits: credit, plan, requests a minute; or put another vendor behind it.',
    });
  }
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
