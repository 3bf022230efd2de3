import { type ReactNode, useEffect, useRef } from 'react';
import { lengthOf } from '../language/format.ts';
import { Ltr } from './text.tsx';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** How long something has lasted. One timer for all of them, and React is not asked to draw. */
export function Ticking({ since }: { readonly since: string }): ReactNode {
  const text = useRef<HTMLSpanElement>(null);
  const began = Date.parse(since);
  useEffect(() => {
    const show = (): void => {
      if (text.current) text.current.textContent = lengthOf(Date.now() - began);
    };
    return join(show);
  }, [began]);
  return (
    <Ltr>
      <span ref={text}>{lengthOf(Date.now() - began)}</span>
    </Ltr>
  );
}

function join(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
