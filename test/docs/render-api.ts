/** `docs/api.md`, from the route table and the table of problems. */

import { accountRoutes } from '../../src/api/contract/accounts.ts';
import { agentRoutes } from '../../src/api/contract/agents.ts';
import { callRoutes } from '../../src/api/contract/calls.ts';
import { API_ROUTES } from '../../src/api/contract/contract.ts';
import { homeRoutes } from '../../src/api/contract/home.ts';
import { liveRoutes } from '../../src/api/contract/live.ts';
import { peopleRoutes } from '../../src/api/contract/people.ts';
import { API_PROBLEMS } from '../../src/api/contract/problems.ts';
import type { ApiRoute } from '../../src/api/contract/route.ts';

const PARTS: readonly (readonly [string, Readonly<Record<string, ApiRoute>>])[] = [
  ['Live calls', liveRoutes],
  ['Calls', callRoutes],
  ['People', peopleRoutes],
  ['Agents', agentRoutes],
  ['Home', homeRoutes],
  ['Accounts', accountRoutes],
];

/** Throws when a route of the contract is in no part. */
export function renderApi(intro: string): string {
  const listed = new Set(PARTS.flatMap(([, routes]) => Object.keys(routes)));
  const missing = Object.keys(API_ROUTES).filter((name) => !listed.has(name));
  if (missing.length > 0) throw new Error(`in no part of docs/api.md: ${missing}`);
  return [
    intro,
    '## Routes',
    '',
    'Below `/api`. Each role may do what those before it may: anonymous, viewer, operator, owner.',
    '',
    ...PARTS.flatMap(([title, routes]) => [
      `### ${title}`,
      '',
      '| route | role | keys | |',
      '|---|---|---|---|',
      ...Object.values(routes).map(renderRoute),
      '',
    ]),
    '## Codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...Object.entries(API_PROBLEMS).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`),
    '',
  ].join('\n');
}

function renderRoute({ answer, keys, method, path, role, summary }: ApiRoute): string {
  const what = typeof answer === 'object' && 'file' in answer ? `${summary} (\`${answer.file}\`)` : summary;
  return `| \`${method} ${path}\` | ${role} | ${keys ? 'yes' : ''} | ${what} |`;
}
