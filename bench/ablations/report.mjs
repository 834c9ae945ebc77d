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
 */
export function compare(baseline, row) {
  const seeds = [...baseline.keys()].filter((seed) => row.has(seed));
  if (seeds.length === 0) return null;
  const { mean, deviation } = statistics(seeds.map((seed) => row.get(seed) - baseline.get(seed)));
  if (!(Math.abs(mean) > deviation)) return { mean, deviation, direction: 'within' };
  return { mean, deviation, direction: mean < 0 ? 'worse' : 'better' };
}

/** What is to be said of a direction beside the paper's. */
export function verdict(direction, expected) {
  if (direction === 'within') return 'within the spread';
  const ours = direction === 'worse' ? 'worse, as expected' : 'better';
  if (expected === undefined) return direction;
  return direction === expected
    ? ours.replace(/^better$/, 'better, as expected')
    : `${direction}, **against the paper**`;
}

/** Markdown of an ablation from records of runs of so many steps; null where a row has none. */
export function section(name, records, steps) {
  const { title, rows, metric: common = 'pq', source, published, expected, columns = [] } = ABLATIONS[name];
  const taken = rows.map(({ arm, metric = common }) => ({
    metric,
    own: records.filter((record) => record.arm === arm && record.steps === steps),
  }));
  if (taken.some(({ own }) => own.length === 0)) return null;
  const values = taken.map(({ metric, own }) => new Map(own.map((record) => [record.seed, record[metric]])));
  const unit = common === 'ap' ? 'AP' : 'PQ';
  const heads = [title, `${unit} (mean ± deviation)`, 'from the baseline, seed by seed', 'paper', 'direction'];
  const cells = rows.map(({ label }, k) => {
    const difference = k === 0 ? null : compare(values[0], values[k]);
    const theirs = published[k] === null || published[0] === null ? undefined : published[k] - published[0];
    const wanted = theirs === undefined ? expected : theirs < 0 ? 'worse' : 'better';
    return [
      label,
      plusMinus(statistics([...values[k].values()])),
      difference === null ? '' : signed(difference),
      published[k] === null ? '' : published[k].toFixed(1),
      difference === null ? '' : verdict(difference.direction, wanted),
      ...columns.map((column) => statistics(taken[k].own.map((record) => record[column])).mean.toFixed(0)),
    ];
  });
  const table = markdown([[...heads, ...columns.map((column) => COLUMNS[column])], ...cells]);
  const seeds = [...values[0].keys()].sort((a, b) => a - b);
  return `## ${title}\n\n${table}\n\nSeeds ${seeds.join(', ')}. Paper: ${source}.\n`;
}

const COLUMNS = { megabytes: 'MB resident at most', processor: 'seconds of processors' };

const plusMinus = ({ mean, deviation }) =>
  Number.isNaN(deviation) ? mean.toFixed(1) : `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`;

const signed = ({ mean, deviation }) => `${mean > 0 ? '+' : '−'}${plusMinus({ mean: Math.abs(mean), deviation })}`;

function markdown([heads, ...rows]) {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
