/** An agent whose tool leaves a line wherever it runs, however often: nothing hides that it was done twice. */
import { appendFileSync } from 'node:fs';
import { defineAgent, tool, z } from 'kav';

export default defineAgent({
  name: 'Desk',
  language: 'en-US',
  greeting: 'Hello.',
  stt: 'fake',
  brain: 'fake',
  tts: 'fake',
  tools: {
    book: tool({
      description: 'Books.',
      input: z.object({ n: z.number() }),
      run: ({ n }) => {
        appendFileSync(process.env['PAUSED_EFFECTS'] ?? '', `${process.env['KAV_NODE']} ${n}\n`);
        return { booked: n };
      },
    }),
  },
});
