import { type ReplayedStep, readJournal, replayJournal } from '../call/journal.ts';
import type { CallEffect, CallEvent } from '../core/call-event.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** Runs the call's decisions again; exit 1 when one of them is not, byte for byte, what happened. */
export async function replay(file: string, { quiet = false }: { readonly quiet?: boolean }): Promise<ExitCode> {
  const journal = await readJournal(file);
  const { head } = journal;
  if (!quiet) {
    console.log(`${head.callSid} · ${head.agent} (${head.language}) · ${head.startedAt}`);
    console.log(`${head.providers.stt} → ${head.providers.brain} → ${head.providers.tts}\n`);
  }
  let steps = 0;
  const different: number[] = [];
  for (const step of replayJournal(journal)) {
    steps++;
    if (!step.same) different.push(steps + 1);
    if (!quiet) console.log(describeStep(step));
  }
  const verdict =
    different.length === 0
      ? `${steps} steps, every decision equal to what happened`
      : `${steps} steps, ${different.length} differ; the first is line ${different[0]} of the journal`;
  console.log(quiet ? verdict : `\n${verdict}`);
  return different.length === 0 ? EXIT.ok : EXIT.no;
}

function describeStep({ event, effects, state, same }: ReplayedStep): string {
  const time = (event.at / 1000).toFixed(3).padStart(8);
  const wanted = effects.length === 0 ? '' : ` → ${effects.map(describeEffect).join(', ')}`;
  return `${time}  ${state.padEnd(9)}  ${describeEvent(event)}${wanted}${same ? '' : '   ← DIFFERS'}`;
}

function describeEvent(event: CallEvent): string {
  const { at: _, type, ...rest } = event;
  return describeFields(type, rest);
}

function describeEffect({ type, ...rest }: CallEffect): string {
  return describeFields(type, rest);
}

function describeFields(type: string, fields: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [type, ...words].join(' ');
}
