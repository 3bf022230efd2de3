import { expect, test } from 'vitest';
import { readAhead } from './read-ahead.ts';

async function* counting(to: number, seen: number[], error?: Error): AsyncGenerator<number> {
  for (let i = 1; i <= to; i++) {
    seen.push(i);
    yield i;
  }
  if (error) throw error;
}

const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

test('reads before anybody asks, and gives everything in order', async () => {
  const seen: number[] = [];
  const ahead = readAhead(counting(3, seen));
  await turnOfTheLoop();
  expect(seen).toEqual([1, 2, 3]);
  const taken: number[] = [];
  for await (const item of ahead) taken.push(item);
  expect(taken).toEqual([1, 2, 3]);
});

test('an error waits for its turn', async () => {
  const broken = new Error('broken');
  const taken: number[] = [];
  const reading = (async () => {
    for await (const item of readAhead(counting(2, [], broken))) taken.push(item);
  })();
  await expect(reading).rejects.toBe(broken);
  expect(taken).toEqual([1, 2]);
});

test('an error that nobody takes disturbs nobody', async () => {
  readAhead(counting(0, [], new Error('unseen')));
  await turnOfTheLoop();
});

test('a slow source wakes its reader', async () => {
  let give: (value: number) => void = () => {};
  const value = new Promise<number>((resolve) => {
    give = resolve;
  });
  const ahead = readAhead(
    (async function* () {
      yield await value;
    })(),
  );
  const first = ahead[Symbol.asyncIterator]().next();
  await turnOfTheLoop();
  give(7);
  expect(await first).toEqual({ done: false, value: 7 });
});
