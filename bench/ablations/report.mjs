// Tables of ablations: means and spreads over seeds, and how the direction compares with the paper's.
import { ABLATIONS } from './ablations.mjs';

/** Mean and sample deviation; the deviation of one value is NaN. */
export function statistics(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/**
 * Differences of a row from the baseline, seed by seed, and their direction: `within` where the mean is no larger than the
 * deviation of the differences.
 *
 * @param baseline Value by seed @param row Value by seed
 */
export function compare(baseline, row) {
  const seeds = [...baseline.keys()].filter((seed) => row.has(seed));
  const { mean, deviation } = statistics(seeds.map((seed) => row.get(seed) - baseline.get(seed)));
  if (!(Math.abs(mean) > deviation)) return { mean, deviation, direction: 'within' };
  return { mean, deviation, direction: mean < 0 ? 'worse' : 'better' };
}

/** What is to be said of a direction beside the paper's, which may be unknown. */
export function verdict(direction, expected) {
  if (direction === 'within') return 'within the spread';
  if (expected === undefined) return direction;
  return direction === expected ? `${direction}, as in the paper` : `${direction}, **against the paper**`;
}

/** Markdown of an ablation from records of runs of so many steps; null where a row has none. */
export function section(name, records, steps) {
  const { title, rows, measures = ['pq'], source, published, expected, columns = [] } = ABLATIONS[name];
  const runs = rows.map(({ arm }) => records.filter((record) => record.arm === arm && record.steps === steps));
  if (runs.some((own) => own.length === 0)) return null;
  const cells = rows.map((row, k) => [
    row.label,
    ...measures.flatMap((measure) => measured(rows, runs, k, { measure, wanted: direction(published, k, expected) })),
    published[k] === null ? '' : published[k].toFixed(1),
    ...columns.map((column) => statistics(runs[k].map((record) => record[column])).mean.toFixed(0)),
  ]);
  const heads = measures.flatMap((measure) => [NAMES[measure], 'seed by seed', 'direction']);
  const table = markdown([['', ...heads, 'paper', ...columns.map((column) => NAMES[column])], ...cells]);
  const seeds = runs[0].map(({ seed }) => seed).sort((a, b) => a - b);
  return `## ${title}\n\n${table}\n\nSeeds ${seeds.join(', ')}. Paper: ${source}.\n`;
}

const NAMES = { pq: 'PQ', ap: 'AP', overlap: 'best IoU', megabytes: 'MB resident at most' };

/** Value of a row, its difference from the baseline, and the direction of that. */
function measured(rows, runs, k, { measure, wanted }) {
  const valuesOf = (row) => new Map(runs[row].map((record) => [record.seed, record[rows[row].metric ?? measure]]));
  const own = plusMinus(statistics([...valuesOf(k).values()]));
  if (k === 0) return [own, '', ''];
  const difference = compare(valuesOf(0), valuesOf(k));
  return [own, signed(difference), verdict(difference.direction, wanted)];
}

/** The paper's direction of a row; undefined where it has none. */
function direction(published, k, expected) {
  if (k === 0 || published[k] === null || published[0] === null) return expected;
  return published[k] < published[0] ? 'worse' : 'better';
}

const plusMinus = ({ mean, deviation }) =>
  Number.isNaN(deviation) ? mean.toFixed(1) : `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`;

const signed = ({ mean, deviation }) => `${mean > 0 ? '+' : '−'}${plusMinus({ mean: Math.abs(mean), deviation })}`;

function markdown([heads, ...rows]) {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
