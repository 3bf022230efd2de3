import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { CallStory, CallTurn, Peaks } from '../../../../src/api/contract/calls.ts';
import { lengthOf } from '../../language/format.ts';
import { useWords } from '../../language/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Ltr } from '../../ui/text.tsx';
import { type Playhead, useIsPlaying, useSecond } from './playhead.ts';
import { Waveform } from './waveform.tsx';

interface Props {
  readonly playhead: Playhead;
  readonly turns: readonly CallTurn[];
  readonly story: CallStory | undefined;
  readonly peaks: Peaks | undefined;
}

const ZOOMS = [1, 2, 4, 8, 16] as const;
const SPEEDS = [1, 1.25, 1.5, 2] as const;

/** Everything of the call on one axis of time, which runs from the left in every language. */
export function Timeline({ peaks, playhead, story, turns }: Props): ReactNode {
  const words = useWords();
  const { call } = words;
  const [zoom, setZoom] = useState(0);
  const total = Math.max(1, playhead.durationMs);
  return (
    <section className="panel mb-4 p-3" aria-label={call.timeline}>
      <Controls playhead={playhead} zoom={zoom} setZoom={setZoom} />
      <div dir="ltr" className="grid grid-cols-[4.75rem_minmax(0,1fr)] gap-x-2">
        <LaneNames hasStory={story !== undefined} />
        <div className="overflow-x-auto overflow-y-hidden pb-1">
          <Tracks zoom={ZOOMS[zoom]!} playhead={playhead}>
            <Axis total={total} zoom={ZOOMS[zoom]!} />
            <VoiceLane who="caller" turns={turns} peaks={peaks?.caller} total={total} />
            <VoiceLane who="agent" turns={turns} peaks={peaks?.agent} total={total} />
            {story && <StoryLanes story={story} total={total} />}
          </Tracks>
        </div>
      </div>
    </section>
  );
}

interface ControlsProps {
  readonly playhead: Playhead;
  readonly zoom: number;
  readonly setZoom: (zoom: number) => void;
}

function Controls({ playhead, setZoom, zoom }: ControlsProps): ReactNode {
  const { call } = useWords();
  const isPlaying = useIsPlaying(playhead);
  const second = useSecond(playhead);
  return (
    <div className="mb-2 flex flex-wrap items-center gap-2" dir="ltr">
      <Button
        look="main"
        small
        disabled={!playhead.hasAudio}
        onClick={() => playhead.toggle()}
        aria-label={isPlaying ? call.pause : call.play}
      >
        <Icon name={isPlaying ? 'pause' : 'play'} />
      </Button>
      <Ltr className="text-sm">
        {lengthOf(second * 1_000)} <span className="text-ink-3">/ {lengthOf(playhead.durationMs)}</span>
      </Ltr>
      {playhead.hasAudio ? (
        <select
          aria-label={call.speed}
          className="rounded-sm border border-line-strong bg-raised px-1 text-xs"
          onChange={(event) => playhead.setSpeed(Number(event.target.value))}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speed}×
            </option>
          ))}
        </select>
      ) : (
        <span className="text-xs text-ink-3">{call.noRecording}</span>
      )}
      <span className="ms-auto flex gap-1">
        <Button small look="quiet" aria-label={call.zoomOut} disabled={zoom === 0} onClick={() => setZoom(zoom - 1)}>
          −
        </Button>
        <Button
          small
          look="quiet"
          aria-label={call.zoomIn}
          disabled={zoom === ZOOMS.length - 1}
          onClick={() => setZoom(zoom + 1)}
        >
          +
        </Button>
      </span>
    </div>
  );
}

function LaneNames({ hasStory }: { readonly hasStory: boolean }): ReactNode {
  const { call } = useWords();
  const names = [
    ['h-14', call.caller],
    ['h-14', call.agent],
    ...(hasStory
      ? [
          ['h-5', call.states],
          ['h-5', call.tools],
          ['h-5', call.bargeIns],
        ]
      : []),
  ] as const;
  return (
    <div aria-hidden="true" className="pt-5 text-2xs text-ink-3">
      {names.map(([height, name]) => (
        <div key={name} className={`flex items-center justify-end truncate text-end ${height}`}>
          <bdi>{name}</bdi>
        </div>
      ))}
    </div>
  );
}

interface TracksProps {
  readonly zoom: number;
  readonly playhead: Playhead;
  readonly children: ReactNode;
}

const STEP_MS = 1_000;

function Tracks({ children, playhead, zoom }: TracksProps): ReactNode {
  const { call } = useWords();
  const second = useSecond(playhead);
  const tracks = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const show = (): void => {
      const share = playhead.positionMs / Math.max(1, playhead.durationMs);
      head.current?.style.setProperty('left', `${share * 100}%`);
    };
    show();
    return playhead.subscribe(show);
  }, [playhead]);
  const seekTo = (event: PointerEvent): void => {
    if (event.buttons !== 1) return;
    const { left, width } = tracks.current!.getBoundingClientRect();
    playhead.seek(((event.clientX - left) / width) * playhead.durationMs);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: -STEP_MS,
      ArrowRight: STEP_MS,
      PageDown: 10 * STEP_MS,
      PageUp: -10 * STEP_MS,
      Home: -playhead.durationMs,
      End: playhead.durationMs,
    };
    const step = steps[event.key];
    if (step !== undefined) playhead.seek(playhead.positionMs + step);
    else if (event.key === ' ') playhead.toggle();
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={tracks}
      role="slider"
      tabIndex={0}
      aria-label={call.position}
      aria-description={call.timelineHelp}
      aria-valuemin={0}
      aria-valuemax={Math.floor(playhead.durationMs / 1_000)}
      aria-valuenow={second}
      aria-valuetext={lengthOf(second * 1_000)}
      className="relative cursor-crosshair touch-pan-x -outline-offset-2"
      style={{ width: `${zoom * 100}%` }}
      onPointerDown={seekTo}
      onPointerMove={seekTo}
      onKeyDown={onKeyDown}
    >
      {children}
      <div ref={head} className="pointer-events-none absolute inset-y-0 w-px bg-ink">
        <div className="absolute -top-px -left-1 size-2.25 rounded-full bg-ink" />
      </div>
    </div>
  );
}

const TICKS_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000];

function Axis({ total, zoom }: { readonly total: number; readonly zoom: number }): ReactNode {
  const every = TICKS_MS.find((ms) => total / ms / zoom <= 12) ?? 3_600_000;
  const ticks = Array.from({ length: Math.floor(total / every) + 1 }, (_, i) => i * every);
  return (
    <div aria-hidden="true" className="relative h-5 border-b border-line text-2xs text-ink-3">
      {ticks.map((at) => (
        <span
          key={at}
          className="tabular absolute top-0 h-full border-s border-line ps-1"
          style={{ left: `${(at / total) * 100}%` }}
        >
          {at / total < 0.97 && lengthOf(at)}
        </span>
      ))}
    </div>
  );
}

interface LaneProps {
  readonly who: 'caller' | 'agent';
  readonly turns: readonly CallTurn[];
  readonly peaks: readonly number[] | undefined;
  readonly total: number;
}

function VoiceLane({ peaks, total, turns, who }: LaneProps): ReactNode {
  const own = turns.filter((turn) => (turn.who === 'caller') === (who === 'caller'));
  return (
    <div className="relative h-14 border-b border-line">
      {own.map((turn) => (
        <div
          key={turn.index}
          className={`absolute inset-y-1.5 rounded-sm opacity-15 ${who === 'caller' ? 'bg-caller' : turn.who === 'operator' ? 'bg-operator' : 'bg-agent'}`}
          style={placed(turn.fromMs, turn.toMs, total)}
        />
      ))}
      {peaks && <Waveform peaks={peaks} color={`--${who}`} />}
    </div>
  );
}

const STATE = { LISTENING: 'bg-listening', THINKING: 'bg-thinking', SPEAKING: 'bg-speaking' } as const;

function StoryLanes({ story, total }: { readonly story: CallStory; readonly total: number }): ReactNode {
  const { live } = useWords();
  return (
    <>
      <div className="relative h-5">
        {story.states.map(({ fromMs, state, toMs }) => (
          <div
            key={fromMs}
            title={live.states[state]}
            className={`absolute inset-y-1 ${STATE[state]} ${state === 'LISTENING' ? 'opacity-40' : ''}`}
            style={placed(fromMs, toMs, total)}
          />
        ))}
      </div>
      <div className="relative h-5">
        {story.tools.map(({ failed, fromMs, name, toMs }) => (
          <div
            key={`${fromMs}-${name}`}
            title={name}
            className={`absolute inset-y-0.5 min-w-1.5 overflow-hidden rounded-sm ${failed ? 'bg-bad' : 'bg-operator'}`}
            style={placed(fromMs, toMs, total)}
          />
        ))}
      </div>
      <div className="relative h-5">
        {story.bargeIns.map(({ at, reply }) => (
          <div
            key={`${at}-${reply}`}
            className="absolute top-1 size-3 -translate-x-1/2 rotate-45 bg-bad"
            style={{ left: `${(at / total) * 100}%` }}
          />
        ))}
      </div>
    </>
  );
}

const placed = (fromMs: number, toMs: number, total: number): { left: string; width: string } => ({
  left: `${(fromMs / total) * 100}%`,
  width: `${(Math.max(0, toMs - fromMs) / total) * 100}%`,
});
