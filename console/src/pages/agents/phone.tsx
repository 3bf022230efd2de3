import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useReducer, useRef, useState } from 'react';
import { Problem } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import type { BrowserPhone } from '../../audio/browser-phone.ts';
import { useWords } from '../../language/language.tsx';
import { useLiveCall, useTranscript } from '../../live/hooks.ts';
import { FloorBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { LevelMeter } from '../../ui/level-meter.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Section } from '../../ui/page.tsx';
import { Ticking } from '../../ui/ticking.tsx';
import { TranscriptView } from '../live/transcript-view.tsx';

type State =
  | { readonly at: 'idle' }
  | { readonly at: 'calling'; readonly callSid?: string }
  | { readonly at: 'talking'; readonly callSid: string; readonly since: string }
  | { readonly at: 'over'; readonly callSid: string; readonly wasRefused: boolean };

interface Props {
  readonly name: string;
  readonly version: number | undefined;
}

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;

/** A telephone: the call goes the way of one from Twilio. */
export function Phone({ name, version }: Props): ReactNode {
  const { agents } = useWords();
  const { call, hangUp, levels, phone, state } = usePhone(name, version);
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
      <Section title={agents.phoneTitle}>
        <div className="grid grid-cols-1 gap-4">
          <p className="text-xs text-ink-3">{agents.phoneLead}</p>
          <div role="status" className="flex min-h-7 items-center justify-between text-sm font-medium">
            {state.at === 'calling' && agents.calling}
            {state.at === 'talking' && (
              <>
                {agents.connected}
                <Ticking since={state.since} />
              </>
            )}
            {state.at === 'over' && (state.wasRefused ? agents.callRefused : agents.callEnded)}
          </div>
          {state.at === 'talking' && phone ? (
            <>
              <LevelMeter label={agents.you} level={levels.own} />
              <LevelMeter label={name} level={levels.other} />
              <InCall phone={phone} onHangUp={hangUp} />
            </>
          ) : (
            <Button look="main" busy={state.at === 'calling'} onClick={call} className="min-h-11">
              <Icon name="mic" />
              {agents.call}
            </Button>
          )}
        </div>
      </Section>
      {'callSid' in state && state.callSid && <Conversation callSid={state.callSid} isOver={state.at === 'over'} />}
    </div>
  );
}

function usePhone(name: string, version: number | undefined) {
  const notices = useNotices();
  const open = useChange('open-phone');
  const [state, setState] = useState<State>({ at: 'idle' });
  const [levels, addLevels] = useReducer(
    (before: { own: number; other: number }, next: { own?: number; other?: number }) => ({ ...before, ...next }),
    { own: 0, other: 0 },
  );
  const [phone, setPhone] = useState<BrowserPhone>();
  const current = useRef<BrowserPhone | undefined>(undefined);
  useEffect(() => () => current.current?.hangUp(), []);
  const call = async (): Promise<void> => {
    setState({ at: 'calling' });
    try {
      const ticket = await open.mutateAsync({ params: { name }, body: version === undefined ? {} : { version } });
      const { openPhone } = await import('../../audio/browser-phone.ts');
      const { callSid } = ticket;
      setState({ at: 'calling', callSid });
      const opened = await openPhone(ticket, {
        onOpen: () => setState({ at: 'talking', callSid, since: new Date().toISOString() }),
        onLevels: addLevels,
        onEnd: (reason) => {
          current.current = undefined;
          setPhone(undefined);
          setState({ at: 'over', callSid, wasRefused: reason === 'refused' });
        },
      });
      current.current = opened;
      setPhone(opened);
    } catch (error) {
      setState({ at: 'idle' });
      notices.complain(
        error instanceof DOMException ? new Problem(0, { code: 'no-microphone', message: error.message }) : error,
      );
    }
  };
  return { call, hangUp: () => current.current?.hangUp(), levels, phone, state };
}

function InCall({ onHangUp, phone }: { readonly phone: BrowserPhone; readonly onHangUp: () => void }): ReactNode {
  const { agents, live } = useWords();
  const [isMuted, setIsMuted] = useState(false);
  return (
    <>
      <div className="flex gap-2">
        <Button
          className="grow"
          aria-pressed={isMuted}
          onClick={() => {
            phone.setMuted(!isMuted);
            setIsMuted(!isMuted);
          }}
        >
          <Icon name="mic" />
          {isMuted ? agents.unmute : agents.mute}
        </Button>
        <Button look="final" className="grow" onClick={onHangUp}>
          <Icon name="hang-up" />
          {live.hangUp}
        </Button>
      </div>
      <details>
        <summary className="text-xs text-ink-2">{agents.keypad}</summary>
        <div dir="ltr" className="mt-2 grid grid-cols-3 gap-1.5">
          {KEYS.map((key) => (
            <Button key={key} onClick={() => phone.press(key)}>
              {key}
            </Button>
          ))}
        </div>
      </details>
    </>
  );
}

function Conversation({ callSid, isOver }: { readonly callSid: string; readonly isOver: boolean }): ReactNode {
  const words = useWords();
  const transcript = useTranscript(callSid);
  const call = useLiveCall(callSid);
  return (
    <Section title={words.live.transcript} actions={call && <FloorBadge state={call.state} />}>
      <TranscriptView transcript={transcript} showsDecisions />
      {isOver && (
        <Link
          to="/calls/$callSid"
          params={{ callSid }}
          className="mt-3 inline-block text-accent underline underline-offset-4"
        >
          {words.agents.toRecord}
        </Link>
      )}
    </Section>
  );
}
