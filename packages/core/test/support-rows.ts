import { appendFileSync } from 'node:fs';

/**
 * Runs the checks of one op and notes which of them passed, one JSON object a line in the file that SEG_SUPPORT names:
 * what the support table is made of.
 */
export async function withSupportRow(
  op: string,
  backend: string,
  checks: { forward: () => Promise<void>; gradient: () => Promise<void> },
): Promise<void> {
  const row = { op, backend, forward: false, gradient: false };
  try {
    await checks.forward();
    row.forward = true;
    await checks.gradient();
    row.gradient = true;
  } finally {
    const file = process.env.SEG_SUPPORT;
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
  }
}
