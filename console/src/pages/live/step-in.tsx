import { type FormEvent, type ReactNode, useState } from 'react';
import type { CallAction, LiveCall } from '../../../../src/api/contract/live.ts';
import { useWords } from '../../language/language.tsx';
import { useAct } from '../../live/use-act.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { TextArea } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Section } from '../../ui/page.tsx';
import { TakeOver } from './take-over.tsx';

interface Then {
  readonly onDone?: () => void;
  readonly onFailed?: () => void;
}

export function StepIn({ call }: { readonly call: LiveCall }): ReactNode {
  const words = useWords();
  const notices = useNotices();
  const act = useAct(call.callSid);
  const [asks, setAsks] = useState(false);
  const perform = (action: CallAction, { onDone, onFailed }: Then = {}): void =>
    act.mutate(
      { actionId: crypto.randomUUID(), action },
      {
        onSuccess: () => onDone?.(),
        onError: (error) => {
          onFailed?.();
          notices.complain(error);
        },
      },
    );
  const canMute = call.recording === 'on' || call.recording === 'muted';
  return (
    <Section title={words.live.stepIn}>
      <div className="grid grid-cols-1 gap-3">
        <Tell perform={perform} busy={act.isPending} />
        <TakeOver call={call} perform={perform} busy={act.isPending} />
        <div className="flex flex-wrap gap-2 border-t border-line pt-3">
          {canMute && (
            <Button
              small
              busy={act.isPending}
              onClick={() => perform({ type: 'mute-recording', muted: call.recording === 'on' })}
            >
              <Icon name="record" />
              {call.recording === 'on' ? words.live.muteRecording : words.live.unmuteRecording}
            </Button>
          )}
          <Button small look="danger" className="ms-auto" onClick={() => setAsks(true)}>
            <Icon name="hang-up" />
            {words.live.hangUp}
          </Button>
        </div>
      </div>
      <Confirm
        open={asks}
        title={words.live.hangUpSure}
        lead={words.live.hangUpLead}
        action={words.live.hangUp}
        busy={act.isPending}
        onClose={() => setAsks(false)}
        onConfirm={() => perform({ type: 'hang-up' }, { onDone: () => setAsks(false) })}
      />
    </Section>
  );
}

type Way = 'whisper' | 'say';

interface TellProps {
  readonly busy: boolean;
  readonly perform: (action: CallAction, then: Then) => void;
}

function Tell({ busy, perform }: TellProps): ReactNode {
  const { live } = useWords();
  const notices = useNotices();
  const [way, setWay] = useState<Way>('whisper');
  const [text, setText] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    const onDone = (): void => {
      setText('');
      notices.tell(way === 'whisper' ? live.whispered : live.said);
    };
    perform({ type: way, text: text.trim() }, { onDone });
  };
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-2">
      <fieldset className="grid grid-cols-2 gap-1 rounded-md bg-sunken p-1">
        <legend className="sr-only">{live.stepIn}</legend>
        {(['whisper', 'say'] as const).map((each) => (
          <label
            key={each}
            className="flex min-h-7 cursor-pointer items-center justify-center gap-1.5 rounded-sm text-sm font-medium text-ink-2 has-checked:bg-raised has-checked:text-ink has-checked:shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-(--focus)"
          >
            <input
              type="radio"
              name="way"
              value={each}
              className="sr-only"
              checked={way === each}
              onChange={() => setWay(each)}
            />
            <Icon name={each} />
            {live[each]}
          </label>
        ))}
      </fieldset>
      <TextArea
        label={live.text}
        quiet
        rows={2}
        maxLength={1_000}
        hint={way === 'whisper' ? live.whisperHint : live.sayHint}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
        }}
      />
      <Button type="submit" look="main" busy={busy} disabled={text.trim() === ''}>
        {live.send}
      </Button>
    </form>
  );
}
