import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.tsx';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

interface Props {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
  readonly wide?: boolean;
}

export function Dialog({ children, lead, onClose, open, title, wide = false }: Props): ReactNode {
  const words = useWords();
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/45" />
        <Radix.Content
          {...(lead ? {} : { 'aria-describedby': undefined })}
          className={`fixed inset-x-3 top-[8dvh] z-50 mx-auto max-h-[84dvh] overflow-y-auto rounded-lg border border-line bg-raised p-5 shadow-lift ${wide ? 'max-w-2xl' : 'max-w-md'}`}
        >
          <div className="mb-3 flex items-start justify-between gap-4">
            <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
            <Radix.Close asChild>
              <Button look="quiet" small aria-label={words.common.close}>
                <Icon name="close" />
              </Button>
            </Radix.Close>
          </div>
          {lead && <Radix.Description className="mb-4 text-ink-2">{lead}</Radix.Description>}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  readonly title: string;
  readonly lead: ReactNode;
  readonly action: string;
  readonly busy?: boolean;
  readonly children?: ReactNode;
}

/** Asks before what cannot be undone. */
export function Confirm({
  action,
  busy = false,
  children,
  lead,
  onClose,
  onConfirm,
  open,
  title,
}: ConfirmProps): ReactNode {
  const words = useWords();
  return (
    <Dialog open={open} onClose={onClose} title={title} lead={lead}>
      {children}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{words.common.cancel}</Button>
        <Button look="final" busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
