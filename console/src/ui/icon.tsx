import type { ReactNode } from 'react';

/** Lines of one weight on a grid of 20. */
const PATHS = {
  home: 'M3 9.5 10 4l7 5.5V16a1 1 0 0 1-1 1h-3.5v-5h-5v5H4a1 1 0 0 1-1-1z',
  live: 'M1.5 11H5l1.8-5.5 3 9.5 2.2-6.5 1.2 2.5h5.3',
  calls:
    'M6.5 3 4 4c-.6.3-1 .9-.9 1.6.6 6 5.2 10.7 11.3 11.3.7.1 1.3-.3 1.6-.9l1-2.5-3.6-2-1.7 1.7c-2-.9-3.5-2.4-4.4-4.4L9 7z',
  people:
    'M7.5 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 17c0-3 2.4-5 5.5-5s5.5 2 5.5 5M13.5 9a2.5 2.5 0 1 0-1-4.8M14.5 12c2.2.3 3.5 2 3.5 4.5',
  agents: 'M4 7h12v8a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 15zM10 7V3.5M7.5 11v1.5M12.5 11v1.5M2 10.5v3M18 10.5v3',
  guide: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM12.8 7.2l-1.6 4-4 1.6 1.6-4z',
  settings: 'M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4',
  close: 'M5 5l10 10M15 5 5 15',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.5 13.5 17 17',
  ear: 'M6 9a4.5 4.5 0 1 1 8.6 1.8c-.8 1.7-2.6 2.2-2.6 4.2a2.3 2.3 0 0 1-4.3 1M8.5 9a2 2 0 1 1 3.2 1.6',
  whisper: 'M4 5h12v8H9l-3.5 3v-3H4zM7.5 9h.01M10 9h.01M12.5 9h.01',
  say: 'M4 5h12v8H9l-3.5 3v-3H4zM7 8h6M7 10.5h4',
  mic: 'M10 12a2.5 2.5 0 0 0 2.5-2.5v-4a2.5 2.5 0 0 0-5 0v4A2.5 2.5 0 0 0 10 12zM5 9.5a5 5 0 0 0 10 0M10 14.5V17',
  'hang-up': 'M2.5 12.5c4.5-4.7 10.5-4.7 15 0l-1.5 2-3.2-1v-2c-1.8-.6-3.8-.6-5.6 0v2l-3.2 1z',
  record: 'M10 16a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  play: 'M6 4l10 6-10 6z',
  pause: 'M7 4v12M13 4v12',
  down: 'M5 8l5 5 5-5',
  forward: 'M8 5l5 5-5 5',
  save: 'M10 3v9M6 8.5l4 4 4-4M4 16.5h12',
  load: 'M10 13V4M6 7.5l4-4 4 4M4 16.5h12',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  plus: 'M10 4v12M4 10h12',
  check: 'M4 10.5l4 4 8-9',
  warn: 'M10 3 18 16.5H2zM10 8v4M10 14.3h.01',
  light:
    'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14.3 5.7l1.4-1.4',
  dark: 'M16.5 11.5A7 7 0 0 1 8.5 3.5a7 7 0 1 0 8 8z',
  more: 'M5 10h.01M10 10h.01M15 10h.01',
  out: 'M8 3.5H4v13h4M12 6.5l3.5 3.5-3.5 3.5M15.5 10H8',
} as const;

export type IconName = keyof typeof PATHS;

interface Props {
  readonly name: IconName;
  readonly size?: number;
  /** Arrows point the way that the language reads. */
  readonly turns?: boolean;
}

export function Icon({ name, size = 16, turns = false }: Props): ReactNode {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      aria-hidden="true"
      className={`shrink-0 ${turns ? 'rtl:-scale-x-100' : ''}`}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.6 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
