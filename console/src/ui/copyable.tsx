import { type ReactNode, useState } from 'react';
import { useWords } from '../language/language.tsx';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

const SHOWN_MS = 2_000;

/** A line for somewhere else, with a button that takes it there. */
export function Copyable({ text }: { readonly text: string }): ReactNode {
  const { common } = useWords();
  const [isCopied, setIsCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), SHOWN_MS);
  };
  return (
    <div className="flex items-stretch overflow-hidden rounded-md border border-line bg-sunken" dir="ltr">
      <code
        className="min-w-0 grow overflow-x-auto px-2 py-1.5 font-mono text-xs whitespace-nowrap"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
      >
        {text}
      </code>
      <Button small look="quiet" className="h-auto rounded-none" aria-label={common.copy} onClick={copy}>
        <Icon name={isCopied ? 'check' : 'copy'} />
      </Button>
      <span role="status" className="sr-only">
        {isCopied ? common.copied : ''}
      </span>
    </div>
  );
}
