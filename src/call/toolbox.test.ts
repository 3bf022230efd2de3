import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError } from '../core/errors.ts';
import { wait } from '../providers/wait.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { type Tool, tool } from './tool.ts';
import { describeTools, Toolbox } from './toolbox.ts';

const clock = new VirtualClock();

const slow = (log: string[], name: string, alone = false): Tool =>
  tool({
    description: `Takes a second and says ${name}.`,
    input: z.object({}),
    alone,
    run: async (_, { signal }) => {
      log.push(`${name} begins`);
      await wait(clock, 1_000, signal);
      log.push(`${name} ends`);
      return name;
    },
  });

function openToolbox(tools: Record<string, Tool>, mayAct: () => boolean | Promise<boolean> = () => true) {
  const recorded: unknown[] = [];
  const ends: unknown[] = [];
  const committed: unknown[] = [];
  const toolbox = new Toolbox({
    mayAct,
    tools,
    clock,
    call: { callSid: 'CA00', record: (slots) => recorded.push(slots) },
    commit: async ({ name, result }) => void committed.push([name, result]),
    onToolEnd: ({ name, failed }) => ends.push([name, failed]),
  });
  const run = async (...wishes: [name: string, args: string][]) => {
    const work = toolbox.run(wishes.map(([name, args], i) => ({ id: `${i}`, name, arguments: args })));
    await clock.advance(60_000);
    return (await work).map(({ result, failed }) => (failed ? `failed ${result}` : result));
  };
  return { toolbox, run, recorded, ends, committed };
}

const lead = tool({
  description: 'Saves a lead.',
  input: z.object({ name: z.string(), rooms: z.number().optional() }),
  run: ({ name, rooms }, { record }) => {
    record({ name });
    return { saved: name, rooms };
  },
});

describe('a toolbox', () => {
  test('runs a tool with its checked input, and tells the result as JSON', async () => {
    const { run, recorded, ends, committed } = openToolbox({ saveLead: lead });
    expect(await run(['saveLead', '{"name":"Dana","rooms":3}'])).toEqual(['{"saved":"Dana","rooms":3}']);
    expect(committed, 'durable before the model is told').toEqual([['saveLead', '{"saved":"Dana","rooms":3}']]);
    expect(recorded).toEqual([{ name: 'Dana' }]);
    expect(ends).toEqual([['saveLead', false]]);
  });

  test('runs nothing for a call that another node has, and keeps no fact of it', async () => {
    const { run, recorded, committed } = openToolbox({ saveLead: lead }, async () => false);
    expect(await run(['saveLead', '{"name":"Dana"}'])).toEqual(['failed {"error":"the call is not here any more"}']);
    expect([recorded, committed]).toEqual([[], []]);
  });

  test.each([
    ['saveLead', '{"name":7}', /wrong arguments: name/],
    ['saveLead', '{"name":"Da', /not JSON/],
    ['saveLead', '"Dana"', /wrong arguments/],
    ['saveLead', `{"name":"${'a'.repeat(20_000)}"}`, /too long/],
    ['dropTables', '{}', /no such tool/],
    ['constructor', '{}', /no such tool/],
    ['__proto__', '{}', /no such tool/],
  ])('refuses %s with %.30s', async (name, args, problem) => {
    const { run, recorded } = openToolbox({ saveLead: lead });
    const [result] = await run([name, args]);
    expect(result).toMatch(/^failed \{"error":/);
    expect(result).toMatch(problem);
    expect(recorded).toEqual([]);
  });

  test('runs together what may, alone what must', async () => {
    const log: string[] = [];
    const { run } = openToolbox({ a: slow(log, 'a'), b: slow(log, 'b'), c: slow(log, 'c', true), d: slow(log, 'd') });
    expect(await run(['a', ''], ['b', ''], ['c', ''], ['d', ''])).toEqual(['"a"', '"b"', '"c"', '"d"']);
    expect(log.slice(0, 2)).toEqual(['a begins', 'b begins']);
    expect(log.slice(4)).toEqual(['c begins', 'c ends', 'd begins', 'd ends']);
  });

  test('a tool that takes too long is aborted, one that throws tells nothing of its inside', async () => {
    const hang = tool({
      description: 'Never ends.',
      input: z.object({}),
      timeoutMs: 500,
      run: (_, { signal }) => wait(clock, 1e9, signal),
    });
    const leaky = tool({
      description: 'Throws.',
      input: z.object({}),
      run: () => {
        throw new Error('password is hunter2');
      },
    });
    const { run, ends } = openToolbox({ hang, leaky });
    const [late, thrown] = await run(['hang', '{}'], ['leaky', '{}']);
    expect(late).toMatch(/took too long/);
    expect(thrown).toBe('failed {"error":"the tool failed"}');
    expect(ends).toContainEqual(['hang', true]);
    expect(clock.alarms).toBe(0);
  });

  test('a flood of wishes is refused, in a round and in a call', async () => {
    const { run } = openToolbox({ saveLead: lead });
    const flood = Array.from({ length: 20 }, (): [string, string] => ['saveLead', '{"name":"Dana"}']);
    expect((await run(...flood)).filter((result) => /too many/.test(result))).toHaveLength(12);
    for (let round = 0; round < 8; round++) await run(...flood);
    expect(await run(['saveLead', '{"name":"Dana"}'])).toEqual([expect.stringMatching(/too many/)]);
  });

  test('a long result is cut, and nothing is still a result', async () => {
    const long = tool({ description: 'Long.', input: z.object({}), run: () => 'x'.repeat(50_000) });
    const none = tool({ description: 'None.', input: z.object({}), run: () => undefined });
    const [cut, nothing] = await openToolbox({ long, none }).run(['long', ''], ['none', '']);
    expect(cut!.length).toBeLessThan(8_200);
    expect(JSON.parse(cut!)).toMatchObject({ cut: true });
    expect(nothing).toBe('{"ok":true}');
  });

  test('describes its tools with JSON Schema', () => {
    expect(describeTools({ saveLead: lead })).toEqual([
      {
        name: 'saveLead',
        description: 'Saves a lead.',
        parameters: expect.objectContaining({
          type: 'object',
          properties: { name: { type: 'string' }, rooms: { type: 'number' } },
          required: ['name'],
        }),
      },
    ]);
  });
});

test.each([
  { description: '', input: z.object({}), run: () => 1 },
  { description: 'x', input: z.string() as never, run: () => 1 },
  { description: 'x', input: z.object({}), run: undefined as never },
  { description: 'x', input: z.object({}), run: () => 1, timeoutMs: 40_000 },
])('a faulty tool is refused when it is declared %#', (definition) => {
  expect(() => tool(definition)).toThrow(ConfigError);
});
