import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EndpointQuestion, judgeEndpoint, learnPause } from './endpointing.ts';

interface Case {
  readonly half: string;
  readonly expects: EndpointQuestion['expects'];
  readonly expectedDigits?: number;
  readonly words: string;
  readonly ending: string;
  readonly language: string;
}

const MIDDLE_MS = 450;
const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');

function cases(name: string, language: string): Case[] {
  const [header, ...rows] = read(`./cases/${name}.tsv`).trimEnd().split('\n');
  expect(header).toBe('half\texpects\twords\tending\tnote');
  return rows.map((row) => {
    const [half = '', expected = '', words = '', ending = ''] = row.split('\t');
    const [expects, digits] = expected.split(':') as [EndpointQuestion['expects'], string?];
    return { half, expects, ...(digits ? { expectedDigits: Number(digits) } : {}), words, ending, language };
  });
}

const ask = (asked: Partial<EndpointQuestion> & { readonly words: string }) =>
  judgeEndpoint({ language: 'en-US', expects: 'open', pausesMs: [], speechMs: 1_000, middleMs: MIDDLE_MS, ...asked });

const judged = (each: Case) => {
  const { words, language, expects, expectedDigits } = each;
  return ask({ words, language, expects, ...(expectedDigits === undefined ? {} : { expectedDigits }) });
};

/** FNV-1a: a case belongs to a half by its words alone, so that nobody chooses. */
function halfOf(words: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(words)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash >>> 8) % 2 === 1 ? 'dev' : 'held-out';
}

const TABLES = [
  ['English', cases('english', 'en-US')],
  ['Hebrew', cases('hebrew', 'he-IL')],
] as const;
const ALL = TABLES.flatMap(([, table]) => table);

describe.each(TABLES)('endings, %s', (_name, table) => {
  test('the table is what it must be', () => {
    expect(table.length).toBeGreaterThanOrEqual(200);
    expect(
      new Set(table.map(({ expects, expectedDigits, words }) => `${expects} ${expectedDigits} ${words}`)).size,
    ).toBe(table.length);
    for (const { half, words, ending } of table) {
      expect(half, words).toBe(halfOf(words));
      expect(['complete', 'open', 'unfinished'], words).toContain(ending);
    }
  });

  test('every ending of the half that the rules were written with', () => {
    const dev = table.filter(({ half }) => half === 'dev');
    const wrong = dev.filter((each) => judged(each).ending !== each.ending);
    expect(wrong.map((each) => `${each.expects}: ${each.words} → ${judged(each).ending}`)).toEqual([]);
  });

  test('95 % of the half that was kept out', () => {
    const kept = table.filter(({ half }) => half === 'held-out');
    const right = kept.filter((each) => judged(each).ending === each.ending);
    expect(right.length / kept.length).toBeGreaterThanOrEqual(0.95);
  });
});

describe('waits', () => {
  test.each([
    ['a certain answer is answered at once', { words: 'yes please', expects: 'yes-no' }, 200, 250],
    ['so is a whole telephone number', { words: '415 555 0132', expects: 'phone' }, 200, 250],
    ['and in Hebrew', { words: 'כן', expects: 'yes-no', language: 'he-IL' }, 200, 250],
    ['a question is over soon', { words: 'what are your opening hours' }, 250, 350],
    ['a bare no may have a wish after it', { words: 'no', expects: 'yes-no' }, 301, 400],
    ['a sentence waits about the middle', { words: 'my card was stolen' }, 350, 560],
    ['a short request waits for its rest', { words: 'I would like a table' }, 550, 700],
    ['a sentence without its end waits', { words: 'we are' }, 1_000, 1_500],
    ['half a telephone number waits long', { words: '415 555', expects: 'phone' }, 2_000, 3_000],
    ['an e-mail address without its domain too', { words: 'dana at gmail', expects: 'email' }, 2_000, 3_000],
    ['who asks for a moment gets it', { words: 'one moment please', expects: 'phone' }, 3_000, 3_000],
    ['but not for ever where nothing was asked', { words: 'one moment please' }, 1_500, 1_500],
    ['no words at all say nothing', { words: '' }, MIDDLE_MS, MIDDLE_MS],
  ] as const)('%s', (_name, asked, leastMs, mostMs) => {
    const { waitMs } = ask(asked);
    expect(waitMs).toBeGreaterThanOrEqual(leastMs);
    expect(waitMs).toBeLessThanOrEqual(mostMs);
  });

  test('marks of the recogniser move an open ending a little, and the words decide', () => {
    const plain = ask({ words: 'I ordered a pair of shoes' }).waitMs;
    expect(ask({ words: 'I ordered a pair of shoes.' }).waitMs).toBeLessThan(plain);
    expect(ask({ words: 'I ordered a pair of shoes,' }).waitMs).toBeGreaterThan(plain);
    expect(ask({ words: 'I ordered a.' }).ending).toBe('unfinished');
  });

  test("the operator's middle moves every wait", () => {
    for (const words of ['what time do you close', 'my card was stolen', 'my card was']) {
      expect(ask({ words, middleMs: 900 }).waitMs).toBeGreaterThan(ask({ words }).waitMs);
    }
  });

  test('a slow caller is waited for, just above the pauses that were only pauses', () => {
    const pausesMs = [300, 500, 640, 700, 720];
    const { waitMs, reasons } = ask({ words: 'my card was stolen', pausesMs });
    expect(waitMs).toBe(780);
    expect(reasons).toEqual(['whole-sentence', 'learned-pause']);
    expect(ask({ words: 'yes', expects: 'yes-no', pausesMs }).reasons).toEqual(['answers-yes-no']);
    expect(ask({ words: 'my card was stolen', pausesMs: [2_900, 2_900] }).waitMs).toBe(1_080);
    expect(ask({ words: 'my card was', pausesMs: [1_100] }).waitMs).toBe(1_200);
    expect(ask({ words: 'my card was', thoughtsMs: [1_200] }).waitMs).toBe(1_560);
    expect(ask({ words: 'my card was stolen', thoughtsMs: [1_200] }).reasons).toEqual(['whole-sentence']);
  });

  test('the number of digits comes from the asker, or from the plan of the country', () => {
    expect(ask({ words: '4471', expects: 'digits', expectedDigits: 4 }).reasons).toEqual(['digits-4-of-4']);
    expect(ask({ words: '4471', expects: 'digits', expectedDigits: 9 }).reasons).toEqual(['digits-4-of-9']);
    expect(ask({ words: '020 7946 0018', expects: 'phone', language: 'en-GB' }).reasons).toEqual(['digits-11-of-11']);
    expect(ask({ words: '03 555 1234', expects: 'phone', language: 'iw-IL' }).reasons).toEqual(['digits-9-of-9']);
    expect(ask({ words: '+972 3 555 1234', expects: 'phone' }).reasons).toEqual(['digits-11-of-11']);
    expect(ask({ words: '00 44 20 7946 0018', expects: 'phone' }).reasons).toEqual(['digits-14-of-14']);
    expect(ask({ words: '+49 30 123', expects: 'phone' }).reasons).toEqual(['digits-7-international']);
  });

  test('a number that is said in pairs goes on; a year and a time do not', () => {
    expect(ask({ words: 'fifty two thirty three' })).toMatchObject({ ending: 'unfinished', reasons: ['digits-4'] });
    expect(ask({ words: 'חמישים ושתיים שלושים ושלוש', language: 'he-IL' }).reasons).toEqual(['digits-4']);
    for (const words of ['nineteen eighty four', 'ten thirty', 'fifty two']) expect(ask({ words }).ending).toBe('open');
  });

  test('an opinion without a thought goes on, and a row without its second step', () => {
    for (const words of ['I think', 'well I guess', 'first I tried the website, then']) {
      expect(ask({ words }).ending, words).toBe('unfinished');
    }
    expect(ask({ words: 'אני חושבת', language: 'he-IL' }).ending).toBe('unfinished');
    for (const words of ['on Friday I think', 'see you on Friday then', 'I think so']) {
      expect(ask({ words }).ending, words).not.toBe('unfinished');
    }
  });

  test("a model's opinion moves the waits of words that are not certain, and stands among the reasons", () => {
    const waits = (words: string, expects: EndpointQuestion['expects'] = 'open') =>
      [0, 0.5, 1].map((completeness) => ask({ words, expects, completeness }).waitMs);
    expect(waits('my internet is not working properly')).toEqual([810, 450, 270]);
    expect(waits('what are your opening hours')).toEqual([576, 320, 200]);
    expect(waits('I want to book an appointment for')).toEqual([2_160, 1_200, 720]);
    expect(waits('yes please', 'yes-no'), 'a certain answer waits no longer').toEqual([220, 220, 200]);
    expect(waits('052123456', 'phone'), 'a digit is missing, whatever it sounds like').toEqual([2_700, 1_500, 1_500]);
    expect(waits('one moment please')).toEqual([2_700, 1_500, 1_500]);
    const { reasons } = ask({ words: 'my card was stolen', pausesMs: [700], completeness: 0.9261 });
    expect(reasons).toEqual(['whole-sentence', 'learned-pause', 'model-0.93']);
    expect(ask({ words: 'my card', completeness: 7 }).reasons).toEqual(['fragment', 'model-1.00']);
    expect(ask({ words: 'my card', completeness: Number.NaN })).toEqual(ask({ words: 'my card' }));
  });

  test('other languages are judged by the kind of answer and its length', () => {
    const french = (asked: Partial<EndpointQuestion> & { readonly words: string }) =>
      ask({ language: 'fr-FR', ...asked });
    expect(french({ words: 'oui', expects: 'yes-no' }).ending).toBe('complete');
    expect(french({ words: 'je voudrais réserver une table' }).ending).toBe('open');
    expect(french({ words: '06 12 34', expects: 'phone' }).ending).toBe('unfinished');
    expect(french({ words: '1234', expects: 'digits', expectedDigits: 4 }).ending).toBe('complete');
    expect(french({ words: 'jean arobase', expects: 'email' }).ending).toBe('unfinished');
  });
});

const wordOf = fc.constantFrom(...new Set(ALL.flatMap(({ words }) => words.split(' '))));
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom(...ALL.map(({ words }) => words)),
  fc.array(wordOf, { maxLength: 12 }).map((words) => words.join(' ')),
);
const context = fc.record({
  language: fc.constantFrom('he-IL', 'iw', 'en-US', 'en-GB', 'fr-FR', ''),
  expects: fc.constantFrom<EndpointQuestion['expects'][]>(
    ...(['yes-no', 'choice', 'digits', 'phone', 'date', 'time', 'name', 'number', 'email', 'address', 'open'] as const),
  ),
  pausesMs: fc.array(fc.oneof(fc.integer({ min: 0, max: 4_000 }), fc.constantFrom(Number.NaN, -1, Infinity)), {
    maxLength: 24,
  }),
  speechMs: fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.constant(Number.NaN)),
  thoughtsMs: fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 24 }),
  middleMs: fc.oneof(fc.integer({ min: 0, max: 4_000 }), fc.constantFrom(Number.NaN, Infinity, -5)),
  completeness: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0.5, Number.NaN, -1, 2)),
});
const question = fc.record({ words: text }).chain(({ words }) => context.map((rest) => ({ words, ...rest })));

describe('whatever is asked', () => {
  test('the wait is in its range and has a reason', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const { waitMs, reasons } = judgeEndpoint(asked);
        expect(Number.isInteger(waitMs) && waitMs >= 200 && waitMs <= 3_000).toBe(true);
        expect(reasons.length).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a longer pause of the caller never shortens the wait', () => {
    fc.assert(
      fc.property(question, fc.nat(), fc.nat({ max: 4_000 }), (asked, index, moreMs) => {
        const pausesMs = asked.pausesMs.map((ms) => (Number.isFinite(ms) ? ms : 300));
        const longer = pausesMs.map((ms, at) => (at === index % pausesMs.length ? ms + moreMs : ms));
        const { waitMs } = judgeEndpoint({ ...asked, pausesMs });
        expect(judgeEndpoint({ ...asked, pausesMs: longer }).waitMs).toBeGreaterThanOrEqual(waitMs);
        const thoughtsMs = asked.thoughtsMs.map((ms, at) =>
          at === index % asked.thoughtsMs.length ? ms + moreMs : ms,
        );
        expect(judgeEndpoint({ ...asked, thoughtsMs }).waitMs).toBeGreaterThanOrEqual(judgeEndpoint(asked).waitMs);
      }),
      { numRuns: 1_000 },
    );
  });

  test('the surer a model is that the turn is complete, the shorter the wait', () => {
    const sure = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(question, sure, sure, (asked, one, other) => {
        const { waitMs } = judgeEndpoint({ ...asked, completeness: Math.min(one, other) });
        expect(judgeEndpoint({ ...asked, completeness: Math.max(one, other) }).waitMs).toBeLessThanOrEqual(waitMs);
      }),
      { numRuns: 1_000 },
    );
  });

  test('complete never waits longer than open, nor open than unfinished', () => {
    const rank = { complete: 0, open: 1, unfinished: 2 };
    fc.assert(
      fc.property(context, text, text, (asked, words, others) => {
        const [one, other] = [judgeEndpoint({ ...asked, words }), judgeEndpoint({ ...asked, words: others })];
        if (rank[one.ending] < rank[other.ending]) expect(one.waitMs).toBeLessThanOrEqual(other.waitMs);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['words', 'I want to speak to somebody about my account and '],
    ['Hebrew words', 'אני רוצה לדבר עם מישהו על החשבון שלי ו '],
    ['digits', '1234567890'],
    ['dots', '.'],
    ['spaces', ' '],
    ['commas', 'a,'],
    ['digit words', 'one two three '],
  ])('ten kilobytes of %s take no time', (_name, unit) => {
    const words = unit.repeat(Math.ceil(10_000 / unit.length));
    const spentMs = [1, 2, 3, 4, 5].map(() => {
      const from = performance.now();
      for (const language of ['he-IL', 'en-US', 'fr-FR']) ask({ words, language });
      return performance.now() - from;
    });
    expect(Math.min(...spentMs)).toBeLessThan(20);
  });
});

describe('learnPause', () => {
  test('remembers the newest sixteen', () => {
    const pauses = Array.from({ length: 40 }, (_, at) => 200 + at).reduce<readonly number[]>(learnPause, []);
    expect(pauses).toHaveLength(16);
    expect(pauses.at(-1)).toBe(239);
  });

  test.each([0, 119, 3_001, -1, Number.NaN, Infinity])('a pause of %d ms teaches nothing', (pauseMs) => {
    expect(learnPause([400], pauseMs)).toEqual([400]);
  });
});

describe('docs/endpointing.md', () => {
  const page = read('../../docs/endpointing.md');

  test('every wait in its table is the wait of its example', () => {
    const rows = [...page.matchAll(/^\| (complete|open|unfinished) \|(.+)\|$/gm)];
    expect(rows.length).toBeGreaterThanOrEqual(14);
    for (const [, ending, rest = ''] of rows) {
      const [, expects = '', example = '', wait, reason] = rest
        .split('|')
        .map((cell) => cell.trim().replace(/[`"]/g, ''));
      const asked = { words: example, expects: expects as EndpointQuestion['expects'], language: languageOf(example) };
      const verdict = ask(asked);
      expect(`${verdict.ending} ${verdict.waitMs} ${verdict.reasons}`, example).toBe(`${ending} ${wait} ${reason}`);
    }
  });

  test('every reason is explained', () => {
    const reasons = new Set(
      ALL.flatMap((each) => judged(each).reasons).map((code) => code.replace(/^digits-\d.*/, 'digits-')),
    );
    expect([...reasons].filter((code) => !page.includes(`\`${code}`))).toEqual([]);
  });
});

const languageOf = (words: string): string => (/[א-ת]/.test(words) ? 'he-IL' : 'en-US');
