import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Listener } from '../../audio/listener.ts';
import { useWords } from '../../language/language.tsx';
import { useLive } from '../../live/hooks.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { LevelMeter } from '../../ui/level-meter.tsx';
import { useNotices } from '../../ui/notices.tsx';

/** Both sides of the call, a quarter of a second behind. */
export function Listen({ callSid }: { readonly callSid: string }): ReactNode {
  const words = useWords();
  const feed = useLive();
  const notices = useNotices();
  const [isOn, setIsOn] = useState(false);
  const [level, setLevel] = useState(0);
  const stop = useRef<(() => void) | undefined>(undefined);
  useEffect(() => () => stop.current?.(), []);
  const start = async (): Promise<void> => {
    setIsOn(true);
    try {
      const { openListener } = await import('../../audio/listener.ts');
      const listener: Listener = await openListener(setLevel);
      const unlisten = feed.listen(callSid, listener.play);
      stop.current = () => {
        stop.current = undefined;
        unlisten();
        listener.close();
      };
    } catch (error) {
      setIsOn(false);
      notices.complain(error);
    }
  };
  const end = (): void => {
    stop.current?.();
    setIsOn(false);
    setLevel(0);
  };
  return (
    <section className="panel flex items-center gap-3 p-3" aria-label={words.live.listen}>
      <Button look={isOn ? 'plain' : 'main'} aria-pressed={isOn} onClick={isOn ? end : start}>
        <Icon name="ear" />
        {isOn ? words.live.stopListening : words.live.listen}
      </Button>
      {isOn ? (
        <LevelMeter label={words.live.level} level={level} />
      ) : (
        <span className="text-xs text-ink-3">{words.live.delay}</span>
      )}
    </section>
  );
}
