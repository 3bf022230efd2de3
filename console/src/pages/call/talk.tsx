import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import type { CallPage, CallTurn } from '../../../../src/api/contract/calls.ts';
import { directionOf } from '../../language/direction.ts';
import { lengthOf } from '../../language/format.ts';
import { useWords } from '../../language/language.tsx';
import { unheardOf } from '../../live/transcript.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';
import type { Playhead } from './playhead.ts';
import { indexAt, wordsInTime } from './words-in-time.ts';

interface Props {
  readonly page: CallPage;
  readonly playhead: Playhead;
}

const VOICE = {
  caller: 'border-caller text-caller',
  agent: 'border-agent text-agent',
  operator: 'border-operator text-operator',
} as const;

/** What was said. A click on a word plays from there; the word being said is marked. */
export function Talk({ page, playhead }: Props): ReactNode {
  const { call } = useWords();
  const list = useRef<HTMLOListElement>(null);
  useWordsFollow(list, playhead, page.turns);
  return (
    <Section title={call.transcript}>
      {page.turns.length === 0 && <p className="text-ink-3">{call.noTurns}</p>}
      <ol ref={list} className="grid grid-cols-1 gap-3">
        {page.turns.map((turn, i) => (
          <Turn
            key={turn.index}
            turn={turn}
            playhead={playhead}
            tools={page.tools.filter(({ afterTurns }) => afterTurns === i + 1)}
          />
        ))}
      </ol>
    </Section>
  );
}

interface TurnProps {
  readonly turn: CallTurn;
  readonly tools: CallPage['tools'];
  readonly playhead: Playhead;
}

function Turn({ playhead, tools, turn }: TurnProps): ReactNode {
  const { call } = useWords();
  const unheard = unheardOf(turn.text, turn.intended);
  const timed = useMemo(() => wordsInTime(turn), [turn]);
  return (
    <li className={`grid grid-cols-[3.25rem_minmax(0,1fr)] gap-x-3 border-s-2 ps-3 ${VOICE[turn.who]}`}>
      <button
        type="button"
        className="self-start rounded-sm text-start text-xs leading-5 text-ink-3 hover:text-accent hover:underline"
        aria-label={call.seekTo(lengthOf(turn.fromMs))}
        onClick={() => playhead.seek(turn.fromMs)}
      >
        <Ltr>{lengthOf(turn.fromMs)}</Ltr>
      </button>
      <div>
        <div className="flex items-center gap-2 text-2xs leading-5 font-semibold">
          {call[turn.who]}
          {turn.interrupted && <Badge tone="bad">{call.interrupted}</Badge>}
        </div>
        <p dir={directionOf(turn.intended ?? turn.text)} className="text-ink">
          {timed.map(({ atMs, text }) => (
            <span key={`${atMs}-${text}`}>
              <span data-at={atMs} className="cursor-pointer rounded-sm hover:bg-mark data-[now]:bg-mark">
                {text}
              </span>{' '}
            </span>
          ))}
          {unheard !== '' && (
            <s className="text-ink-3 decoration-line-strong">
              <span className="sr-only">{call.notHeard} </span>
              {unheard}
            </s>
          )}
        </p>
        {tools.map(({ arguments: given, failed, name, result }) => (
          <details key={`${name}-${given}`} className="mt-1 text-xs text-ink-2">
            <summary>
              <code className="font-mono">{name}</code> {failed && <Badge tone="bad">{call.failed}</Badge>}
            </summary>
            <pre
              dir="ltr"
              className="mt-1 overflow-x-auto rounded-sm bg-sunken p-2 font-mono text-2xs whitespace-pre-wrap"
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
              tabIndex={0}
            >
              {`${given}\n→ ${result}`}
            </pre>
          </details>
        ))}
      </div>
    </li>
  );
}

/** Past React, because it happens many times a second. */
function useWordsFollow(
  list: { readonly current: HTMLOListElement | null },
  playhead: Playhead,
  turns: readonly CallTurn[],
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words in the page change with the turns
  useEffect(() => {
    const element = list.current!;
    const spans = [...element.querySelectorAll<HTMLElement>('[data-at]')].sort((a, b) => atOf(a) - atOf(b));
    const starts = spans.map(atOf);
    let now: HTMLElement | undefined;
    const follow = (): void => {
      const next = spans[indexAt(starts, playhead.positionMs)];
      if (next === now) return;
      if (now) delete now.dataset['now'];
      if (next && playhead.positionMs > 0) next.dataset['now'] = '';
      now = next;
    };
    const onClick = ({ target }: MouseEvent): void => {
      const word = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-at]') : null;
      if (!word) return;
      playhead.seek(atOf(word));
      // A click asks to hear it; where there is no recording there is nothing to hear.
      playhead.play().catch(() => undefined);
    };
    element.addEventListener('click', onClick);
    const unsubscribe = playhead.subscribe(follow);
    return () => {
      element.removeEventListener('click', onClick);
      unsubscribe();
    };
  }, [list, playhead, turns]);
}

const atOf = (element: HTMLElement): number => Number(element.dataset['at']);
