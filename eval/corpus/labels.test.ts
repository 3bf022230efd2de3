import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/core/errors.ts';
import { parseLabels } from './labels.ts';

const turn = { kind: 'turn', startMs: 100, endMs: 900, text: 'one two' };
const file = { id: 'a', file: 'a.ul', category: 'clean', durationMs: 2_000, turns: [turn] };
const format = { encoding: 'mulaw', sampleRateHz: 8000, channels: 1, container: 'raw' };

const parse = (...files: object[]) =>
  parseLabels(JSON.stringify({ schema: 'caller-corpus/1', format, files }), 'x.json');

describe('labels', () => {
  test('the least that a file must have', () => {
    expect(parse(file)).toEqual({
      set: '',
      remarks: [],
      files: [
        {
          id: 'a',
          file: 'a.ul',
          category: 'clean',
          durationMs: 2_000,
          lang: 'en',
          say: [],
          windows: [],
          units: [
            {
              kind: 'turn',
              label: 'turn',
              startMs: 100,
              endMs: 900,
              text: 'one two',
              segments: [{ startMs: 100, endMs: 900 }],
            },
          ],
        },
      ],
    });
  });

  test('turns and events are told in order, with cues, windows, noise and echo', () => {
    const cue = { on: 'agent-audio-start', nth: 2, offsetMs: 500, expect: 'agent-continues' };
    const [labelled] = parse({
      ...file,
      noise: { type: 'white', snrDb: 8 },
      echo: { delayMs: 120, gainDb: -20 },
      agent: { say: ['Hello.'], windows: [{ startMs: 900, endMs: 1_900 }] },
      turns: [{ ...turn, kind: 'backchannel', startMs: 700, cue }],
      events: [{ kind: 'cough', startMs: 10, endMs: 30 }],
    }).files;
    expect(labelled?.units.map(({ kind, label, cue }) => ({ kind, label, cue }))).toEqual([
      { kind: 'event', label: 'cough', cue: undefined },
      { kind: 'backchannel', label: 'backchannel', cue: { nth: 2, offsetMs: 500 } },
    ]);
    expect(labelled?.echo).toEqual({ delayMs: 120, lossDb: 20 });
    expect(labelled?.noise).toEqual({ type: 'white', snrDb: 8 });
  });

  test('what is not known is said and taken for what it is most like', () => {
    const { files, remarks } = parse({
      ...file,
      echo: 'loud',
      turns: [
        {
          ...turn,
          kind: 'laugh',
          endMs: 200,
          cue: { on: 'agent-audio-start', offsetMs: 0, expect: 'agent-continues' },
        },
        { ...turn, startMs: 300, cue: { on: 'moonrise', offsetMs: 0 } },
      ],
    });
    expect(files[0]?.units.map(({ kind, cue }) => [kind, cue?.nth])).toEqual([
      ['backchannel', 1],
      ['turn', undefined],
    ]);
    expect(remarks).toHaveLength(3);
  });

  test.each([
    ['another schema', { schema: 'caller-corpus/2', format, files: [file] }],
    ['another encoding', { schema: 'caller-corpus/1', format: { ...format, encoding: 'alaw' }, files: [file] }],
    ['no files', { schema: 'caller-corpus/1', format, files: [] }],
    ['an id twice', { schema: 'caller-corpus/1', format, files: [file, file] }],
    ['a turn after the end', { schema: 'caller-corpus/1', format, files: [{ ...file, durationMs: 500 }] }],
    [
      'a turn that ends first',
      { schema: 'caller-corpus/1', format, files: [{ ...file, turns: [{ ...turn, endMs: 50 }] }] },
    ],
    [
      'segments out of order',
      {
        schema: 'caller-corpus/1',
        format,
        files: [
          {
            ...file,
            turns: [
              {
                ...turn,
                segments: [
                  { startMs: 500, endMs: 900 },
                  { startMs: 100, endMs: 400 },
                ],
              },
            ],
          },
        ],
      },
    ],
  ])('%s is refused', (_what, labels) => {
    expect(() => parseLabels(JSON.stringify(labels), 'x.json')).toThrow(ConfigError);
  });

  test('a fault is named with its place', () => {
    expect(() => parse(file, { ...file, id: 'b', turns: [{ ...turn, startMs: 'soon' }] })).toThrow(
      'x.json.files[1].turns[0].startMs',
    );
    expect(() => parseLabels('{', 'x.json')).toThrow('is not JSON');
  });
});
