import { randomUUID } from 'node:crypto';
import type { Check } from '../check.ts';
import { ok, warn } from '../finding.ts';

/** Twilio asks a second time when a connection is lost: the same call must get an answer again. */
export const repeat: Check = {
  name: 'repeat',
  area: 'webhook',
  title: 'Is a repeated request answered?',
  needs: ['webhook'],
  budgetMs: 35_000,
  async run(probe) {
    const { method } = probe.target;
    const fields = probe.callFields(probe.newCall());
    const request = { url: probe.webhookUrl, method, fields, idempotencyToken: randomUUID() };
    const first = await probe.form(request);
    const second = await probe.form(request);
    if (!first.ok || !second.ok) return [warn('A repeated request got no answer', { code: 11205 })];
    const statuses = `${first.answer.status}, then ${second.answer.status}`;
    if (first.answer.status >= 400 || second.answer.status < 400)
      return [ok('A repeated request is answered', statuses)];
    return [
      warn('A repeated request is refused', {
        seen: statuses,
        code: 11200,
        why: 'Twilio repeats a request whose connection was lost; the caller then hears an error.',
        remedy: 'Answer the same CallSid in the same way each time.',
      }),
    ];
  },
};
