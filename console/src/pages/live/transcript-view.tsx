import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { directionOf } from '../../language/direction.ts';
import { lengthOf } from '../../language/format.ts';
import { useWords } from '../../language/language.tsx';
import { type Entry, type Transcript, unheardOf } from '../../live/transcript.ts';
import { Button } from '../../ui/button.tsx';
import { Ltr, Spoken } from '../../ui/text.tsx';

interface Props {
  readonly transcript: Transcript;
  readonly showsDecisions: boolean;
}

const NEAR_PX = 60;

/** Grows at its end, and stays there for as long as the reader does not scroll away. */
export function TranscriptView({ showsDecisions, transcript }: Props): ReactNode {
  const words = useWords();
  const { begun, entries, partial } = transcript;
  const log = useRef<HTMLDivElement>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const toEnd = (): void => log.current?.scrollTo({ top: log.current.scrollHeight });
  const look = (): void => {
    const { clientHeight, scrollHeight, scrollTop } = log.current!;
    setIsAtEnd(scrollHeight - scrollTop - clientHeight < NEAR_PX);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the transcript's growth that moves it
  useLayoutEffect(() => {
    if (isAtEnd) toEnd();
  }, [transcript]);
  const isEmpty = entries.length === 0 && begun.length === 0 && !partial;
  return (
    <div className="relative">
      <div
        ref={log}
        role="log"
        aria-label={words.live.transcript}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        onScroll={look}
        className="max-h-[52dvh] min-h-40 overflow-y-auto md:max-h-[calc(100dvh-12.5rem)]"
      >
        {isEmpty && <p className="py-6 text-center text-ink-3">{words.live.waiting}</p>}
        <ol className="grid grid-cols-1 gap-2">
          {entries.map(({ key, line }) => (
            <EntryRow key={key} line={line} showsDecisions={showsDecisions} />
          ))}
          {begun.length > 0 && (
            <TurnRow who="agent" at={begun[0]!.at} isOpen>
              <Spoken text={begun.map(({ text }) => text).join(' ')} />
            </TurnRow>
          )}
          {partial && (
            <TurnRow who="caller" at={partial.at} isOpen>
              <Spoken text={`${partial.text}…`} />
            </TurnRow>
          )}
        </ol>
      </div>
      {!isAtEnd && (
        <div className="absolute inset-x-0 bottom-2 text-center">
          <Button small className="shadow-lift" onClick={toEnd}>
            {words.live.newest}
          </Button>
        </div>
      )}
    </div>
  );
}

function EntryRow({
  line,
  showsDecisions,
}: {
  readonly line: Entry['line'];
  readonly showsDecisions: boolean;
}): ReactNode {
  const { live } = useWords();
  if (line.type === 'turn') {
    const unheard = unheardOf(line.text, line.intended);
    return (
      <TurnRow who={line.who} at={line.fromMs}>
        <span dir={directionOf(line.intended ?? line.text)} className="block">
          {line.text}
          {unheard !== '' && (
            <>
              {' '}
              <s className="text-ink-3 decoration-line-strong">
                <span className="sr-only">{live.unheard}: </span>
                {unheard}
              </s>
            </>
          )}
        </span>
      </TurnRow>
    );
  }
  if (line.type === 'decision') {
    return showsDecisions ? (
      <NoteRow at={line.at}>
        {/* Sentences of `kav why` are English, whatever words they quote. */}
        <bdi dir="ltr">{line.text}</bdi>
      </NoteRow>
    ) : null;
  }
  if (line.type === 'tool') {
    return (
      <NoteRow at={line.at}>
        <strong className={`font-medium ${line.failed ? 'text-bad' : 'text-ink-2'}`}>
          {line.failed ? live.toolFailed(line.name) : live.tool(line.name)}
        </strong>
      </NoteRow>
    );
  }
  const actions = live.actions as Readonly<Record<string, string>>;
  return (
    <NoteRow at={line.at}>
      <strong className="font-medium text-operator">
        <bdi>{line.by}</bdi> {actions[line.action] ?? line.action}
      </strong>
    </NoteRow>
  );
}

const VOICE = {
  caller: 'text-caller border-caller',
  agent: 'text-agent border-agent',
  operator: 'text-operator border-operator',
} as const;

interface TurnProps {
  readonly who: keyof typeof VOICE;
  readonly at: number;
  readonly isOpen?: boolean;
  readonly children: ReactNode;
}

function TurnRow({ at, children, isOpen = false, who }: TurnProps): ReactNode {
  const { live } = useWords();
  return (
    <li
      className={`grid grid-cols-[3.25rem_minmax(0,1fr)] gap-x-3 border-s-2 ps-3 ${VOICE[who]} ${isOpen ? 'border-dashed' : ''}`}
    >
      <Ltr className="pt-0.5 text-xs text-ink-3">{lengthOf(at)}</Ltr>
      <div>
        <div className="text-2xs leading-5 font-semibold">{live.who[who]}</div>
        <div className={isOpen ? 'text-ink-2 italic' : 'text-ink'}>{children}</div>
      </div>
    </li>
  );
}

function NoteRow({ at, children }: { readonly at: number; readonly children: ReactNode }): ReactNode {
  return (
    <li className="grid grid-cols-[3.25rem_minmax(0,1fr)] gap-x-3 border-s-2 border-transparent ps-3 text-xs leading-4 text-ink-3">
      <Ltr>{lengthOf(at)}</Ltr>
      <div>{children}</div>
    </li>
  );
}
