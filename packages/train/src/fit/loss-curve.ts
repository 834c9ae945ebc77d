import { A_TEXT, expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';

import { lineChart } from './chart.ts';

const LOSSES: OptionCheck = [
  'a list of 1 or more, each a step and its loss',
  (value) => Array.isArray(value) && value.length > 0 && Array.from(value).every(isLoss),
];

function isLoss(value: { step?: unknown; loss?: unknown } | null | undefined): boolean {
  return Number.isFinite(value?.step) && typeof value?.loss === 'number';
}

/** Part of all steps on either side that the thick line averages over. */
const REACH = 1 / 40;

/**
 * A picture of a training: the loss of every step, thin, and its running mean, thick, on a logarithmic axis.
 *
 * @param points In ascending steps; at least one
 * @returns SVG
 */
export function lossCurve(points: readonly { step: number; loss: number }[], title: string): string {
  expectValue('lossCurve', 'points', points, LOSSES);
  expectValue('lossCurve', 'title', title, A_TEXT);
  const losses = points.map(({ loss }) => Math.log(Math.max(loss, 1e-9)));
  const smooth = runningMean(losses, Math.max(1, Math.round(points.length * REACH)));
  return lineChart({
    title,
    steps: points.map(({ step }) => step),
    lines: [
      { values: losses, color: '#9ab', width: 0.6 },
      { values: smooth, color: '#136', width: 2 },
    ],
    label: (value) => Math.exp(value).toPrecision(3),
  });
}

function runningMean(values: number[], reach: number): number[] {
  return values.map((_, i) => {
    const window = values.slice(Math.max(0, i - reach), i + reach + 1).filter(Number.isFinite);
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  });
}
