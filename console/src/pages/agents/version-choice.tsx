import type { ReactNode } from 'react';
import type { AgentVersion } from '../../../../src/api/contract/agents.ts';
import { useWords } from '../../language/language.tsx';
import { Choice } from '../../ui/field.tsx';

interface Props {
  readonly versions: readonly AgentVersion[];
  readonly version: number | undefined;
  readonly onVersion: (version: number | undefined) => void;
}

/** Drafts can be tried before callers hear them. */
export function VersionChoice({ onVersion, version, versions }: Props): ReactNode {
  const { agents } = useWords();
  return (
    <Choice
      label={agents.version}
      className="mb-3 max-w-72"
      value={version ?? ''}
      onChange={(event) => onVersion(event.target.value === '' ? undefined : Number(event.target.value))}
    >
      <option value="">{agents.versionNow}</option>
      {versions.map(({ note, version: number }) => (
        <option key={number} value={number}>
          {number === 0 ? agents.versionFile : `${agents.versionNumber(number)}${note === '' ? '' : `: ${note}`}`}
        </option>
      ))}
    </Choice>
  );
}
