import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';

const LOOK = {
  main: 'bg-accent text-on-accent hover:bg-accent-strong border-transparent',
  plain: 'bg-raised text-ink border-line-strong hover:bg-sunken',
  quiet: 'bg-transparent text-ink-2 border-transparent hover:bg-sunken hover:text-ink',
  danger: 'bg-raised text-bad border-line-strong hover:bg-bad-soft hover:border-bad',
  final: 'bg-bad text-on-bad border-transparent hover:opacity-90',
} as const;

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: keyof typeof LOOK;
  readonly small?: boolean;
  readonly busy?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export const buttonClass = (look: keyof typeof LOOK = 'plain', small = false): string =>
  `inline-flex items-center justify-center gap-1.5 rounded-md border font-medium transition-colors select-none whitespace-nowrap disabled:opacity-55 disabled:cursor-not-allowed ${
    small ? 'min-h-7 px-2 text-xs' : 'min-h-8.5 px-3 text-sm'
  } ${LOOK[look]}`;

export function Button({
  busy = false,
  className = '',
  disabled,
  look,
  small,
  type = 'button',
  ...rest
}: Props): ReactNode {
  return (
    <button
      type={type}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`${buttonClass(look, small)} ${className}`}
      {...rest}
    />
  );
}
