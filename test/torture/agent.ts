/** The agent under torture. Its tool writes into a file outside of Kav, which takes each key once, as a good desk does. */
import { appendFileSync, readFileSync } from 'node:fs';
import { defineAgent, tool, z } from 'kav';

const file = process.env['TORTURE_EFFECTS'] ?? '';

/** Asked of the file each time: another worker may have been the one. */
function isDone(key: string): boolean {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .some((line) => line.split('\t')[0] === key);
  } catch {
    return false; // nothing has been done yet
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
        if (isDone(idempotencyKey)) return { booked: n, again: true };
        appendFileSync(file, `${idempotencyKey}\t${callSid}\t${n}\n`);
        return { booked: n };
      },
    }),
  },
});
