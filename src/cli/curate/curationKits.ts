/**
 * Kits of a curation: Python for two engines that scale, with the parameters of the run. Stages run in the order of the run; what an
 * engine has no counterpart for stands in its README and is left out of its Python. Neither engine has been run here: names are those of
 * the versions below, and the tests compile the Python.
 */
import type { CurateOptions, StageName } from '../../data/stages/curate.ts';
import { paperFuzzy } from '../../data/stages/fuzzy.ts';
import { ENGLISH_RULES, limited, type Rule } from '../../data/stages/heuristics.ts';
import type { KitFile } from '../../kits/plan.ts';
import { curationKitWords } from '../words/curationKits.ts';

export const ENGINES = ['nemo-curator', 'datatrove'] as const;
export type Engine = (typeof ENGINES)[number];

/** NeMo-Curator's names of a rule's limits; those of n-grams take n first. */
const ARGUMENTS: Readonly<
  Record<string, readonly [module: 'string' | 'repetition', min: string | null, max: string | null]>
> = {
  NonAlphaNumericFilter: ['string', null, 'max_non_alpha_numeric_to_text_ratio'],
  SymbolsToWordsFilter: ['string', null, 'max_symbol_to_word_ratio'],
  NumbersFilter: ['string', null, 'max_number_to_text_ratio'],
  UrlsFilter: ['string', null, 'max_url_to_text_ratio'],
  WhiteSpaceFilter: ['string', null, 'max_white_space_ratio'],
  ParenthesesFilter: ['string', null, 'max_parentheses_ratio'],
  BoilerPlateStringFilter: ['string', null, 'max_boilerplate_string_ratio'],
  RepeatedLinesFilter: ['repetition', 'max_repeated_line_fraction', null],
  RepeatedParagraphsFilter: ['repetition', 'max_repeated_paragraphs_ratio', null],
  RepeatedLinesByCharFilter: ['repetition', 'max_repeated_lines_char_ratio', null],
  RepeatedParagraphsByCharFilter: ['repetition', 'max_repeated_paragraphs_char_ratio', null],
  WordCountFilter: ['string', 'min_words', 'max_words'],
  PunctuationFilter: ['string', null, 'max_num_sentences_without_endmark_ratio'],
  WordsWithoutAlphabetsFilter: ['string', 'min_words_with_alphabets', null],
  CommonEnglishWordsFilter: ['string', 'min_num_common_words', null],
  MeanWordLengthFilter: ['string', 'min_mean_word_length', 'max_mean_word_length'],
  LongWordFilter: ['string', null, 'max_word_length'],
  EllipsisFilter: ['string', null, 'max_num_lines_ending_with_ellipsis_ratio'],
  RepeatingTopNGramsFilter: ['repetition', null, 'max_repeating_ngram_ratio'],
  RepeatingDuplicateNGramsFilter: ['repetition', null, 'max_repeating_duplicate_ngram_ratio'],
  BulletsFilter: ['string', null, 'max_bullet_lines_ratio'],
};

/** `RepeatingTop3GramsFilter` is the engine's RepeatingTopNGramsFilter with n = 3. */
function filterOf({ name, min, max }: Rule): string {
  const n = /\d+(?=Grams)/.exec(name)?.[0];
  const own = n === undefined ? name : name.replace(n, 'N');
  const [module, least, most] = ARGUMENTS[own]!;
  const given = [n && `n=${n}`, least && `${least}=${min}`, most && `${most}=${max}`].filter(Boolean);
  return `${module}.${own}(${given.join(', ')})`;
}

function nemoCurator(stages: readonly StageName[], { limits }: CurateOptions): string {
  const { width, bands, rows } = paperFuzzy;
  const steps = stages.flatMap((stage) => {
    if (stage === 'exact' || stage === 'fuzzy') return [`    folder = deduplicate(${JSON.stringify(stage)}, folder)`];
    return stage === 'heuristics' ? ['    folder = heuristics(folder)'] : [];
  });
  return `"""NeMo Curator 26.09 (v1.4.0): python curate.py. Reads data/*.jsonl with "text"; deduplication needs a GPU."""

from nemo_curator.core.client import RayClient
from nemo_curator.pipeline import Pipeline
from nemo_curator.stages.deduplication.exact.workflow import ExactDeduplicationWorkflow
from nemo_curator.stages.deduplication.fuzzy.workflow import FuzzyDeduplicationWorkflow
from nemo_curator.stages.text.deduplication.removal_workflow import TextDuplicatesRemovalWorkflow
from nemo_curator.stages.text.filters import ScoreFilter
from nemo_curator.stages.text.filters.heuristic import string
from nemo_curator.stages.text.filters.heuristic.repetition import repetition
from nemo_curator.stages.text.io.reader import JsonlReader
from nemo_curator.stages.text.io.writer import JsonlWriter

FILTERS = [
${limited(ENGLISH_RULES, limits)
  .map((rule) => `    ${filterOf(rule)},`)
  .join('\n')}
]


def deduplicate(name, folder):
    # Removal finds documents again by their block: blocks of another size would be others.
    blocks = dict(input_path=folder, input_filetype="jsonl", input_blocksize="1GiB")
    common = dict(**blocks, output_path=f"work/{name}", text_field="text")
    if name == "exact":
        workflow = ExactDeduplicationWorkflow(**common, assign_id=True)
    else:
        workflow = FuzzyDeduplicationWorkflow(
            **common, cache_path="work/cache", seed=42, char_ngrams=${width}, num_bands=${bands}, minhashes_per_band=${rows}
        )
    workflow.run()
    TextDuplicatesRemovalWorkflow(
        **blocks,
        ids_to_remove_path=f"work/{name}/{'ExactDuplicateIds' if name == 'exact' else 'FuzzyDuplicateIds'}",
        id_generator_path=f"work/{name}/{name}_id_generator.json",
        duplicate_id_field="_curator_dedup_id",
        output_path=f"work/{name}-left",
        output_filetype="jsonl",
    ).run()
    return f"work/{name}-left"


def heuristics(folder):
    pipeline = Pipeline(name="heuristics")
    pipeline.add_stage(JsonlReader(file_paths=folder))
    for one in FILTERS:
        pipeline.add_stage(ScoreFilter(filter_obj=one, text_field="text"))
    pipeline.add_stage(JsonlWriter(path="work/heuristics-left"))
    pipeline.run()
    return "work/heuristics-left"


def main():
    client = RayClient()
    client.start()
    folder = "data"
${steps.join('\n')}
    print(folder)
    client.stop()


if __name__ == "__main__":
    main()
`;
}

/** Gopher's rules with the run's limits. Of the engine's names, shares of repetition say what may go, here what has to stay. */
function datatrove(stages: readonly StageName[], { limits }: CurateOptions): string {
  const { bands, rows } = paperFuzzy;
  const rules = new Map(limited(ENGLISH_RULES, limits).map((rule) => [rule.name, rule]));
  const least = (name: string): string => String(rules.get(name)?.min ?? 'None');
  const most = (name: string): string => String(rules.get(name)?.max ?? 'None');
  const repeated = (name: string): string => {
    const rule = rules.get(name);
    // 1 − 0.7 is 0.30000000000000004.
    return rule ? String(Number((1 - rule.min).toPrecision(6))) : 'None';
  };
  const grams = (kind: 'Top' | 'Duplicate', from: number, to: number): string => {
    const list = Array.from({ length: to - from + 1 }, (_, i) => from + i).flatMap((n) => {
      const rule = rules.get(`Repeating${kind}${n}GramsFilter`);
      return rule ? [`(${n}, ${rule.max}),`] : [];
    });
    return `(${list.join(' ')})`;
  };
  const steps = stages.flatMap((stage) =>
    stage === 'fuzzy'
      ? ['    folder = fuzzy(folder)']
      : stage === 'heuristics'
        ? ['    folder = heuristics(folder)']
        : [],
  );
  return `"""datatrove (main, MinhashConfig with hash_config): python curate.py. Reads data/*.jsonl with "text"."""

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.hashing import HashConfig

TASKS = 1
# n_grams counts words; the run's runs of 24 characters are about five.
MINHASH = MinhashConfig(
    hash_config=HashConfig(precision=64), n_grams=5, num_buckets=${bands}, hashes_per_bucket=${rows}, seed=42
)


def run(pipeline, tasks=TASKS):
    LocalPipelineExecutor(pipeline=pipeline, tasks=tasks).run()


def fuzzy(folder):
    run([JsonlReader(folder), MinhashDedupSignature(output_folder="work/signatures", config=MINHASH)])
    run([MinhashDedupBuckets("work/signatures", "work/buckets", config=MINHASH)], MINHASH.num_buckets)
    run([MinhashDedupCluster("work/buckets", "work/remove_ids", config=MINHASH)], 1)
    run([JsonlReader(folder), MinhashDedupFilter("work/remove_ids"), JsonlWriter("work/fuzzy-left")])
    return "work/fuzzy-left"


def heuristics(folder):
    quality = GopherQualityFilter(
        min_doc_words=${least('WordCountFilter')},
        max_doc_words=${most('WordCountFilter')},
        min_avg_word_length=${least('MeanWordLengthFilter')},
        max_avg_word_length=${most('MeanWordLengthFilter')},
        max_symbol_word_ratio=${most('SymbolsToWordsFilter')},
        max_bullet_lines_ratio=${most('BulletsFilter')},
        max_ellipsis_lines_ratio=${most('EllipsisFilter')},
        max_non_alpha_words_ratio=${least('WordsWithoutAlphabetsFilter')},
        min_stop_words=${least('CommonEnglishWordsFilter')},
    )
    repetition = GopherRepetitionFilter(
        dup_line_frac=${repeated('RepeatedLinesFilter')},
        dup_para_frac=${repeated('RepeatedParagraphsFilter')},
        dup_line_char_frac=${repeated('RepeatedLinesByCharFilter')},
        dup_para_char_frac=${repeated('RepeatedParagraphsByCharFilter')},
        top_n_grams=${grams('Top', 2, 4)},
        dup_n_grams=${grams('Duplicate', 5, 10)},
    )
    run([JsonlReader(folder), repetition, quality, JsonlWriter("work/heuristics-left")])
    return "work/heuristics-left"


def main():
    folder = "data"
${steps.join('\n')}
    print(folder)


if __name__ == "__main__":
    main()
`;
}

/** A folder an engine: curate.py and README.md. */
export function curationKits(stages: readonly StageName[], options: CurateOptions): KitFile[] {
  const scripts: Record<Engine, string> = {
    'nemo-curator': nemoCurator(stages, options),
    datatrove: datatrove(stages, options),
  };
  return ENGINES.flatMap((engine) => {
    const lines = stages.map((stage) => `- ${stage}: ${curationKitWords.missing[engine][stage]}`);
    const readme = `# ${engine}\n\n${curationKitWords.about}\n\n${lines.join('\n')}\n`;
    return [
      { name: `${engine}/curate.py`, text: scripts[engine] },
      { name: `${engine}/README.md`, text: readme },
    ];
  });
}
