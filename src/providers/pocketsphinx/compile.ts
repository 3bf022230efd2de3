/** From what the agent expects to what the recogniser loads: a complete JSGF file and the words it needs. */
import type { Expectation } from '../contracts.ts';
import type { Dictionary, Pronunciation } from './dictionary.ts';
import { bodyFor, RULES } from './grammars.ts';
import { type JsgfNode, JsgfSyntaxError, mentionsOf, parseJsgf, serializeJsgf, trimJsgf } from './jsgf.ts';

export interface CompiledGrammar {
  readonly jsgf: string;
  readonly pronunciations: readonly Pronunciation[];
  /** What the operator should know: words without a pronunciation, a grammar that could not be read. */
  readonly problems: readonly string[];
}

/**
 * Never fails: a grammar that cannot be read is replaced by the built-in one of its kind, unknown words drop the
 * alternatives that need them, and if nothing is left the built-in grammar of the kind takes over.
 */
export function compileGrammar(expectation: Expectation, dictionary: Dictionary): CompiledGrammar {
  const problems: string[] = [];
  const own = tryCompile(bodyFor(expectation), dictionary, problems);
  const rules = own ?? tryCompile(bodyFor({ kind: expectation.kind }), dictionary, problems) ?? new Map();
  const words = new Set<string>();
  for (const node of rules.values()) for (const word of mentionsOf(node).words) words.add(word);
  return {
    jsgf: serializeFile(rules),
    pronunciations: [...words].flatMap((word) => dictionary.lookUp(word)),
    problems,
  };
}

const ANSWER = 'answer';

/** The rules that the body needs, trimmed to words that can be said, the body itself under `answer`. */
function tryCompile(body: string, dictionary: Dictionary, problems: string[]): Map<string, JsgfNode> | undefined {
  const trimmed = new Map<string, JsgfNode>();
  const dropped = new Set<string>();
  const visiting = new Set<string>();

  const isUsable = (mention: JsgfNode): boolean => {
    if (mention.type === 'word') {
      const known = dictionary.lookUp(mention.text).length > 0;
      if (!known && !dropped.has(mention.text))
        problems.push(`no pronunciation for "${mention.text}": not listened for`);
      if (!known) dropped.add(mention.text);
      return known;
    }
    return mention.type !== 'rule' || includeRule(mention.name);
  };
  const includeRule = (name: string): boolean => {
    if (trimmed.has(name)) return true;
    if (dropped.has(name) || visiting.has(name)) return false;
    const source = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (source === undefined) problems.push(`unknown rule <${name}>`);
    return source !== undefined && include(name, source);
  };
  const include = (name: string, source: string): boolean => {
    visiting.add(name);
    const node = trimJsgf(parseJsgf(source), isUsable);
    visiting.delete(name);
    if (node) trimmed.set(name, node);
    else dropped.add(name);
    return node !== undefined;
  };

  try {
    return include(ANSWER, body) ? trimmed : undefined;
  } catch (error) {
    if (!(error instanceof JsgfSyntaxError)) throw error;
    problems.push(`the grammar cannot be read: ${error.message}`);
    return undefined;
  }
}

function serializeFile(rules: ReadonlyMap<string, JsgfNode>): string {
  const lines = [...rules].map(
    ([name, node]) => `${name === ANSWER ? 'public ' : ''}<${name}> = ${serializeJsgf(node)};`,
  );
  return `#JSGF V1.0;\ngrammar kav;\n${lines.join('\n')}\n`;
}
