import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { CallAction, LiveCall } from '../../../../src/api/contract/live.ts';
import { Problem } from '../../api/client.ts';
import { useHere } from '../../app/session.tsx';
import type { Microphone } from '../../audio/microphone.ts';
import { useWords } from '../../language/language.tsx';
import { useLive } from '../../live/hooks.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { LevelMeter } from '../../ui/level-meter.tsx';
import { useNotices } from '../../ui/notices.tsx';

interface Props {
  readonly call: LiveCall;
  readonly busy: boolean;
  readonly perform: (action: CallAction, then?: { readonly onFailed?: () => void }) => void;
}

/** The operator's own voice in the call. The microphone is open before the agent falls silent. */
export function TakeOver({ busy, call, perform }: Props): ReactNode {
  const { live } = useWords();
  const { account } = useHere();
  const notices = useNotices();
  const isTaken = call.takenOverBy !== null;
  const isMine = call.takenOverBy === account.email || call.takenOverBy === account.userId;
  const { close, isOpen, level, open } = useOperatorMicrophone(isMine);
  useEffect(() => {
    if (!isTaken) close();
  }, [isTaken, close]);
  const take = (): void => {
    open().then(
      () => isMine || perform({ type: 'take-over' }, { onFailed: close }),
      () => notices.complain(new Problem(0, { code: 'no-microphone', message: '' })),
    );
  };
  if (isTaken && !isMine) return <p className="text-xs text-operator">{live.takenOverBy(call.takenOverBy ?? '')}</p>;
  // The user may have taken the call over on another page: then this one has no microphone yet.
  if (!isMine || !isOpen) {
    return (
      <div className="grid grid-cols-1 gap-1">
        <Button busy={busy} onClick={take}>
          <Icon name="mic" />
          {live.takeOver}
        </Button>
        <p className="text-xs text-ink-3">{live.takeOverHint}</p>
      </div>
    );
  }
  return (
    <div className="grid grid-cols-1 gap-2 rounded-md bg-operator-soft p-3 text-operator">
      <p role="status" className="text-sm font-medium">
        {live.takenOver}
      </p>
      <LevelMeter label={live.level} level={level} />
      <Button busy={busy} onClick={() => perform({ type: 'give-back' })}>
        {live.giveBack}
      </Button>
    </div>
  );
}

/** What it hears is sent for as long as the call is the user's. */
function useOperatorMicrophone(isMine: boolean) {
  const feed = useLive();
  const [level, setLevel] = useState(0);
  const [isOpen, setIsOpen] = useState(false);
  const sends = useRef(isMine);
  const microphone = useRef<Microphone | undefined>(undefined);
  useEffect(() => {
    sends.current = isMine;
  }, [isMine]);
  const [control] = useState(() => ({
    open: async (): Promise<void> => {
      if (microphone.current) return;
      const { openMicrophone } = await import('../../audio/microphone.ts');
      microphone.current = await openMicrophone((frame, loudness) => {
        if (sends.current) feed.speak(frame);
        setLevel(loudness);
      });
      setIsOpen(true);
    },
    close: (): void => {
      microphone.current?.close();
      microphone.current = undefined;
      setIsOpen(false);
    },
  }));
  useEffect(() => control.close, [control]);
  return { ...control, isOpen, level };
}
