import { lineChart } from './chart.ts';
import type { ValidationEntry } from './training-log.ts';

/** Colors that stay apart on white, also for the color-blind (Okabe & Ito 2008, without yellow). */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];

/** Most metrics of one picture: one for each color. */
const MOST = COLORS.length;

/**
 * A picture of the validations' metrics.
 *
 * @param validations At least one
 * @returns SVG
 */
export function metricCurves(validations: readonly ValidationEntry[], title: string): string {
  const names = [...new Set(validations.flatMap(({ metrics }) => Object.keys(metrics)))].slice(0, MOST);
  return lineChart({
    title,
    steps: validations.map(({ step }) => step),
    lines: names.map((name, i) => ({
      name,
      values: validations.map(({ metrics }) => metrics[name] ?? Number.NaN),
      color: COLORS[i],
      width: 2,
    })),
    label: (value) => value.toFixed(1),
  });
}
