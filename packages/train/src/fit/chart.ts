/** Size of a picture and its margin in pixels: two beside each other fit a page of 1440. */
const WIDTH = 720;
const HEIGHT = 360; // pixels
const MARGIN = 48; // pixels

/** Line of a chart over the steps. */
export type ChartLine = { values: readonly number[]; color: string; width: number; name?: string };

/** Axes and lines of a {@link lineChart}. */
export type Chart = {
  title: string;
  /** Ascending. */
  steps: readonly number[];
  lines: readonly ChartLine[];
  /** Text of a value at the axis. */
  label(value: number): string;
};

/** A picture of values over steps. @returns SVG */
export function lineChart({ title, steps, lines, label }: Chart): string {
  const all = lines.flatMap(({ values }) => values.filter(Number.isFinite));
  const [low, high] = [least(all), -least(all.map((value) => -value)) + 1e-9];
  const last = steps[steps.length - 1] || 1;
  const x = (i: number): string => (MARGIN + (steps[i] / last) * (WIDTH - 2 * MARGIN)).toFixed(1);
  const y = (value: number): string =>
    (HEIGHT - MARGIN - ((value - low) / (high - low)) * (HEIGHT - 2 * MARGIN)).toFixed(1);
  const points = (values: readonly number[]): string =>
    values.flatMap((value, i) => (Number.isFinite(value) ? [`${x(i)},${y(value)}`] : [])).join(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${WIDTH / 2}" y="24" text-anchor="middle" font-size="15">${escapeXml(title)}</text>`,
    ...lines.map(
      ({ values, color, width }) =>
        `<polyline fill="none" stroke="${color}" stroke-width="${width}" points="${points(values)}"/>`,
    ),
    ...[low, (low + high) / 2, high].map(
      (value) => `<text x="${MARGIN - 6}" y="${y(value)}" text-anchor="end">${label(value)}</text>`,
    ),
    ...lines.flatMap(({ name, color }, i) =>
      name === undefined
        ? []
        : [
            `<text x="${WIDTH - MARGIN}" y="${44 + 14 * i}" text-anchor="end" fill="${color}">${escapeXml(name)}</text>`,
          ],
    ),
    `<text x="${MARGIN}" y="${HEIGHT - 16}">0</text>`,
    `<text x="${WIDTH - MARGIN}" y="${HEIGHT - 16}" text-anchor="end">step ${last}</text>`,
    '</svg>',
  ].join('\n');
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), values.length === 0 ? 0 : Number.POSITIVE_INFINITY);
}

function escapeXml(text: string): string {
  const known = text.replace(/[^\P{C}\t]/gu, '\ufffd'); // XML has no control characters
  return known.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
