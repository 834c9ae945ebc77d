// What the checks of the page share.
import { mkdirSync } from 'node:fs';
import path from 'node:path';

const SHOTS = process.env.SEG_SCREENSHOTS;

export async function shot(page, name) {
  if (SHOTS === undefined) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true });
}

/** Waits until a line says something. */
export async function status(page, id, pattern, timeout) {
  await page.waitForFunction(
    ([place, source]) => new RegExp(source).test(document.getElementById(place).textContent),
    [id, pattern.source],
    { timeout },
  );
  return page.textContent(`#${id}`);
}

/** A generated scene, segmented. */
export async function segmented(page) {
  await page.selectOption('#backend', 'wasm');
  await page.click('#scene');
  return status(page, 'status', /segments? in/);
}

export function expect(isSo, expected, got) {
  if (!isSo) throw new Error(`expected ${expected}, got ${typeof got === 'string' ? got : JSON.stringify(got)}`);
}
