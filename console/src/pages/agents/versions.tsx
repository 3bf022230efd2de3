import { type FormEvent, type ReactNode, useState } from 'react';
import type { AgentVersion } from '../../../../src/api/contract/agents.ts';
import { useChange } from '../../api/hooks.ts';
import { useHere } from '../../app/session.tsx';
import { directionOf } from '../../language/direction.ts';
import { useFormat, useWords } from '../../language/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { Field, TextArea } from '../../ui/field.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { ProblemNote } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';

interface Props {
  readonly name: string;
  readonly versions: readonly AgentVersion[];
  readonly onTry: (version: number) => void;
}

export function Versions({ name, onTry, versions }: Props): ReactNode {
  const words = useWords();
  const { agents } = words;
  const notices = useNotices();
  const { may } = useHere();
  const publish = useChange('publish-version', ['read-agent', 'list-agents']);
  const [draftFrom, setDraftFrom] = useState<AgentVersion>();
  const [chosen, setChosen] = useState<number>();
  const published = versions.find(({ isPublished }) => isPublished)?.version ?? 0;
  const close = (): void => setChosen(undefined);
  return (
    <>
      <ul className="panel divide-y divide-line">
        {versions.map((version) => (
          <li key={version.version} className="grid grid-cols-1 gap-2 p-4 md:grid-cols-[minmax(0,1fr)_auto]">
            <VersionText version={version} />
            <div className="flex flex-wrap items-start gap-2 md:justify-end">
              {may('operator') && (
                <Button small onClick={() => onTry(version.version)}>
                  {agents.tryIt}
                </Button>
              )}
              {may('operator') && (
                <Button small onClick={() => setDraftFrom(version)}>
                  {agents.draft}
                </Button>
              )}
              {may('owner') && version.version !== published && (
                <Button
                  small
                  look={version.version > published ? 'main' : 'plain'}
                  onClick={() => setChosen(version.version)}
                >
                  {version.version > published ? agents.publish : agents.rollBack}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {draftFrom && <DraftDialog name={name} from={draftFrom} onClose={() => setDraftFrom(undefined)} />}
      <Confirm
        open={chosen !== undefined}
        title={agents.publishSure(chosen ?? 0)}
        lead={agents.publishLead}
        action={agents.publish}
        busy={publish.isPending}
        onClose={close}
        onConfirm={() =>
          publish.mutate(
            { params: { name }, body: { version: chosen ?? 0 } },
            { onError: notices.complain, onSettled: close },
          )
        }
      />
    </>
  );
}

function VersionText({ version }: { readonly version: AgentVersion }): ReactNode {
  const { agents } = useWords();
  const format = useFormat();
  const { at, by, greeting, instructions, isPublished, note, version: number } = version;
  return (
    <div className="min-w-0">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="font-semibold">{number === 0 ? agents.versionFile : agents.versionNumber(number)}</h2>
        {isPublished && <Badge tone="good">{agents.isPublished}</Badge>}
        {number > 0 && (
          <span className="text-xs text-ink-3">
            <bdi>{agents.by(by)}</bdi> · <Ltr>{format.when(at)}</Ltr>
          </span>
        )}
      </div>
      {note !== '' && (
        <p className="text-ink-2">
          <bdi>{note}</bdi>
        </p>
      )}
      <p className="mt-1 text-sm" dir={directionOf(greeting)}>
        {greeting}
      </p>
      {instructions !== null && (
        <details className="mt-1">
          <summary className="text-xs text-ink-3">{agents.instructions}</summary>
          <p
            dir={directionOf(instructions)}
            className="mt-1 max-h-64 overflow-y-auto rounded-md bg-sunken p-3 text-xs whitespace-pre-line"
          >
            {instructions}
          </p>
        </details>
      )}
    </div>
  );
}

interface DraftProps {
  readonly name: string;
  readonly from: AgentVersion;
  readonly onClose: () => void;
}

function DraftDialog({ from, name, onClose }: DraftProps): ReactNode {
  const words = useWords();
  const { agents } = words;
  const notices = useNotices();
  const add = useChange('add-version', ['read-agent']);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const value = (field: string): string => String(form.get(field) ?? '').trim();
    const body = {
      greeting: value('greeting'),
      instructions: from.instructions === null ? null : value('instructions'),
      note: value('note'),
    };
    add.mutate(
      { params: { name }, body },
      {
        onSuccess: ({ version }) => {
          notices.tell(agents.draftSaved(version.version));
          onClose();
        },
      },
    );
  };
  return (
    <Dialog open wide onClose={onClose} title={agents.draftFrom(from.version)}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-3">
        <TextArea
          label={agents.greeting}
          name="greeting"
          rows={3}
          required
          maxLength={2_000}
          defaultValue={from.greeting}
        />
        {from.instructions === null ? (
          <p className="text-xs text-ink-3">{agents.noInstructions}</p>
        ) : (
          <TextArea
            label={agents.instructions}
            name="instructions"
            rows={12}
            maxLength={50_000}
            defaultValue={from.instructions}
          />
        )}
        <Field label={agents.note} name="note" dir="auto" required maxLength={500} />
        <ProblemNote error={add.error} />
        <Button type="submit" look="main" busy={add.isPending}>
          {agents.saveDraft}
        </Button>
      </form>
    </Dialog>
  );
}
