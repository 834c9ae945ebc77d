import { formatFixed } from '../numeric/python-format.ts';
import { expectResult } from '../state/expect-value.ts';
import { escapeControls, escapeMarkdown } from './escaped-text.ts';
import type { EvaluationReport } from './report.ts';

/** A report as Markdown: summary, categories, errors, findings. */
export function formatMarkdown(report: EvaluationReport): string {
  expectResult('formatMarkdown', report, 'title', 'text', 'categories');
  const parts = [`# ${escapeMarkdown(report.title)}`];
  if (report.images !== null) parts.push(`${report.images} images`);
  parts.push(fenced(report.text), categoryTable(report));
  if (report.errors) parts.push(errorTable(report.errors));
  if (report.findings) parts.push(findingList(report.findings));
  return `${parts.join('\n\n')}\n`;
}

function fenced(text: string): string {
  return `\`\`\`\n${text.split('\n').map(escapeControls).join('\n')}\n\`\`\``;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  const rule = head.map((_, k) => (k === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

function categoryTable({ categories }: EvaluationReport): string {
  const columns = Object.keys(categories[0]?.values ?? {});
  const rows = categories.map(({ name, values }) => [name, ...columns.map((column) => formatMeasure(values[column]))]);
  return `## Categories\n\n${table(['category', ...columns], rows)}`;
}

function formatMeasure(value: number): string {
  if (Number.isNaN(value) || value === -1) return '–';
  return Number.isInteger(value) && value !== 0 && value !== 1 ? String(value) : formatFixed(value, 3);
}

function errorTable({ ap, counts, deltaAp }: NonNullable<EvaluationReport['errors']>): string {
  const rows = Object.entries(counts).map(([type, count]) => [
    type,
    String(count),
    formatFixed(100 * deltaAp[type as keyof typeof deltaAp], 2),
  ]);
  return `## Errors\n\nAP50 ${formatFixed(100 * ap, 2)}; by how much it would rise without each type:\n\n${table(['type', 'count', 'ΔAP'], rows)}`;
}

function findingList(findings: NonNullable<EvaluationReport['findings']>): string {
  if (findings.length === 0) return '## Input\n\nNo faults found.';
  const lines = findings.map(({ severity, code, message, count, examples }) => {
    return `- **${severity}: ${code}** (${count}): ${message}. ${examples.map(escapeMarkdown).join('; ')}${count > examples.length ? '; …' : ''}`;
  });
  return `## Input\n\n${lines.join('\n')}`;
}
