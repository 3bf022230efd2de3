/** The C functions of libpocketsphinx 5prealpha (Debian's libpocketsphinx3) that are used here, through koffi. */

/** An address in the library's memory; null where C has NULL. */
export type Pointer = bigint | null;
/** An out parameter: the function writes its only element. */
export type OutInt = [number];

export interface Sphinx {
  readonly ps_args: () => Pointer;
  readonly cmd_ln_init: (inout: null, definitions: Pointer, strict: number, ...args: unknown[]) => Pointer;
  readonly cmd_ln_free_r: (config: Pointer) => number;
  readonly jsgf_parse_string: (text: string, parent: null) => Pointer;
  readonly jsgf_get_public_rule: (grammar: Pointer) => Pointer;
  readonly jsgf_build_fsg: (grammar: Pointer, rule: Pointer, logmath: Pointer, languageWeight: number) => Pointer;
  readonly jsgf_grammar_free: (grammar: Pointer) => void;
  readonly fsg_model_free: (fsg: Pointer) => number;
  readonly ps_init: (config: Pointer) => Pointer;
  readonly ps_free: (decoder: Pointer) => number;
  readonly ps_add_word: (decoder: Pointer, word: string, phones: string, update: number) => number;
  readonly ps_get_logmath: (decoder: Pointer) => Pointer;
  readonly ps_set_fsg: (decoder: Pointer, search: string, fsg: Pointer) => number;
  readonly ps_set_search: (decoder: Pointer, search: string) => number;
  readonly ps_start_utt: (decoder: Pointer) => number;
  readonly ps_process_raw: (decoder: Pointer, data: Int16Array, samples: number, noSearch: 0, fullUtt: 0) => number;
  readonly ps_end_utt: (decoder: Pointer) => number;
  readonly ps_get_hyp: (decoder: Pointer, score: OutInt) => string | null;
  readonly ps_seg_iter: (decoder: Pointer) => Pointer;
  readonly ps_seg_next: (segment: Pointer) => Pointer;
  readonly ps_seg_word: (segment: Pointer) => string;
  readonly ps_seg_frames: (segment: Pointer, first: OutInt, last: OutInt) => void;
  readonly ps_seg_prob: (segment: Pointer, acoustic: OutInt, language: OutInt, backoff: OutInt) => number;
}

const DECLARATIONS: Readonly<
  Record<keyof Sphinx, readonly [library: 'pocketsphinx' | 'sphinxbase', prototype: string]>
> = {
  ps_args: ['pocketsphinx', 'void *ps_args()'],
  cmd_ln_init: ['sphinxbase', 'void *cmd_ln_init(void *inout, void *defn, int strict, ...)'],
  cmd_ln_free_r: ['sphinxbase', 'int cmd_ln_free_r(void *config)'],
  ps_init: ['pocketsphinx', 'void *ps_init(void *config)'],
  ps_free: ['pocketsphinx', 'int ps_free(void *ps)'],
  ps_add_word: ['pocketsphinx', 'int ps_add_word(void *ps, const char *word, const char *phones, int update)'],
  jsgf_parse_string: ['sphinxbase', 'void *jsgf_parse_string(const char *string, void *parent)'],
  jsgf_get_public_rule: ['sphinxbase', 'void *jsgf_get_public_rule(void *grammar)'],
  jsgf_build_fsg: ['sphinxbase', 'void *jsgf_build_fsg(void *grammar, void *rule, void *lmath, float lw)'],
  jsgf_grammar_free: ['sphinxbase', 'void jsgf_grammar_free(void *grammar)'],
  fsg_model_free: ['sphinxbase', 'int fsg_model_free(void *fsg)'],
  ps_get_logmath: ['pocketsphinx', 'void *ps_get_logmath(void *ps)'],
  ps_set_fsg: ['pocketsphinx', 'int ps_set_fsg(void *ps, const char *name, void *fsg)'],
  ps_set_search: ['pocketsphinx', 'int ps_set_search(void *ps, const char *name)'],
  ps_start_utt: ['pocketsphinx', 'int ps_start_utt(void *ps)'],
  ps_process_raw: [
    'pocketsphinx',
    'int ps_process_raw(void *ps, const int16_t *data, size_t n_samples, int no_search, int full_utt)',
  ],
  ps_end_utt: ['pocketsphinx', 'int ps_end_utt(void *ps)'],
  ps_get_hyp: ['pocketsphinx', 'const char *ps_get_hyp(void *ps, _Out_ int32_t *score)'],
  ps_seg_iter: ['pocketsphinx', 'void *ps_seg_iter(void *ps)'],
  ps_seg_next: ['pocketsphinx', 'void *ps_seg_next(void *seg)'],
  ps_seg_word: ['pocketsphinx', 'const char *ps_seg_word(void *seg)'],
  ps_seg_frames: ['pocketsphinx', 'void ps_seg_frames(void *seg, _Out_ int *first, _Out_ int *last)'],
  ps_seg_prob: [
    'pocketsphinx',
    'int32_t ps_seg_prob(void *seg, _Out_ int32_t *ascr, _Out_ int32_t *lscr, _Out_ int32_t *lback)',
  ],
};

/** Loads koffi and the two libraries by their sonames. Throws what the loader throws when one is missing. */
export async function loadSphinx(): Promise<Sphinx> {
  const { default: koffi } = await import('koffi');
  const libraries = {
    sphinxbase: koffi.load('libsphinxbase.so.3'),
    pocketsphinx: koffi.load('libpocketsphinx.so.3'),
  };
  const functions = Object.entries(DECLARATIONS).map(([name, [library, prototype]]) => [
    name,
    libraries[library].func(prototype),
  ]);
  // The names and shapes are those of DECLARATIONS, which is checked against `Sphinx` above.
  return Object.fromEntries(functions) as Sphinx;
}
