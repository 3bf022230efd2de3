import { type ReactNode, useState } from 'react';
import type { CallStory } from '../../../../src/api/contract/calls.ts';
import { lengthOf } from '../../language/format.ts';
import { useFormat, useWords } from '../../language/language.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Section } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';
import type { Playhead } from './playhead.ts';

type Reply = CallStory['replies'][number];
const END_TONE = {
  played: 'good',
  interrupted: 'wait',
  withdrawn: 'plain',
  failed: 'bad',
  open: 'plain',
} as const satisfies Record<Reply['end'], Tone>;

interface Props {
  readonly story: CallStory;
  readonly playhead: Playhead;
}

/** One answer of the agent: where the time went, and the reason of each decision. */
export function Why({ playhead, story }: Props): ReactNode {
  const { call } = useWords();
  const [index, setIndex] = useState(() =>
    Math.max(
      0,
      story.replies.findIndex(({ bars }) => bars.length > 0),
    ),
  );
  const reply = story.replies[index];
  if (!reply) return null;
  const go = (next: number): void => {
    setIndex(next);
    const chosen = story.replies[next];
    if (chosen) playhead.seek(chosen.startedAt);
  };
  return (
    <Section
      title={call.why}
      actions={
        <div className="flex items-center gap-1">
          <Button small look="quiet" aria-label={call.previous} disabled={index === 0} onClick={() => go(index - 1)}>
            <span className="rotate-180">
              <Icon name="forward" turns />
            </span>
          </Button>
          <select
            aria-label={call.chooseReply}
            className="rounded-sm border border-line-strong bg-raised px-1 text-xs"
            value={index}
            onChange={(event) => go(Number(event.target.value))}
          >
            {story.replies.map(({ reply: number, startedAt }, i) => (
              <option key={number} value={i}>
                {call.reply(number)} · {lengthOf(startedAt)}
              </option>
            ))}
          </select>
          <Button
            small
            look="quiet"
            aria-label={call.next}
            disabled={index === story.replies.length - 1}
            onClick={() => go(index + 1)}
          >
            <Icon name="forward" turns />
          </Button>
        </div>
      }
    >
      <ReplyStory reply={reply} playhead={playhead} />
    </Section>
  );
}

function ReplyStory({ playhead, reply }: { readonly reply: Reply; readonly playhead: Playhead }): ReactNode {
  const { call } = useWords();
  const format = useFormat();
  return (
    <div className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={END_TONE[reply.end]}>{call.ends[reply.end]}</Badge>
        <span className="text-xs text-ink-3">{reply.kind}</span>
        {reply.latencyMs !== null && (
          <Ltr className="ms-auto text-lg font-semibold">{format.latency(reply.latencyMs)}</Ltr>
        )}
      </div>
      {reply.bars.length > 0 && <Waterfall reply={reply} />}
      <div>
        <h3 className="label-caps mb-1">{call.reasons}</h3>
        <ol
          className="grid grid-cols-1 max-h-72 gap-1 overflow-y-auto text-xs"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
          tabIndex={0}
          aria-label={call.reasons}
        >
          {reply.sentences.map(({ at, text }) => (
            <li key={`${at}-${text}`} className="grid grid-cols-[3.75rem_minmax(0,1fr)] gap-x-2">
              <button
                type="button"
                tabIndex={-1}
                className="text-start text-ink-3 hover:text-accent hover:underline"
                onClick={() => playhead.seek(at)}
              >
                <Ltr>{(at / 1_000).toFixed(2)}</Ltr>
              </button>
              <span dir="ltr" className="text-ink-2">
                {text}
              </span>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

const BAR: Readonly<Record<string, string>> = {
  recogniser: 'bg-caller',
  endpointing: 'bg-listening',
  brain: 'bg-thinking',
  tools: 'bg-operator',
  voice: 'bg-agent',
  heard: 'bg-speaking',
};

function Waterfall({ reply: { bars } }: { readonly reply: Reply }): ReactNode {
  const { call } = useWords();
  const format = useFormat();
  const names = call.bars as Readonly<Record<string, string>>;
  const from = Math.min(...bars.map(({ fromMs }) => fromMs));
  // What was heard goes on for seconds: its beginning is what matters here.
  const until = Math.max(...bars.filter(({ name }) => name !== 'heard').map(({ toMs }) => toMs), from + 1);
  const total = (until - from) * 1.12;
  const share = (ms: number): number => Math.max(0, Math.min(100, ((ms - from) / total) * 100));
  return (
    <div>
      <h3 className="label-caps mb-1">{call.waterfall}</h3>
      <dl className="grid grid-cols-1 gap-1" dir="ltr">
        {bars.map(({ fromMs, name, toMs }) => (
          <div
            key={`${name}-${fromMs}`}
            className="grid grid-cols-[7.5rem_minmax(0,1fr)_4rem] items-center gap-2 text-xs"
          >
            <dt className="truncate text-end text-ink-2">
              <bdi>{names[name] ?? name}</bdi>
            </dt>
            <dd className="relative h-4 overflow-hidden rounded-sm bg-sunken">
              <div
                className={`absolute inset-y-0.5 min-w-0.5 rounded-sm ${BAR[name] ?? 'bg-line-strong'}`}
                style={{ left: `${share(fromMs)}%`, width: `${share(toMs) - share(fromMs)}%` }}
              />
            </dd>
            <dd className="tabular text-ink-2">{format.latency(toMs - fromMs)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

export function Causes({ playhead, story }: Props): ReactNode {
  const { call } = useWords();
  return (
    <Section title={call.causes}>
      {story.causes.length === 0 && <p className="text-ink-3">{call.noCauses}</p>}
      <ul className="grid grid-cols-1 gap-3">
        {story.causes.map(({ at, cause, detail, remedy, title }) => (
          <li
            key={`${cause}-${at}-${detail}`}
            className="grid grid-cols-1 gap-0.5 border-s-2 border-thinking ps-3"
            dir="ltr"
          >
            <div className="flex items-baseline justify-between gap-2">
              <strong className="text-sm font-medium">{title}</strong>
              {at !== null && (
                <button type="button" className="text-xs text-accent hover:underline" onClick={() => playhead.seek(at)}>
                  <Ltr>{lengthOf(at)}</Ltr>
                </button>
              )}
            </div>
            {detail !== '' && <p className="text-xs text-ink-3">{detail}</p>}
            <p className="text-xs text-ink-2">{remedy}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
