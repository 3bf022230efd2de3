/** What is told of running calls to those who look on. Plain data: it goes to browsers, and from node to node. */
import type { FloorState } from '../core/call-event.ts';

export interface LiveCall {
  readonly callSid: string;
  readonly node: string;
  readonly agent: string;
  readonly language: string;
  readonly from: string;
  readonly to: string;
  /** Wall-clock time, ISO 8601. */
  readonly startedAt: string;
  readonly state: FloorState;
  readonly lastWords: { readonly who: 'caller' | 'agent' | 'operator'; readonly text: string } | null;
  readonly latencyMs: number | null;
  readonly recording: 'off' | 'waiting' | 'on' | 'muted';
  readonly takenOverBy: string | null;
}

/** `at` and what ends in `Ms` is call time. */
export type LiveLine =
  | { readonly type: 'partial'; readonly at: number; readonly text: string }
  | {
      readonly type: 'turn';
      readonly at: number;
      readonly who: 'caller' | 'agent' | 'operator';
      readonly text: string;
      readonly intended: string | null;
      readonly fromMs: number;
      readonly toMs: number;
      readonly interrupted: boolean;
    }
  | { readonly type: 'sentence'; readonly at: number; readonly reply: number; readonly text: string }
  | { readonly type: 'decision'; readonly at: number; readonly event: string; readonly text: string }
  | { readonly type: 'state'; readonly at: number; readonly state: FloorState }
  | { readonly type: 'tool'; readonly at: number; readonly name: string; readonly failed: boolean }
  | { readonly type: 'action'; readonly at: number; readonly action: string; readonly by: string };

/** What the caller said, and what the caller heard. */
export const SIDES = { caller: 0, agent: 1 } as const;
export type Side = (typeof SIDES)[keyof typeof SIDES];

/** What a node tells of its calls. */
export type LiveNews =
  /** Those that are new or have changed; all that there are when `isAll`. */
  | { readonly type: 'calls'; readonly node: string; readonly calls: readonly LiveCall[]; readonly isAll?: true }
  | { readonly type: 'gone'; readonly node: string; readonly callSids: readonly string[] }
  /** With `isFirst` all lines so far, which replace what was told before. */
  | { readonly type: 'lines'; readonly callSid: string; readonly isFirst: boolean; readonly lines: readonly LiveLine[] }
  /** 8 kHz µ-law from call time `atMs` on. */
  | {
      readonly type: 'audio';
      readonly callSid: string;
      readonly side: Side;
      readonly atMs: number;
      readonly audio: Uint8Array;
    };

/** What somebody who looks on wants to be told. */
export interface Wants {
  readonly list: boolean;
  readonly follow: ReadonlySet<string>;
  readonly listen: ReadonlySet<string>;
}

export const NO_WANTS: Wants = { list: false, follow: new Set(), listen: new Set() };
