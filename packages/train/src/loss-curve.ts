/** One point of a training log. */
export type LossPoint = { step: number; loss: number };

/** Size of the picture and its margin in pixels: two beside each other fit a page of 1440. */
const WIDTH = 720;
const HEIGHT = 360; // pixels
const MARGIN = 48; // pixels

/**
 * A picture of a training: the loss of every step, thin, and its running mean, thick, on a logarithmic axis.
 *
 * @param points In ascending steps; at least one
 * @returns SVG
 */
export function lossCurve(points: LossPoint[], title: string): string {
  const losses = points.map(({ loss }) => Math.log(Math.max(loss, 1e-9)));
  const smooth = runningMean(losses, Math.max(1, Math.round(points.length / 40)));
  const [low, high] = [Math.min(...losses), Math.max(...losses) + 1e-9];
  const last = points[points.length - 1].step || 1;
  const x = (i: number): number => MARGIN + (points[i].step / last) * (WIDTH - 2 * MARGIN);
  const y = (value: number): number => HEIGHT - MARGIN - ((value - low) / (high - low)) * (HEIGHT - 2 * MARGIN);
  const line = (values: number[], style: string): string =>
    `<polyline fill="none" ${style} points="${values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}"/>`;
  const ticks = [low, (low + high) / 2, high].map(
    (value) =>
      `<text x="${MARGIN - 6}" y="${y(value).toFixed(1)}" text-anchor="end">${Math.exp(value).toPrecision(3)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${WIDTH / 2}" y="24" text-anchor="middle" font-size="15">${escapeXml(title)}</text>`,
    line(losses, 'stroke="#9ab" stroke-width="0.6"'),
    line(smooth, 'stroke="#136" stroke-width="2"'),
    ...ticks,
    `<text x="${MARGIN}" y="${HEIGHT - 16}">0</text>`,
    `<text x="${WIDTH - MARGIN}" y="${HEIGHT - 16}" text-anchor="end">step ${last}</text>`,
    '</svg>',
  ].join('\n');
}

function runningMean(values: number[], reach: number): number[] {
  return values.map((_, i) => {
    const window = values.slice(Math.max(0, i - reach), i + reach + 1);
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  });
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
