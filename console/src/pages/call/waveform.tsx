import { type ReactNode, useEffect, useRef } from 'react';

interface Props {
  /** 0 … 1, evenly over the whole width. */
  readonly peaks: readonly number[];
  /** A custom property of the style sheet. */
  readonly color: `--${string}`;
}

const WIDEST_PX = 16_000;

/** One voice, drawn symmetrically about the middle. */
export function Waveform({ color, peaks }: Props): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current!;
    const draw = (): void => drawPeaks(element, peaks, color);
    const watch = new ResizeObserver(draw);
    watch.observe(element);
    const themes = new MutationObserver(draw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      watch.disconnect();
      themes.disconnect();
    };
  }, [color, peaks]);
  return <canvas ref={canvas} className="absolute inset-0 size-full" />;
}

function drawPeaks(canvas: HTMLCanvasElement, peaks: readonly number[], color: string): void {
  const scale = devicePixelRatio;
  const width = Math.min(WIDEST_PX, Math.round(canvas.clientWidth * scale));
  const height = Math.round(canvas.clientHeight * scale);
  if (width === 0) return;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(color);
  const middle = height / 2;
  for (let x = 0; x < width; x++) {
    const from = Math.floor((x / width) * peaks.length);
    const to = Math.max(from + 1, Math.floor(((x + 1) / width) * peaks.length));
    let peak = 0;
    for (let i = from; i < to; i++) peak = Math.max(peak, peaks[i] ?? 0);
    // Quiet speech is to be seen as well: the root lifts it.
    const half = Math.max(scale * 0.4, Math.sqrt(peak) * (middle - scale));
    context.fillRect(x, middle - half, 1, 2 * half);
  }
}
