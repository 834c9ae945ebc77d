// Figures of runs of both stacks, seed by seed, with mean and spread.
import { compare, statistics } from '../ablations/report.mjs';

/** Names of the stacks, as records have them. */
export const STACKS = { seg: '@seg', pytorch: 'transformers' };

/** Markdown of all runs of so many steps. */
export function table(records, steps) {
  const runs = records.filter((record) => record.steps === steps);
  const rows = Object.keys(STACKS).flatMap((arm) => {
    const own = runs.filter((record) => record.arm === arm).sort((a, b) => a.seed - b.seed);
    if (own.length === 0) return [];
    const cells = ['ap', 'ap50'].flatMap((name) => figures(own.map((record) => record[name])));
    return [`| ${STACKS[arm]} | ${own.map(({ seed }) => seed).join(', ')} | ${cells.join(' | ')} |`];
  });
  const heads = '| | seeds | AP | mean | AP50 | mean |\n|---|---|---|---|---|---|';
  return [heads, ...rows, '', difference(runs)].join('\n');
}

/** Of the seeds that both have: their batches and first values are the same. */
function difference(runs) {
  const apOf = (arm) => new Map(runs.filter((run) => run.arm === arm).map(({ seed, ap }) => [seed, ap]));
  const { mean, deviation, direction } = compare(apOf('pytorch'), apOf('seg'));
  if (Number.isNaN(mean)) return 'No seed of both yet.';
  const spread = Number.isNaN(deviation) ? '' : ` ± ${deviation.toFixed(1)}`;
  return `AP of ${STACKS.seg} less that of ${STACKS.pytorch}, seed by seed: ${mean.toFixed(1)}${spread} (${direction}).`;
}

function figures(values) {
  const { mean, deviation } = statistics(values);
  const spread = Number.isNaN(deviation) ? '' : ` ± ${deviation.toFixed(1)}`;
  return [values.map((value) => value.toFixed(1)).join(', '), `${mean.toFixed(1)}${spread}`];
}

/** AP and AP50 in percent, of what `seg evaluate instances --json` has written. */
export function readFigures({ summary }) {
  const percent = (name) => {
    if (typeof summary?.[name] === 'number') return 100 * summary[name];
    throw new Error(`seg evaluate: expected a figure ${name}, got ${summary?.[name]}`);
  };
  return { ap: percent('AP'), ap50: percent('AP50') };
}
