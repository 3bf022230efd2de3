import { type ReactNode, type ToggleEvent, useId, useRef } from 'react';

interface Props {
  readonly trigger: ReactNode;
  readonly triggerClass: string;
  readonly side: 'top' | 'bottom';
  /** Given a way to close it. */
  readonly children: (close: () => void) => ReactNode;
}

const GAP_PX = 6;

/** The browser's own popover beside its button: Escape and a click elsewhere close it, Tab goes through it. */
export function Popover({ children, side, trigger, triggerClass }: Props): ReactNode {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const place = ({ newState }: ToggleEvent): void => {
    if (newState !== 'open' || !panel.current || !button.current) return;
    const { bottom, left, right, top } = button.current.getBoundingClientRect();
    const { style } = panel.current;
    const isLeft = (left + right) / 2 < innerWidth / 2;
    style.inset = 'auto';
    style.left = isLeft ? `${left}px` : 'auto';
    style.right = isLeft ? 'auto' : `${document.documentElement.clientWidth - right}px`;
    style.top = side === 'bottom' ? `${bottom + GAP_PX}px` : 'auto';
    style.bottom = side === 'top' ? `${innerHeight - top + GAP_PX}px` : 'auto';
  };
  return (
    <>
      <button ref={button} type="button" popoverTarget={id} className={triggerClass}>
        {trigger}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        onBeforeToggle={place}
        className="m-0 min-w-52 rounded-lg border border-line bg-raised p-1 text-ink shadow-lift"
      >
        {children(() => panel.current?.hidePopover())}
      </div>
    </>
  );
}
