import type { ReactNode } from 'react';
import { directionOf } from '../language/direction.ts';
import { useFormat } from '../language/language.tsx';

interface Children {
  readonly children: ReactNode;
  readonly className?: string;
}

/** Numbers, times, codes: from the left in every language. */
export function Ltr({ children, className = '' }: Children): ReactNode {
  return (
    <bdi dir="ltr" className={`tabular ${className}`}>
      {children}
    </bdi>
  );
}

/** Words of people: in the direction of most of their letters. */
export function Spoken({ className, text }: { readonly text: string; readonly className?: string }): ReactNode {
  return (
    <bdi dir={directionOf(text)} className={className}>
      {text}
    </bdi>
  );
}

interface PhoneProps {
  readonly number: string | null;
  readonly name?: string | null;
  readonly none: string;
}

/** A name, where there is one, and the number. */
export function Who({ name, none, number }: PhoneProps): ReactNode {
  const format = useFormat();
  if (!name) return number ? <Ltr>{format.phone(number)}</Ltr> : <span className="text-ink-3">{none}</span>;
  return <bdi>{name}</bdi>;
}

/** Search puts the found words between U+E000 and U+E001. */
export function Excerpt({ text }: { readonly text: string }): ReactNode {
  const parts = text.split(/[\ue000\ue001]/);
  return (
    <bdi dir={directionOf(text)}>
      {/* biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move */}
      {parts.map((part, i) => (i % 2 === 1 ? <mark key={i}>{part}</mark> : part))}
    </bdi>
  );
}
