import { FormatError, parseJson } from '@seg/checkpoint/safetensors';

import type { LogEntry, TrainingLog, ValidationEntry } from '../fit/training-log.ts';
import { formatCsv } from './csv.ts';

/** A line of JSON for every step and validation, in their order. */
export function formatLog({ steps, validations }: TrainingLog): string {
  const lines = [
    ...steps.map((entry) => ({ at: entry.step + 1, line: { event: 'step', ...entry } })),
    ...validations.map((entry) => ({ at: entry.step, line: { event: 'validation', ...entry } })),
  ];
  lines.sort((a, b) => a.at - b.at); // stable: a step stands before the validation behind it
  return lines.map(({ line }) => `${JSON.stringify(line)}\n`).join('');
}

/**
 * Reads {@link formatLog}.
 *
 * @throws FormatError naming the line
 */
export function parseLog(file: string, text: string): TrainingLog {
  const log: TrainingLog = { steps: [], validations: [] };
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const where = `${file}, line ${i + 1}`;
    const { event, ...entry } = asObject(where, parseJson(where, line));
    if (event === 'step') log.steps.push(stepEntry(where, entry));
    else if (event === 'validation') log.validations.push(validationEntry(where, entry));
    else throw new FormatError(`${where}: expected event "step" or "validation", got ${JSON.stringify(event)}`);
  }
  return log;
}

function asObject(where: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FormatError(`${where}: expected an object, got ${JSON.stringify(value)}`);
}

function stepEntry(where: string, entry: Record<string, unknown>): LogEntry {
  expectStep(where, entry.step);
  expectNumbers(where, entry);
  if (typeof entry.loss !== 'number') throw new FormatError(`${where}: expected a loss, got none`);
  return entry as LogEntry;
}

function validationEntry(where: string, { step, score, metrics }: Record<string, unknown>): ValidationEntry {
  expectStep(where, step);
  if (typeof score !== 'number') throw new FormatError(`${where}: expected a score, got ${JSON.stringify(score)}`);
  const values = asObject(where, metrics);
  expectNumbers(where, values);
  return { step: step as number, score, metrics: values as Record<string, number> };
}

function expectStep(where: string, step: unknown): void {
  if (Number.isSafeInteger(step) && (step as number) >= 0) return;
  throw new FormatError(`${where}: expected a step of 0 or more, got ${JSON.stringify(step)}`);
}

/** null is how JSON writes NaN: a metric that could not be measured, a loss of a step that was skipped. */
function expectNumbers(where: string, values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number') continue;
    if (value !== null) throw new FormatError(`${where}: expected a number as ${name}, got ${JSON.stringify(value)}`);
    values[name] = Number.NaN;
  }
}

/** Validations as a table with a column for each metric. @returns CSV */
export function formatResults(validations: readonly ValidationEntry[]): string {
  const names = [...new Set(validations.flatMap(({ metrics }) => Object.keys(metrics)))];
  const rows = validations.map(({ step, score, metrics }) => [
    step,
    score,
    ...names.map((name) => metrics[name] ?? ''),
  ]);
  return formatCsv([['step', 'score', ...names], ...rows]);
}
