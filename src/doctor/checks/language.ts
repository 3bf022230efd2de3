import { splitSpec, vendorOf } from '../../providers/registry.ts';
import type { Check } from '../check.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';
import type { ServingVendor } from '../probe/deployment.ts';
import { roundTrip, type TriedVendors } from './round-trip.ts';

const PARTS = { stt: 'recogniser', brain: 'model', tts: 'voice' } as const;

/** Whether recogniser, model and voice know the agent's language: by their documentation, and by what they did. */
export const language: Check = {
  name: 'language',
  area: 'vendors',
  title: 'Do recogniser, model and voice know the language of the agent?',
  needs: [],
  after: ['providers'],
  budgetMs: 50_000,
  async run(probe) {
    const { deployment } = probe;
    const vendors = deployment && (await roundTrip(probe, deployment)).vendors;
    if (!vendors) return [];
    const byList = await Promise.all(vendors.serving.map((one) => askList(vendors, one)));
    const found = [...byList.flat(), ...byTrial(vendors)];
    return found.length > 0 ? found : [ok(`Nothing is documented of ${vendors.language} for these vendors`)];
  },
};

async function askList({ language: wanted, serving }: TriedVendors, one: ServingVendor): Promise<readonly Finding[]> {
  const { operation, spec, voice } = one;
  const [, model] = splitSpec(spec);
  const answer = await vendorOf(spec)?.language?.({
    ...{ operation, language: wanted },
    ...(model === undefined ? {} : { model }),
    ...(voice === undefined ? {} : { voice }),
  });
  if (answer === undefined || answer.knows === 'unlisted') return [];
  const what = `${spec} (${PARTS[operation]})`;
  if (answer.knows === 'yes') return [ok(`${what} knows ${wanted}`, voice)];
  const isFirst = serving.find((other) => other.operation === operation) === one;
  const trouble = {
    ...(voice === undefined ? {} : { seen: `voice ${voice}` }),
    why: isFirst ? 'It serves every call.' : 'It stands in when the one before it fails.',
    remedy: answer.remedy,
  };
  return [(isFirst ? fail : warn)(`${what} does not know ${wanted}`, trouble)];
}

/** A sentence of the language went in: words of another script came out. */
function byTrial({ answered, heard, language: wanted }: TriedVendors): readonly Finding[] {
  const found: Finding[] = [];
  if (heard !== undefined && isOtherScript(heard, wanted)) {
    found.push(
      fail(`The recogniser writes another script than that of ${wanted}`, {
        why: 'It took the sentence for another language: nothing that callers say will fit.',
        remedy: 'Take a model that lists the language: google, deepgram:nova-3, or openai.',
      }),
    );
  }
  if (answered !== undefined && isOtherScript(answered, wanted)) {
    found.push(
      warn(`The model answers in another script than that of ${wanted}`, {
        why: 'The voice will not speak it, or speak it wrongly.',
        remedy: `Say in the instructions that it is to answer in ${nameOf(wanted)} only, or take a larger model.`,
      }),
    );
  }
  return found;
}

/** ISO 15924 codes that stand for several scripts of Unicode. */
const SCRIPTS: Readonly<Record<string, string>> = {
  Jpan: '\\p{Script=Hira}\\p{Script=Kana}\\p{Script=Hani}',
  Kore: '\\p{Script=Hang}\\p{Script=Hani}',
  Hans: '\\p{Script=Hani}',
  Hant: '\\p{Script=Hani}',
};

/** Nearly none of its letters are the language's; names and brands may well be of another script. */
export function isOtherScript(text: string, language: string): boolean {
  const { script = 'Latn' } = new Intl.Locale(language).maximize();
  const own = new RegExp(`[${SCRIPTS[script] ?? `\\p{Script=${script}}`}]`, 'gu');
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return letters > 0 && (text.match(own)?.length ?? 0) < letters / 5;
}

function nameOf(language: string): string {
  return new Intl.DisplayNames('en', { type: 'language' }).of(language) ?? language;
}
