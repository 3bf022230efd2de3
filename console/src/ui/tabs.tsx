import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

interface Props<T extends string> {
  readonly label: string;
  readonly tabs: Readonly<Partial<Record<T, string>>>;
  readonly tab: T;
  readonly onTab: (tab: T) => void;
  readonly children: ReactNode;
}

export function Tabs<T extends string>({ children, label, onTab, tab, tabs }: Props<T>): ReactNode {
  return (
    <Radix.Root value={tab} onValueChange={(next) => onTab(next as T)}>
      <Radix.List aria-label={label} className="mb-4 flex gap-1 overflow-x-auto border-b border-line">
        {(Object.entries(tabs) as [T, string][]).map(([name, text]) => (
          <Radix.Trigger
            key={name}
            value={name}
            className="-mb-px border-b-2 border-transparent px-3 py-2 font-medium whitespace-nowrap text-ink-2 -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
          >
            {text}
          </Radix.Trigger>
        ))}
      </Radix.List>
      <Radix.Content value={tab} tabIndex={-1} className="outline-none">
        {children}
      </Radix.Content>
    </Radix.Root>
  );
}
