import { type FormEvent, type ReactNode, useState } from 'react';
import type { Stage } from '../../../../src/api/contract/people.ts';
import { useChange } from '../../api/hooks.ts';
import { useWords } from '../../language/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { ProblemNote } from '../../ui/page.tsx';

interface Props {
  readonly stages: readonly Stage[];
  readonly onClose: () => void;
}

const MOST = 12;
const FEWEST = 2;
const KINDS = ['open', 'won', 'lost'] as const;

/** The tenant's own stages: their names, their order, and what they mean. */
export function StagesDialog({ onClose, stages }: Props): ReactNode {
  const words = useWords();
  const { people } = words;
  const [draft, setDraft] = useState<readonly Stage[]>(stages);
  const save = useChange('set-stages', ['list-stages', 'list-leads']);
  const change = (i: number, part: Partial<Stage>): void =>
    setDraft(draft.map((stage, at) => (at === i ? { ...stage, ...part } : stage)));
  const swap = (i: number, j: number): void =>
    setDraft(draft.map((stage, at) => (at === i ? draft[j]! : at === j ? draft[i]! : stage)));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate({ body: { stages: [...draft] } }, { onSuccess: onClose });
  };
  return (
    <Dialog open wide onClose={onClose} title={people.stages}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-3">
        <ol className="grid grid-cols-1 gap-2">
          {draft.map((stage, i) => (
            <li key={stage.stage} className="grid grid-cols-[minmax(0,1fr)_7rem_auto] items-end gap-2">
              <Field
                label={people.stageName(i + 1)}
                dir="auto"
                required
                maxLength={60}
                value={stage.label}
                onChange={(event) => change(i, { label: event.target.value })}
              />
              <Choice
                label={people.kind}
                value={stage.kind}
                onChange={(event) => change(i, { kind: event.target.value as Stage['kind'] })}
              >
                {KINDS.map((kind) => (
                  <option key={kind} value={kind}>
                    {people.kinds[kind]}
                  </option>
                ))}
              </Choice>
              <span className="flex">
                <Button look="quiet" aria-label={people.moveUp} disabled={i === 0} onClick={() => swap(i, i - 1)}>
                  <span className="rotate-180">
                    <Icon name="down" />
                  </span>
                </Button>
                <Button
                  look="quiet"
                  aria-label={people.moveDown}
                  disabled={i === draft.length - 1}
                  onClick={() => swap(i, i + 1)}
                >
                  <Icon name="down" />
                </Button>
                <Button
                  look="quiet"
                  aria-label={words.common.remove}
                  disabled={draft.length <= FEWEST}
                  onClick={() => setDraft(draft.filter((_, at) => at !== i))}
                >
                  <Icon name="close" />
                </Button>
              </span>
            </li>
          ))}
        </ol>
        <ProblemNote error={save.error} />
        <div className="flex justify-between">
          <Button
            disabled={draft.length >= MOST}
            onClick={() => setDraft([...draft, { stage: freeName(draft), label: '', kind: 'open' }])}
          >
            <Icon name="plus" />
            {people.addStage}
          </Button>
          <Button type="submit" look="main" busy={save.isPending}>
            {words.common.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Names are for programs and never change; labels are for people. */
function freeName(stages: readonly Stage[]): string {
  const taken = new Set(stages.map(({ stage }) => stage));
  let n = stages.length + 1;
  while (taken.has(`stage-${n}`)) n += 1;
  return `stage-${n}`;
}
