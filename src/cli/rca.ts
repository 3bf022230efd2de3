import { causeJson, findCauses, renderCauses } from '../why/rca.ts';
import { storyOf } from '../why/story.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { journalsOf } from './journals-of.ts';

export interface RcaOptions {
  readonly json?: boolean;
}

/** Prints what went wrong in a call, worst first; exit 1 when anything did. */
export async function rca(call: string, { json = false }: RcaOptions): Promise<ExitCode> {
  const streams = (await journalsOf(call)).map((journal) => {
    const story = storyOf(journal);
    return { story, findings: findCauses(story) };
  });
  if (json) {
    const told = streams.map(({ findings, story: { endReason, head } }) => ({
      callSid: head.callSid,
      attempt: head.attempt ?? 1,
      endReason,
      findings: findings.map(causeJson),
    }));
    console.log(JSON.stringify({ schema: 'kav-rca/1', streams: told }, undefined, 2));
  } else {
    for (const { findings, story } of streams) {
      if (streams.length > 1) console.log(`stream ${story.head.attempt ?? 1}`);
      console.log(renderCauses(findings).join('\n'));
    }
  }
  return streams.every(({ findings }) => findings.length === 0) ? EXIT.ok : EXIT.no;
}
