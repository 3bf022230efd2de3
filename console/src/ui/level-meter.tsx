import type { ReactNode } from 'react';

interface Props {
  readonly label: string;
  /** Effective level, 0 … 1. */
  readonly level: number;
}

const QUIETEST_DB = -60;

/** Loudness on a scale of decibels, as ears hear it. */
export function LevelMeter({ label, level }: Props): ReactNode {
  const db = Math.max(QUIETEST_DB, 20 * Math.log10(Math.max(level, 1e-6)));
  const share = 1 - db / QUIETEST_DB;
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers draw <meter> each in its own way, and not in our colours
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={QUIETEST_DB}
      aria-valuemax={0}
      aria-valuenow={Math.round(db)}
      className="h-2 min-w-16 grow overflow-hidden rounded-full bg-sunken"
      dir="ltr"
    >
      <div
        className="h-full origin-left bg-speaking transition-transform duration-100"
        style={{ transform: `scaleX(${share})` }}
      />
    </div>
  );
}
