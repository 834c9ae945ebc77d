import path from 'node:path';
import { makeFolder, writeFileAtomic } from '@seg/checkpoint/node';
import { drawPictures, type EvaluationReport, escapeControls, type Finding, formatMarkdown } from '@seg/coco-eval';

import { requireNewFiles } from '../process/new-files.ts';

/** Places of a result besides the screen. */
export type OutputOptions = { json?: string; report?: string; force?: boolean };

/** Files of a report of any kind. */
const REPORT_FILES = [
  ...['report.md', 'report.json'],
  ...['categories.svg', 'precision-recall.svg', 'confusion.svg', 'errors.svg'],
];

/**
 * Makes sure, before the work begins, that everything can be written and nothing of others is replaced.
 *
 * @param inputs Files that are read
 * @param folders Folders whose PNGs are read, too
 * @throws FormatError naming the file that is in the way
 */
export async function requireOutputs(
  { json, report, state, force }: OutputOptions & { state?: string },
  inputs: readonly string[],
  folders: readonly string[] = [],
): Promise<void> {
  const single = [json, state].filter((file) => file !== undefined);
  const ofReport = report === undefined ? [] : REPORT_FILES.map((name) => path.join(report, name));
  const folder = report && path.dirname(path.join(report, REPORT_FILES[0]));
  const pngs = single.filter((file) => /\.png$/i.test(file)).map((file) => path.basename(file));
  const read = [...inputs, ...folders.flatMap((each) => pngs.map((name) => path.join(each, name)))];
  await requireNewFiles('evaluate', { outputs: [...single, ...ofReport], folder, inputs: read, force: force === true });
}

/** Prints the table, and writes the JSON and the folder of Markdown and pictures where they are wanted. */
export async function writeOutputs(
  report: EvaluationReport,
  { json, report: folder }: OutputOptions,
  print: (text: string) => void,
): Promise<void> {
  print(report.text);
  const text = `${JSON.stringify(report, null, 1)}\n`;
  if (json !== undefined) await writeFileAtomic(json, text);
  if (folder === undefined) return;
  await makeFolder(folder);
  const pictures = drawPictures(report);
  const links = Object.keys(pictures).map((name) => `![${path.parse(name).name}](${name})`);
  for (const [name, svg] of Object.entries(pictures)) await writeFileAtomic(path.join(folder, name), svg);
  await writeFileAtomic(path.join(folder, 'report.json'), text);
  await writeFileAtomic(path.join(folder, 'report.md'), `${formatMarkdown(report)}\n${links.join('\n\n')}\n`);
}

/** One line for each kind of fault, safe to print: its examples are names of somebody else's file. */
export function describeFinding({ severity, code, message, count, examples }: Finding): string {
  const line = `${severity}: ${code} (${count}): ${message}; ${examples.slice(0, 3).join('; ')}`;
  return escapeControls(count > 3 ? `${line}; ...` : line);
}
