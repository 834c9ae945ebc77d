import { escapeControls } from '@seg/coco-eval';
import { checkDataset, type DatasetCheck } from '@seg/data/node';
import { Command } from 'commander';

import { EXIT } from '../process/exit-code.ts';
import { formatTable } from '../render/table.ts';
import { type DataIo, onTerminal } from './data-io.ts';
import { type DatasetArguments, datasetOptions, withDatasetOptions } from './dataset-arguments.ts';

/** Faults of one kind that are printed in full; the others are counted. */
const SHOWN = 5;

type Fault = DatasetCheck['faults'][number];

/** Headings of the kinds of faults. */
const HEADINGS: Record<Fault['kind'], string> = {
  'missing-file': 'files that are missing',
  'unreadable-file': 'images that cannot be read',
  annotation: 'annotations that cannot be read',
  categories: 'categories that differ between parts',
  'unknown-reference': 'references to nothing',
  'no-mask': 'objects without a mask',
  size: 'sizes that differ',
  turned: 'photographs turned by EXIF that may be annotated either way',
  'crossing-split': 'images in two splits',
  duplicate: 'what comes twice',
  'empty-mask': 'masks without a pixel',
  outside: 'masks that leave the image (cut off when read)',
  'unused-class': 'classes without objects',
};

/** `seg data check PATH`. */
export function checkCommand(io: DataIo): Command {
  return withDatasetOptions(
    new Command('check').description('name what is wrong with a data set; exit code 1 if anything is'),
  )
    .option('--quick', 'do not decode images: headers only, and copies by their bytes')
    .option('--allow-warnings', 'exit code 0 where nothing worse is found than what reading can leave out or cut off')
    .option('--json', 'print JSON instead of text')
    .action(
      async (
        place: string,
        options: DatasetArguments & { quick?: boolean; allowWarnings?: boolean; json?: boolean },
      ) => {
        const onProgress = onTerminal(io, 'checking');
        const check = await checkDataset(place, {
          ...(await datasetOptions(options)),
          pixels: !options.quick,
          onProgress,
        });
        io.progress.clear();
        io.print(options.json ? JSON.stringify(check, null, 2) : textOf(check));
        const isWrong = options.allowWarnings
          ? check.faults.some(({ severity }) => severity === 'error')
          : check.count > 0;
        if (isWrong) process.exitCode = EXIT.input;
      },
    );
}

function textOf({ format, splits, faults, count }: DatasetCheck): string {
  const rows = splits.map(({ split, images, objects, empty }) => [split ?? 'all', images, objects, empty]);
  const counts =
    format === null ? [] : [`format ${format}`, formatTable(['split', 'images', 'objects', 'images without'], rows)];
  const kinds = (Object.keys(HEADINGS) as Fault['kind'][]).map((kind) => ({
    kind,
    found: faults.filter((fault) => fault.kind === kind),
  }));
  const blocks = kinds.filter(({ found }) => found.length > 0).map(({ kind, found }) => blockOf(kind, found));
  const end = count === 0 ? 'nothing is wrong' : `${count} ${count === 1 ? 'thing' : 'things'} to look at`;
  return [...counts, ...blocks, end].join('\n\n').replace(/\n\n(?=split)/, '\n');
}

function blockOf(kind: Fault['kind'], found: readonly Fault[]): string {
  const lines = found.slice(0, SHOWN).map(({ severity, message }) => `  ${severity}: ${escapeControls(message)}`);
  if (found.length > SHOWN) lines.push(`  and ${found.length - SHOWN} more (--json has them all)`);
  return [`${HEADINGS[kind]} (${found.length})`, ...lines].join('\n');
}
