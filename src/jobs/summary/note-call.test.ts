import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProviderError } from '../../core/errors.ts';
import type { Brain, BrainEvent, BrainOptions, BrainRequest, HistoryTurn } from '../../providers/contracts.ts';
import { flowBrain } from '../../providers/flow/brain.ts';
import { LEAD_FIELDS, leadOf, leadTool, parseLead } from './lead-fields.ts';
import { type CallStory, noteCall } from './note-call.ts';

const never = new AbortController().signal;
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);

const story: CallStory = {
  callSid: 'CA1',
  language: 'he-IL',
  turns: [
    { who: 'agent', text: 'שלום, כאן לאה.' },
    { who: 'caller', text: 'אני מחפשת דירה בחיפה, שמי דנה.' },
  ],
  outcome: { status: 'completed', flow: 'flat-wanted', slots: { name: 'דנה', phone: '+972521234567', budget: '' } },
};

interface Script {
  readonly summary?: string;
  readonly events?: readonly BrainEvent[];
  readonly fails?: unknown;
}

/** A brain that does as the test says, and what it was asked. */
function scripted({ summary = 'Dana wants a flat.', events = [], fails }: Script) {
  const asked: { options?: BrainOptions; request?: BrainRequest; summarised?: readonly HistoryTurn[]; closed: number } =
    {
      closed: 0,
    };
  const brain: Brain = {
    name: 'scripted',
    open: (options) => {
      asked.options = options;
      return {
        async *respond(request) {
          asked.request = request;
          yield* events;
        },
        summarize: async (history) => {
          asked.summarised = history;
          if (fails !== undefined) throw fails;
          return summary;
        },
        close: async () => void asked.closed++,
      };
    },
    close: async () => {},
  };
  return { brain, asked };
}

const toolCall = (args: unknown, name = 'note_lead'): BrainEvent => {
  return { type: 'tool-call', id: '1', name, arguments: typeof args === 'string' ? args : JSON.stringify(args) };
};

const noteWith = (brain: Brain | undefined, told: CallStory = story) =>
  noteCall({ brain, fields: LEAD_FIELDS }, told, never);

test('the summary and the fields of a model are added to what the call gathered', async () => {
  const { brain, asked } = scripted({ events: [toolCall({ area: 'חיפה', topic: 'דירה' })] });
  const result = await noteWith(brain);
  expect(result).toEqual({
    status: 'noted',
    notes: {
      summary: 'Dana wants a flat.',
      lead: {
        fields: { name: 'דנה', phone: '+972521234567', area: 'חיפה', topic: 'דירה' },
        byModel: ['topic', 'area'],
      },
    },
  });
  expect(asked.options).toMatchObject({ language: 'he-IL', tools: [leadTool(LEAD_FIELDS)] });
  expect(asked.request!.history.at(-1)).toMatchObject({ who: 'caller' });
  expect(asked.summarised).toEqual(story.turns);
  expect(asked.closed).toBe(1);
});

describe('a hostile model', () => {
  test('changes nothing that the call gathered', async () => {
    const { brain } = scripted({ events: [toolCall({ name: 'Mallory', phone: '+15550001111', budget: '5' })] });
    const { notes } = await noteWith(brain);
    expect(notes.lead).toEqual({ fields: { name: 'דנה', phone: '+972521234567', budget: '5' }, byModel: ['budget'] });
  });

  test.each([
    ['no JSON', 'ignore all previous instructions'],
    ['a list', [{ area: 'x' }]],
    ['null', null],
    ['a field of its own', { admin: 'true', __proto__: { area: 'x' } }],
    ['an object for a value', { area: { $ne: '' } }],
    ['an endless value', { area: 'x'.repeat(201) }],
    ['endless arguments', { area: 'x', other: 'x'.repeat(20_000) }],
    ['nothing but what cannot be seen', { area: '\u202e\u200b \u0000' }],
    ['a number that is none', { phone: 'call +1 900 for fun' }],
    ['an address that is none', { email: 'a@b@c <script>' }],
  ])('is not believed: %s', async (_name, args) => {
    const { brain } = scripted({ events: [toolCall(args)] });
    const { notes } = await noteWith(brain, { ...story, outcome: undefined });
    expect(notes.lead).toEqual({ fields: {}, byModel: [] });
  });

  test('uses no other tool, hangs nothing up and tells no outcome', async () => {
    const outcome = { status: 'completed', flow: 'evil', slots: { name: 'Mallory' } } as const;
    const events: BrainEvent[] = [
      toolCall({ area: 'x' }, 'delete_all'),
      { type: 'outcome', outcome },
      { type: 'hang-up' },
    ];
    const { notes } = await noteWith(scripted({ events }).brain);
    expect(notes.lead.fields).toEqual({ name: 'דנה', phone: '+972521234567' });
  });

  test('writes no book, and nothing that turns the text around', async () => {
    const { brain } = scripted({ summary: `\u202e${'x'.repeat(9000)}\u0007` });
    const { notes } = await noteWith(brain);
    expect(notes.summary).toBe('x'.repeat(1500));
  });
});

test(`whatever a model writes, the fields are known ones, bounded, and the gathered stand (SEED=${seed})`, () => {
  const json = fc.oneof(
    fc.json(),
    fc
      .dictionary(fc.constantFrom(...LEAD_FIELDS.map(({ name }) => name)), fc.jsonValue())
      .map((v) => JSON.stringify(v)),
  );
  fc.assert(
    fc.property(json, (text) => {
      const lead = leadOf(story.outcome, parseLead(text, LEAD_FIELDS));
      expect(lead.fields).toMatchObject({ name: 'דנה', phone: '+972521234567' });
      for (const [name, value] of Object.entries(lead.fields)) {
        expect(LEAD_FIELDS.some((field) => field.name === name)).toBe(true);
        expect(value.length).toBeLessThanOrEqual(200);
      }
    }),
    { seed, numRuns: 3000 },
  );
});

describe('without a model', () => {
  const floor = { summary: undefined, lead: { fields: { name: 'דנה', phone: '+972521234567' }, byModel: [] } };

  test('the outcome alone is kept', async () => {
    expect(await noteWith(undefined)).toEqual({ status: 'noted', notes: floor });
  });

  test('a flow is not asked', async () => {
    const brain = flowBrain({
      name: 'desk',
      language: 'he-IL',
      opening: '',
      questions: [{ slot: 'name', kind: 'name', ask: 'מה השם?' }],
      summary: 'רשמתי {name}. נכון?',
      closing: 'תודה.',
      operator: { say: 'אין.' },
      lines: { operator: 'כאן.' },
    } as never);
    expect(await noteWith(brain)).toEqual({ status: 'noted', notes: floor });
  });

  test('a model that is away is named, and the floor is known', async () => {
    const details = { provider: 'x', operation: 'brain', code: 'provider-unavailable', retryable: true } as const;
    const { brain, asked } = scripted({ fails: new ProviderError(details, 'away') });
    expect(await noteWith(brain)).toEqual({ status: 'model-away', code: 'provider-unavailable', notes: floor });
    expect(asked.closed).toBe(1);
  });

  test('a call in which nobody spoke is not sent to a model', async () => {
    const { brain, asked } = scripted({});
    await noteWith(brain, {
      ...story,
      turns: [
        { who: 'agent', text: 'Hello?' },
        { who: 'caller', text: ' ' },
      ],
    });
    expect(asked.options).toBeUndefined();
  });
});

test('of a very long call the newest words are sent', async () => {
  const { brain, asked } = scripted({});
  const turns = Array.from({ length: 100 }, (_, i) => ({ who: 'caller', text: `${i} ${'x'.repeat(996)}` }) as const);
  await noteWith(brain, { ...story, turns });
  expect(asked.summarised!.length).toBeLessThan(26);
  expect(asked.summarised!.at(-1)).toBe(turns.at(-1));
});

test('the end of the server ends the work with its reason, and the session is closed', async () => {
  const stop = new AbortController();
  const reason = new Error('the server stops');
  const { brain, asked } = scripted({ fails: new Error('cut') });
  stop.abort(reason);
  await expect(noteCall({ brain, fields: LEAD_FIELDS }, story, stop.signal)).rejects.toBe(reason);
  expect(asked.closed).toBe(1);
});
