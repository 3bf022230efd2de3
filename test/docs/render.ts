/** The pages that are made from the code. */
import type { Command, Option } from 'commander';
import { VARIABLES } from '../../src/cli/environment.ts';
import { createProgram } from '../../src/cli/program.ts';

/** `docs/environment.md`. */
export function renderEnvironment(): string {
  const rows = VARIABLES.map(
    ({ name, fallback, help }) => `| \`${name}\` | ${fallback === '' ? '' : code(fallback)} | ${help} |`,
  );
  return [
    '# Environment',
    '',
    'Everything is checked at start: a wrong value stops Kav with one line that names the variable and the remedy.',
    'Empty counts as not set.',
    '',
    '| variable | default | meaning |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const code = (fallback: string): string => (/[ `]/.test(fallback) ? fallback : `\`${fallback}\``);

/** `docs/cli.md`. */
export function renderCli(): string {
  const program = createProgram(() => {});
  return [
    '# Command line',
    '',
    '`npm run kav -- COMMAND …`, or `npm start` for `kav serve`. `kav COMMAND --help` says the same as this page.',
    '',
    '| exit code | meaning |',
    '|---|---|',
    '| 0 | done |',
    '| 1 | the command ran and its answer is no: an expectation failed, a replay differs, a recording has gaps, the doctor says NO-GO |',
    '| 2 | a flag, an environment variable or a file is wrong; the message says which |',
    "| 3 | a fault of Kav's own |",
    '',
    ...program.commands.flatMap(renderCommand),
  ].join('\n');
}

function renderCommand(command: Command): string[] {
  const name = [
    'kav',
    command.name(),
    ...command.registeredArguments.map((argument) =>
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    ),
  ];
  const usage = name.join(' ');
  return [
    `## \`${usage}\``,
    '',
    command.description(),
    '',
    '| flag | default | meaning |',
    '|---|---|---|',
    ...command.options.map(renderOption),
    '',
  ];
}

function renderOption({ flags, defaultValue, description }: Option): string {
  return `| \`${flags}\` | ${defaultValue === undefined ? '' : `\`${defaultValue}\``} | ${description} |`;
}

/** Puts `text` between the two marks of a section that is generated. */
export function replaceSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no section ${name}`);
  return `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`;
}
