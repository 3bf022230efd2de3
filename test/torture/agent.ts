/** The agent under torture. Its tool writes into a file outside of Kav, which takes each key once, as a good desk does. */
import { appendFileSync, readFileSync } from 'node:fs';
import { defineAgent, tool, z } from 'kav';

const file = process.env['TORTURE_EFFECTS'] ?? '';
const keys = new Set(read().map((line) => line.split('\t')[0]));

function read(): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return []; // nothing has been done yet
  }
}

export default defineAgent({
  name: 'Torture desk',
  language: 'en-US',
  greeting: 'Hello.',
  stt: 'fake',
  brain: 'fake',
  tts: 'fake',
  tools: {
    book: tool({
      description: 'Books.',
      input: z.object({ n: z.number() }),
      run: ({ n }, { callSid, idempotencyKey }) => {
        if (keys.has(idempotencyKey)) return { booked: n, again: true };
        appendFileSync(file, `${idempotencyKey}\t${callSid}\t${n}\n`);
        keys.add(idempotencyKey);
        return { booked: n };
      },
    }),
  },
});
