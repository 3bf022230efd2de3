import { Link } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import { useLiveCall, useLiveIds } from '../live/hooks.ts';

const MOST = 120;
const COLOR = { LISTENING: 'bg-listening', THINKING: 'bg-thinking', SPEAKING: 'bg-speaking' } as const;

/** Above every page: one stroke for each call that goes on, in the colour of who has the floor. The list says it in words. */
export function TheLine(): ReactNode {
  const ids = useLiveIds();
  return (
    <Link
      to="/live"
      tabIndex={-1}
      aria-hidden="true"
      className="hidden h-2.5 items-center gap-0.5 overflow-hidden border-b border-line bg-surface px-7 md:flex"
    >
      {ids.slice(0, MOST).map((callSid) => (
        <Stroke key={callSid} callSid={callSid} />
      ))}
    </Link>
  );
}

const Stroke = memo(function Stroke({ callSid }: { readonly callSid: string }): ReactNode {
  const call = useLiveCall(callSid);
  return call && <span className={`h-1 w-4 rounded-full transition-colors ${COLOR[call.state]}`} />;
});
