// Draws the results of the benchmarks over time, each engine's seconds as a share of a peer's: docs/images/history.svg.
//   node bench/results/draw.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readArguments } from '../arguments.mjs';
import { KEYS, readRows } from './record.mjs';

/** What is drawn: a table, the rows of it, and whose time is one. */
export const PANELS = [
  {
    table: 'mask2former-r50',
    where: { size: '512', threads: '2' },
    peer: 'ort-node',
    title: 'A forward pass, 512 × 512, two threads',
  },
  {
    table: 'training',
    where: { size: '256', threads: '2' },
    peer: 'pytorch',
    title: 'A training step, 256 × 256, two threads',
  },
];
/** Colors of Okabe and Ito (2008), which people with any color vision tell apart. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
/** Size of a panel and of the room around its plot, in pixels. */
const [WIDTH, HEIGHT, MARGIN] = [640, 260, 48];

/** @param {Map<string, Record<string, string>[]>} tables @returns Text of an SVG */
export function drawHistory(tables, panels = PANELS) {
  const drawn = panels.map((panel, i) => drawPanel(panel, tables.get(panel.table) ?? [], i * HEIGHT));
  const size = `width="${WIDTH}" height="${panels.length * HEIGHT}"`;
  const style = 'font-family="sans-serif" font-size="12" fill="#333"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>\n<title>Benchmarks over time</title>\n<rect width="100%" height="100%" fill="#fff"/>\n${drawn.join('\n')}\n</svg>\n`;
}

function drawPanel({ title, where, peer }, rows, top) {
  const shown = rows.filter((row) => Object.entries(where).every(([key, value]) => row[key] === value) && row[peer]);
  const lines = seriesOf(shown, peer);
  const ratios = [...lines.values()].flatMap((points) => points.map(({ ratio }) => ratio));
  const most = Math.ceil(Math.max(1, ...ratios) * 2) / 2;
  const days = [...new Set(shown.map(({ date }) => date))].sort();
  const [first, last] = [days[0], days.at(-1)].map(Date.parse);
  const x = (date) =>
    MARGIN + (last > first ? (Date.parse(date) - first) / (last - first) : 0.5) * (WIDTH - 4 * MARGIN);
  const y = (ratio) => Math.round(top + HEIGHT - MARGIN - (ratio / most) * (HEIGHT - 2 * MARGIN));
  const rules = Array.from({ length: 2 * most + 1 }, (_, i) => i / 2).map((ratio) => {
    const line = `<line x1="${MARGIN}" x2="${WIDTH - 3 * MARGIN}" y1="${y(ratio)}" y2="${y(ratio)}" stroke="${ratio === 1 ? '#333' : '#ddd'}"/>`;
    return `${line}<text x="${MARGIN - 8}" y="${y(ratio) + 4}" text-anchor="end">${ratio}</text>`;
  });
  const dates = days.map(
    (day) => `<text x="${x(day)}" y="${top + HEIGHT - MARGIN + 18}" text-anchor="middle">${day}</text>`,
  );
  const curves = [...lines].map(([name, points], i) => {
    const color = COLORS[i % COLORS.length];
    const places = points.map(({ date, ratio }) => `${x(date).toFixed(1)},${y(ratio)}`);
    const dots = places.map(
      (place) => `<circle cx="${place.split(',')[0]}" cy="${place.split(',')[1]}" r="3" fill="${color}"/>`,
    );
    const label = `<text x="${WIDTH - 3 * MARGIN + 10}" y="${top + MARGIN + 16 * i}" fill="${color}">${name}</text>`;
    return `<polyline points="${places.join(' ')}" fill="none" stroke="${color}"/>${dots.join('')}${label}`;
  });
  const heading = `<text x="${MARGIN}" y="${top + 24}" font-weight="bold">${title}, of ${peer}</text>`;
  return [heading, ...rules, ...dates, ...curves].join('\n');
}

/** Ratio of each day, by engine and version of Node. @returns {Map<string, { date: string, ratio: number }[]>} */
function seriesOf(rows, peer) {
  const engines = [...new Set(rows.flatMap(Object.keys))].filter((name) => name !== peer && !KEYS.includes(name));
  const series = new Map();
  for (const row of rows) {
    for (const engine of engines.filter((name) => row[name])) {
      const name = `${engine}, ${row.runtime}`;
      const points = series.get(name) ?? [];
      points.push({ date: row.date, ratio: Number(row[engine]) / Number(row[peer]) });
      series.set(name, points);
    }
  }
  return series;
}

/** Tables of the panels, from the files beside this one. */
export function readTables(folder = import.meta.dirname) {
  return new Map(
    PANELS.map(({ table }) => [table, readRows(readFileSync(path.join(folder, `${table}.csv`), 'utf8'), table)]),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  readArguments(import.meta.url, {});
  writeFileSync(path.join(import.meta.dirname, '../../docs/images/history.svg'), drawHistory(readTables()));
}
