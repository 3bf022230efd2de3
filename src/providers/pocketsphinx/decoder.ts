import type { CompiledGrammar } from './compile.ts';
import type { OutInt, Pointer, Sphinx } from './library.ts';
import type { ModelFiles } from './model.ts';

/**
 * What tells words from speech forced into words, in acoustic scores per 10 ms frame: over the words alone, over
 * everything, and the sum by which silences after the first are worse than silence is. The two scores were chosen on
 * 79 answers and 40 strange sentences in each of eight grammars, spoken by four voices of flite as telephone µ-law. The
 * silences follow human speech, which has breath and room in it: with the front desk's four grammars, 14 of 15 single
 * words of a human speaker come through, and 3 of 96 strange sentences of flite pass as answers.
 */
const WORST_WORDS_SCORE = -44;
const WORST_TOTAL_SCORE = -37;
const SILENCE_SCORE = -12;
const WORST_SILENCE_EXCESS = -1000;

const SEARCH = 'answer';
/** The library's default of -lw. */
const LANGUAGE_WEIGHT = 6.5;

interface Segment {
  readonly word: string;
  readonly frames: number;
  readonly acousticScore: number;
}

/**
 * One recogniser of the library with one grammar: 16 kHz samples in, words out. Not for use after `free`. Making one
 * takes about 10 ms because it holds the words of its grammar only, not the 134,000 of the dictionary.
 */
export class Decoder {
  readonly #sphinx: Sphinx;
  readonly #decoder: Pointer;

  /** Throws when the library cannot load the model or refuses the grammar. */
  constructor(sphinx: Sphinx, model: ModelFiles, grammar: CompiledGrammar) {
    this.#sphinx = sphinx;
    const settings = {
      '-hmm': model.acousticFolder,
      '-featparams': model.featureFile,
      // Less than the default of 0.65: short words are not put in for noises at the ends of an answer.
      '-wip': '0.05',
      '-logfn': '/dev/null',
    };
    const args = Object.entries(settings).flatMap(([key, value]) => ['str', key, 'str', value]);
    const config = sphinx.cmd_ln_init(null, sphinx.ps_args(), 1, ...args, 'void *', null);
    this.#decoder = sphinx.ps_init(config);
    sphinx.cmd_ln_free_r(config);
    if (this.#decoder === null) throw new Error(`the model in ${model.acousticFolder} cannot be loaded`);
    this.#load(grammar);
  }

  startUtterance(): void {
    this.#sphinx.ps_start_utt(this.#decoder);
  }

  process(samples: Int16Array): void {
    this.#sphinx.ps_process_raw(this.#decoder, samples, samples.length, 0, 0);
  }

  /** The words so far, however unlikely. */
  partial(): string {
    return wordsOf(this.#sphinx.ps_get_hyp(this.#decoder, [0]) ?? '');
  }

  /** The words of the utterance; empty when there were none, or when they do not fit what was heard. */
  endUtterance(): string {
    this.#sphinx.ps_end_utt(this.#decoder);
    const text = wordsOf(this.#sphinx.ps_get_hyp(this.#decoder, [0]) ?? '');
    return text !== '' && isConvincing(this.#segments()) ? text : '';
  }

  free(): void {
    this.#sphinx.ps_free(this.#decoder);
  }

  #load({ jsgf, pronunciations }: CompiledGrammar): void {
    const sphinx = this.#sphinx;
    // A word must not be added twice: the library then corrupts its dictionary.
    for (const { key, phones } of pronunciations) sphinx.ps_add_word(this.#decoder, key, phones, 0);
    // ps_set_jsgf_string would do the same in one call, but never frees the grammar: 240 kB for the largest of ours.
    const grammar = sphinx.jsgf_parse_string(jsgf, null);
    const rule = grammar && sphinx.jsgf_get_public_rule(grammar);
    const logmath = sphinx.ps_get_logmath(this.#decoder);
    const fsg = rule && sphinx.jsgf_build_fsg(grammar, rule, logmath, LANGUAGE_WEIGHT);
    const isSet = fsg && sphinx.ps_set_fsg(this.#decoder, SEARCH, fsg) >= 0;
    if (fsg) sphinx.fsg_model_free(fsg);
    if (grammar) sphinx.jsgf_grammar_free(grammar);
    if (isSet && sphinx.ps_set_search(this.#decoder, SEARCH) >= 0) return;
    this.free();
    throw new Error('the grammar is refused');
  }

  #segments(): Segment[] {
    const segments: Segment[] = [];
    let segment = this.#sphinx.ps_seg_iter(this.#decoder);
    while (segment !== null) {
      const [first, last, acoustic]: [OutInt, OutInt, OutInt] = [[0], [0], [0]];
      this.#sphinx.ps_seg_frames(segment, first, last);
      this.#sphinx.ps_seg_prob(segment, acoustic, [0], [0]);
      const word = this.#sphinx.ps_seg_word(segment);
      // An empty transition of the grammar, without frames.
      if (word !== '(NULL)') segments.push({ word, frames: last[0] - first[0] + 1, acousticScore: acoustic[0] });
      segment = this.#sphinx.ps_seg_next(segment);
    }
    return segments;
  }
}

/** Without fillers, pronunciation variants ("a(2)") and the doubled spaces that they leave. */
function wordsOf(hypothesis: string): string {
  return hypothesis
    .replaceAll(/\(\d+\)/g, '')
    .split(/\s+/)
    .filter((word) => word !== '' && !isFiller(word))
    .join(' ');
}

function isConvincing(segments: readonly Segment[]): boolean {
  const isWord = ({ word }: Segment) => !isFiller(word);
  const first = segments.findIndex(isWord);
  const spoken = segments.slice(first, segments.findLastIndex(isWord) + 1);
  return (
    scorePerFrame(spoken) >= WORST_WORDS_SCORE &&
    // The room before the first word says nothing about the words.
    scorePerFrame(segments.slice(Math.max(0, first))) >= WORST_TOTAL_SCORE &&
    silenceExcess(segments.slice(1)) >= WORST_SILENCE_EXCESS
  );
}

/** Speech that no word of the grammar could take ends up in a long and unlikely silence. */
function silenceExcess(segments: readonly Segment[]): number {
  return segments
    .filter(({ word }) => isFiller(word))
    .reduce((sum, { frames, acousticScore }) => sum + Math.min(0, acousticScore - SILENCE_SCORE * frames), 0);
}

function scorePerFrame(segments: readonly Segment[]): number {
  const frames = segments.reduce((sum, segment) => sum + segment.frames, 0);
  const score = segments.reduce((sum, { acousticScore }) => sum + acousticScore, 0);
  return frames === 0 ? Number.NEGATIVE_INFINITY : score / frames;
}

/** Silence, noise and the ends of the sentence: `<sil>`, `[NOISE]`, `[SPEECH]`, `<s>`, `</s>`. */
function isFiller(word: string): boolean {
  return word.startsWith('<') || word.startsWith('[');
}
