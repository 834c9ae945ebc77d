import { writeFileAtomic } from '@seg/checkpoint/node';
import { escapeControls } from '@seg/coco-eval';
import { type DatasetStatistics, drawStatistics, type MeasuredImage, measureDataset, POSITION_CELLS } from '@seg/data';
import { type FileDataset, openSplits, sourceFiles } from '@seg/data/node';
import { Command } from 'commander';

import { UsageError } from '../process/exit-code.ts';
import { formatTable } from '../render/table.ts';
import { type DataIo, onTerminal } from './data-io.ts';
import { type DatasetArguments, datasetOptions, withDatasetOptions } from './dataset-arguments.ts';
import { claimFiles } from './output-place.ts';

/** Shades of a terminal's cells, from none to most. */
const SHADES = ' ░▒▓█';

/** Characters of the longest bar. */
const BAR = 24;

/** `seg data stats PATH`. */
export function statsCommand(io: DataIo): Command {
  return withDatasetOptions(new Command('stats').description('count objects per class, their sizes and places'))
    .option('--svg <file>', 'draw the counts, too')
    .option('--json', 'print JSON instead of tables')
    .option('--force', 'replace the SVG')
    .action(async (place: string, options: DatasetArguments & { svg?: string; json?: boolean; force?: boolean }) => {
      if (options.force && options.svg === undefined) {
        throw new UsageError('data stats: expected --svg with --force, got none');
      }
      const parts = await openSplits(place, await datasetOptions(options));
      if (options.svg !== undefined) await claimFiles([options.svg], options.force ?? false, sourceFiles(parts));
      const { categories } = parts[0];
      const statistics = await measureDataset(imagesOf(parts, io), categories);
      io.progress.clear();
      if (options.svg !== undefined) await writeFileAtomic(options.svg, drawStatistics(statistics, place));
      const splits = parts.map(({ split, length }) => ({ split, images: length }));
      io.print(options.json ? JSON.stringify({ splits, ...statistics }, null, 2) : textOf(statistics));
      if (options.svg !== undefined) io.warn(`drawn in ${escapeControls(options.svg)}`);
    });
}

async function* imagesOf(parts: readonly FileDataset[], io: DataIo): AsyncGenerator<MeasuredImage> {
  const show = onTerminal(io, 'counting');
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      show?.(done++, total);
      yield await part.readMasks(i);
    }
  }
}

function textOf(statistics: DatasetStatistics): string {
  const { images, empty, objects, objectsPerImage: per, imageSizes, areas } = statistics;
  const [first] = imageSizes;
  const sizes =
    first === undefined
      ? 'no images'
      : `${first.width}x${first.height}${imageSizes.length > 1 ? ` and ${imageSizes.length - 1} other sizes` : ''}`;
  return [
    `${images} images of ${sizes}, ${empty} without objects`,
    `${objects} objects; in an image ${per.least} to ${per.most}, half of them at most ${per.median}`,
    `${areas.small} below 32x32 pixels, ${areas.medium} below 96x96, ${areas.large} larger`,
    '',
    classTable(statistics),
    '',
    'places (middles of objects)',
    positionMap(statistics.positions),
  ].join('\n');
}

function classTable({ classes }: DatasetStatistics): string {
  const largest = Math.max(1, ...classes.map(({ objects }) => objects));
  const rows = classes.map(({ name, objects, images, share, sides, crowds }) => [
    escapeControls(name),
    objects,
    images,
    crowds,
    `${(100 * share).toFixed(1)}%`,
    `${Math.round(sides.least)} ${Math.round(sides.median)} ${Math.round(sides.most)}`,
    '█'.repeat(Math.round((BAR * objects) / largest)),
  ]);
  return formatTable(['class', 'objects', 'images', 'crowds', 'of pixels', 'side: least median most', ''], rows);
}

/** Two characters a cell, which are about square on a terminal. */
function positionMap(positions: readonly number[]): string {
  const largest = Math.max(1, ...positions);
  const shade = (count: number) => SHADES[count === 0 ? 0 : Math.ceil((count / largest) * (SHADES.length - 1))];
  const rows = Array.from({ length: POSITION_CELLS }, (_, y) =>
    positions
      .slice(y * POSITION_CELLS, (y + 1) * POSITION_CELLS)
      .map((count) => shade(count).repeat(2))
      .join(''),
  );
  return rows.map((row) => `|${row}|`).join('\n');
}
