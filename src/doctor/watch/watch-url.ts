/** A call of the doctor's own, told step by step: what can be seen of any server from outside. */
import { streamEnded } from '../checks/callbacks.ts';
import { upgrade } from '../checks/upgrade.ts';
import { webhook } from '../checks/webhook.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe/probe.ts';
import { redactFinding } from '../redact.ts';
import { judgeAudio } from '../stream/judge-audio.ts';
import { judgeEnd, judgeMessages } from '../stream/judge-manners.ts';
import { callStream, type StreamRecord } from '../stream/stream-call.ts';
import { SAY_ONLY_CALL, type StepName } from './steps.ts';
import type { TakeInput } from './watch.ts';

/** Resolves when the call is over, and the last input has been given. */
export async function watchUrl(probe: Probe, take: TakeInput): Promise<void> {
  const { clock } = probe;
  const step = (name: StepName): void => take({ type: 'step', step: name, at: clock.now() });
  const over = (detail?: string): void =>
    take({ type: 'over', at: clock.now(), ...(detail === undefined ? {} : { detail }) });
  const tell = (findings: readonly Finding[]): void => tellTroubles(probe, findings, take);
  step('webhook');
  const findings = await webhook.run(probe);
  const reached = await probe.reach();
  if (findings.some(({ verdict }) => verdict === 'fail')) {
    tell(findings);
    return over('the answer to the call is wrong');
  }
  if (!reached.stream) take({ type: 'plan', at: clock.now(), steps: SAY_ONLY_CALL });
  step('answer');
  if (!reached.stream) return;
  const { parameters, url } = reached.stream.stream;
  const { authToken, target } = probe;
  const record = await callStream({
    ...{ clock, address: target.address, authToken, url, call: reached.call, parameters },
    garbage: false,
    onStep: step,
  });
  if (!record.opened) {
    tell(await upgrade.run(probe));
    return over('the media socket did not open');
  }
  tell(judgeStream(record));
  // A server that has closed the stream itself has stopped it all the same.
  if (record.closed) step('stop');
  const ended = await streamEnded(probe, reached, reached.stream);
  tell(ended);
  if (ended.some(({ verdict }) => verdict === 'ok')) step('stream-ended');
  over();
}

const judgeStream = (record: StreamRecord): readonly Finding[] => [
  ...(record.audio.length > 0 ? judgeAudio(record) : []),
  ...judgeMessages(record),
  ...judgeEnd(record),
];

function tellTroubles(probe: Probe, findings: readonly Finding[], take: TakeInput): void {
  for (const finding of findings) {
    if (finding.verdict !== 'fail' && finding.verdict !== 'warn') continue;
    const { code, remedy, seen, title, verdict, why } = redactFinding(finding, probe.secrets);
    const reasons = [seen, why].filter((text) => text !== undefined).join('; ');
    take({
      type: 'trouble',
      at: probe.clock.now(),
      trouble: {
        title,
        ...(code === undefined ? {} : { code }),
        ...(reasons === '' ? {} : { why: reasons }),
        ...(remedy === undefined ? {} : { remedy }),
        ...(verdict === 'warn' ? { isMinor: true } : {}),
      },
    });
  }
}
