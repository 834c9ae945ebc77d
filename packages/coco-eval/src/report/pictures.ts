import { expectResult } from '../state/expect-value.ts';
import { escapeXml } from './escaped-text.ts';
import type { EvaluationReport } from './report.ts';

/** The pictures of a report as SVG documents, by file name: what it has data for. */
export function drawPictures(report: EvaluationReport): Record<string, string> {
  expectResult('drawPictures', report, 'kind', 'categories');
  const measure = { detection: 'AP', panoptic: 'PQ', semantic: 'IoU' }[report.kind];
  return {
    'categories.svg': barsSvg(report, measure),
    ...(report.curves && { 'precision-recall.svg': curvesSvg(report.curves) }),
    ...(report.confusion && { 'confusion.svg': confusionSvg(report.confusion) }),
    ...(report.errors && { 'errors.svg': errorsSvg(report.errors) }),
  };
}

const INK = '#334';
const FAINT = '#dde';
const BLUE = '#3a6ea5';

function svg(width: number, height: number, title: string, body: string): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="11" fill="${INK}">`;
  return `${head}<title>${escapeXml(title)}</title><rect width="100%" height="100%" fill="#fff"/>${body}</svg>\n`;
}

function label(x: number, y: number, text: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeXml(text)}</text>`;
}

/** By characters, so that none is cut in two. */
function shortened(text: string, length: number): string {
  return [...text.slice(0, 2 * length)].slice(0, length).join('');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function bars(rows: readonly { name: string; value: number; text: string }[], title: string): string {
  const [left, row, full] = [160, 16, 400];
  const largest = Math.max(1e-9, ...rows.map(({ value }) => value));
  const body = rows.map(({ name, value, text }, k) => {
    const y = 30 + k * row;
    const length = round((Math.max(value, 0) / largest) * full);
    return [
      label(left - 6, y + 11, shortened(name, 26), 'text-anchor="end"'),
      `<rect x="${left}" y="${y + 2}" width="${length}" height="${row - 4}" fill="${BLUE}"/>`,
      label(left + length + 4, y + 11, text),
    ].join('');
  });
  const heading = label(left, 18, title, 'font-size="13"');
  return svg(left + full + 60, 40 + rows.length * row, title, heading + body.join(''));
}

function barsSvg({ categories }: EvaluationReport, measure: string): string {
  const rows = categories
    .map(({ name, values }) => ({ name, value: values[measure], text: values[measure].toFixed(3) }))
    .filter(({ value }) => value >= 0)
    .sort((a, b) => b.value - a.value);
  return bars(rows, `${measure} per category`);
}

function errorsSvg({ deltaAp }: NonNullable<EvaluationReport['errors']>): string {
  const rows = Object.entries(deltaAp).map(([name, value]) => ({ name, value, text: value.toFixed(4) }));
  return bars(rows, 'ΔAP of each type of error');
}

function curvesSvg(curves: NonNullable<EvaluationReport['curves']>): string {
  const [left, top, size] = [50, 30, 400];
  const at = (recall: number, precision: number) =>
    `${round(left + recall * size)},${round(top + (1 - precision) * size)}`;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((value) => {
    const [x, y] = at(value, value).split(',').map(Number);
    return [
      `<path d="M${left} ${y}H${left + size}M${x} ${top}V${top + size}" stroke="${FAINT}" fill="none"/>`,
      label(left - 6, y + 4, String(value), 'text-anchor="end"'),
      label(x, top + size + 16, String(value), 'text-anchor="middle"'),
    ].join('');
  });
  const lines = curves.map(({ name, recall, precision }, k) => {
    const points = recall.flatMap((value, r) => (precision[r] < 0 ? [] : [at(value, precision[r])]));
    const color = `hsl(${Math.round((300 * k) / Math.max(1, curves.length))} 60% 45%)`;
    const key = label(left + size + 14, top + 12 + 16 * k, name, `fill="${color}"`);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="1.5"/>${key}`;
  });
  const axes =
    label(left + size / 2, top + size + 34, 'recall', 'text-anchor="middle"') + label(8, top - 12, 'precision');
  return svg(left + size + 90, top + size + 44, 'Precision over recall', grid.join('') + lines.join('') + axes);
}

/** Each column, a true category, is shaded by its shares. At most 40 categories are drawn, the most frequent. */
function confusionSvg({ names, counts }: NonNullable<EvaluationReport['confusion']>): string {
  const n = names.length;
  const totals = names.map((_, column) => names.reduce((sum, _, row) => sum + counts[row * n + column], 0));
  const frequent = names
    .map((_, k) => k)
    .slice(0, -1)
    .sort((a, b) => totals[b] - totals[a])
    .slice(0, 40)
    .sort((a, b) => a - b);
  const kept = [...frequent, n - 1];
  const [left, top, cell] = [130, 130, 16];
  const cells = kept.flatMap((row, i) =>
    kept.map((column, j) => {
      const count = counts[row * n + column];
      if (count === 0) return '';
      const share = round(count / totals[column]);
      const place = `x="${left + j * cell}" y="${top + i * cell}" width="${cell}" height="${cell}"`;
      const text = `predicted ${names[row]}, truly ${names[column]}: ${count}`;
      return `<rect ${place} fill="${BLUE}" fill-opacity="${share}"><title>${escapeXml(text)}</title></rect>`;
    }),
  );
  const labels = kept.map((k, i) => {
    const x = left + (i + 0.7) * cell;
    return (
      label(left - 4, top + (i + 0.75) * cell, shortened(names[k], 18), 'text-anchor="end"') +
      label(x, top - 4, shortened(names[k], 18), `transform="rotate(-60 ${round(x)} ${top - 4})"`)
    );
  });
  const extent = kept.length * cell;
  const frame = `<rect x="${left}" y="${top}" width="${extent}" height="${extent}" fill="none" stroke="${FAINT}"/>`;
  const title = 'Confusion: rows predicted, columns truth';
  return svg(
    left + extent + 60,
    top + extent + 20,
    title,
    label(8, 16, title) + cells.join('') + labels.join('') + frame,
  );
}
