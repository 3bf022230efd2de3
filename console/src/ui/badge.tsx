import type { ReactNode } from 'react';
import { useWords } from '../language/language.tsx';

const TONE = {
  plain: 'bg-sunken text-ink-2',
  good: 'bg-speaking-soft text-speaking',
  wait: 'bg-thinking-soft text-thinking',
  info: 'bg-listening-soft text-listening',
  bad: 'bg-bad-soft text-bad',
  own: 'bg-operator-soft text-operator',
} as const;
export type Tone = keyof typeof TONE;

export function Badge({ children, tone = 'plain' }: { readonly children: ReactNode; readonly tone?: Tone }): ReactNode {
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-sm px-1.5 text-2xs leading-5 font-medium whitespace-nowrap ${TONE[tone]}`}
    >
      {children}
    </span>
  );
}

type Floor = 'LISTENING' | 'THINKING' | 'SPEAKING';

export const FLOOR_TONE = { LISTENING: 'info', THINKING: 'wait', SPEAKING: 'good' } as const satisfies Record<
  Floor,
  Tone
>;

export function FloorBadge({ state }: { readonly state: Floor }): ReactNode {
  const words = useWords();
  return (
    <Badge tone={FLOOR_TONE[state]}>
      <span className={`size-1.5 rounded-full bg-current ${state === 'THINKING' ? 'animate-pulse' : ''}`} />
      {words.live.states[state]}
    </Badge>
  );
}
