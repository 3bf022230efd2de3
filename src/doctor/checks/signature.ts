import type { Check } from '../check.ts';
import { type Finding, ok, skipped, warn } from '../finding.ts';
import type { Exchange } from '../probe/http.ts';

/** A forged request must not get what a signed one gets. */
export const signature: Check = {
  name: 'signature',
  area: 'webhook',
  title: 'Is a forged request refused?',
  needs: ['webhook'],
  budgetMs: 35_000,
  async run(probe) {
    const { method } = probe.target;
    const url = probe.webhookUrl;
    const fields = probe.callFields(probe.newCall());
    const [tampered, unsigned] = await Promise.all([
      probe.form({ url, method, fields, signedFields: { ...fields, From: '+10000000000', Digits: '1' } }),
      probe.form({ url, method, fields, signedFields: 'none' }),
    ]);
    if (method === 'GET') return [judge(unsigned, 'without a signature')];
    if (probe.target.authToken === undefined) return [judge(unsigned, 'without a signature')];
    return [judge(tampered, 'whose fields were changed'), judge(unsigned, 'without a signature')];
  },
};

function judge(outcome: Exchange, kind: string): Finding {
  if (!outcome.ok) return skipped(`A request ${kind}`, outcome.problem.message);
  const { status } = outcome.answer;
  if (status >= 400) return ok(`A request ${kind} is refused`, `status ${status}`);
  return warn(`A request ${kind} is accepted`, {
    seen: `status ${status}`,
    why: 'Anyone who knows the address can start calls, and conversations with your vendors, at your cost.',
    remedy: 'Check X-Twilio-Signature over the public URL and all fields, and answer 403 when it is wrong.',
  });
}
