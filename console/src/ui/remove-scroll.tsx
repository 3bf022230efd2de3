import {
  cloneElement,
  type ElementType,
  isValidElement,
  type ReactElement,
  type ReactNode,
  type Ref,
  useEffect,
} from 'react';

interface Props {
  readonly as?: ElementType;
  readonly children?: ReactNode;
  readonly enabled?: boolean;
  readonly forwardProps?: boolean;
  readonly allowPinchZoom?: boolean;
  readonly shards?: unknown;
  readonly ref?: Ref<HTMLElement>;
}

/**
 * Stands in for the package of this name, which Radix's dialogs use: the page behind does not scroll. The package does it
 * with style tags; this does it by a class.
 */
export function RemoveScroll({
  allowPinchZoom,
  as,
  children,
  enabled = true,
  forwardProps,
  shards,
  ...rest
}: Props): ReactNode {
  useEffect(() => {
    if (!enabled) return;
    const { classList } = document.documentElement;
    classList.add('scroll-locked');
    return () => classList.remove('scroll-locked');
  }, [enabled]);
  if (forwardProps && isValidElement(children)) return cloneElement(children as ReactElement<object>, rest);
  const Container = as ?? 'div';
  return <Container {...rest}>{children}</Container>;
}
