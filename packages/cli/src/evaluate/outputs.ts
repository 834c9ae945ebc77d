import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '@seg/checkpoint/node';
import { drawPictures, type EvaluationReport, escapeControls, type Finding, formatMarkdown } from '@seg/coco-eval';

/** Places of a result besides the screen. */
export type OutputOptions = { json?: string; report?: string };

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
  await mkdir(folder, { recursive: true });
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
