import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { directionOf } from '../../language/direction.ts';
import { useWords } from '../../language/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { ProblemNote, Section } from '../../ui/page.tsx';

interface Line {
  readonly who: 'caller' | 'agent';
  readonly text: string;
  readonly tools?: Answer<'chat'>['tools'];
}

interface Props {
  readonly name: string;
  readonly version: number | undefined;
}

/** A conversation in writing: nothing is booked and nobody is called. */
export function Chat({ name, version }: Props): ReactNode {
  const words = useWords();
  const { agents } = words;
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [hasEnded, setHasEnded] = useState(false);
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const chat = useChange('chat');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const said = text.trim();
    if (said === '' || chat.isPending) return;
    const turns: readonly Line[] = [...lines, { who: 'caller', text: said }];
    setLines(turns);
    setText('');
    const body = {
      ...(version === undefined ? {} : { version }),
      turns: turns.map(({ text: words, who }) => ({ who, text: words })),
    };
    chat.mutate(
      { params: { name }, body },
      {
        onSuccess: ({ ends, text: answer, tools }) => {
          setLines([...turns, { who: 'agent', text: answer, tools }]);
          setHasEnded(ends);
          input.current?.focus();
        },
        onError: () => {
          setLines(lines);
          setText(said);
        },
      },
    );
  };
  const again = (): void => {
    setLines([]);
    setHasEnded(false);
    chat.reset();
  };
  return (
    <Section
      title={agents.tabs.chat}
      actions={
        lines.length > 0 && (
          <Button small onClick={again}>
            {agents.chatAgain}
          </Button>
        )
      }
    >
      <p className="mb-3 text-xs text-ink-3">{agents.chatLead}</p>
      <div role="log" aria-label={agents.tabs.chat}>
        <ol className="mb-3 grid grid-cols-1 gap-2.5">
          {lines.length === 0 && <li className="py-4 text-ink-3">{agents.chatEmpty}</li>}
          {lines.map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added
            <ChatLine key={i} line={line} />
          ))}
          {chat.isPending && <li className="animate-pulse text-ink-3">…</li>}
          {hasEnded && <li className="text-xs text-ink-3">{agents.chatEnds}</li>}
        </ol>
      </div>
      <ProblemNote error={chat.error} />
      <form onSubmit={submit} className="mt-2 flex gap-2">
        <Field
          ref={input}
          label={agents.chatText}
          quiet
          dir="auto"
          maxLength={4_000}
          placeholder={agents.chatText}
          className="grow"
          value={text}
          disabled={hasEnded}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" look="main" busy={chat.isPending} disabled={hasEnded || text.trim() === ''}>
          {agents.chatSend}
        </Button>
      </form>
    </Section>
  );
}

function ChatLine({ line }: { readonly line: Line }): ReactNode {
  const words = useWords();
  const isCaller = line.who === 'caller';
  return (
    <li
      className={`max-w-[46rem] border-s-2 ps-3 ${isCaller ? 'border-caller text-caller' : 'border-agent text-agent'}`}
    >
      <div className="text-2xs leading-5 font-semibold">{isCaller ? words.agents.you : words.live.who.agent}</div>
      <div dir={directionOf(line.text)} className="whitespace-pre-line text-ink">
        {line.text}
      </div>
      {line.tools?.map((tool) => (
        <div key={`${tool.name}-${tool.arguments}`} className="mt-1 flex flex-wrap items-baseline gap-2 text-xs">
          <Badge tone="own">{words.agents.wouldUse(tool.name)}</Badge>
          <code dir="ltr" className="font-mono text-2xs break-all text-ink-3">
            {tool.arguments}
          </code>
        </div>
      ))}
    </li>
  );
}
