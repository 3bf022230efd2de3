/** The agent that the table of provider faults calls: two vendors for each kind of work, one tool, and a flow at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent, flow, tool, z } from 'kav';

const takeMessage = flow({
  name: 'take-message',
  language: 'en-US',
  // It is said instead of the first question.
  opening: 'Sorry, our desk has a problem. I can take a message. What is your name?',
  questions: [
    {
      slot: 'name',
      kind: 'name',
      ask: 'What is your name?',
      otherwise: { type: 'take-words', ask: 'Just your name?' },
    },
    { slot: 'message', kind: 'text', ask: 'And the message?' },
  ],
  closing: 'Thank you, we call back soon. Goodbye.',
});

export default defineAgent({
  name: 'Repairs desk',
  language: 'en-US',
  greeting: 'Repairs desk, automated assistant.',
  instructions: 'You write down what is broken in the house.',
  stt: ['google', 'deepgram'],
  brain: ['openai', 'anthropic', takeMessage],
  tts: ['google', 'azure'],
  tools: {
    lookUp: tool({
      description: 'Looks into the calendar of the repairs.',
      input: z.object({ seconds: z.number() }),
      run: async ({ seconds }, { signal }) => {
        await sleep(seconds * 1_000, undefined, { signal });
        return { free: 'every day' };
      },
    }),
  },
});
