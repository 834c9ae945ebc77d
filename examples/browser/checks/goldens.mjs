// Golden files on the backends of a browser.
const GOLDENS = [
  ['loss_mask2former_tiny.json', 'wasm'],
  ['postprocess_mask_classification.json', 'wasm'],
  ['loss_mask2former_tiny.json', 'webgpu'],
];

export const GOLDEN_CHECKS = Object.fromEntries(
  GOLDENS.map(([file, backend]) => [`${file} on ${backend}`, ({ open }) => verified(open, file, backend)]),
);

async function verified(open, file, backend) {
  const page = await open('verify.html');
  await page.waitForFunction(() => window.verify !== undefined);
  const {
    backend: used,
    isolated,
    results,
  } = await page.evaluate(([name, on]) => window.verify(name, on), [file, backend]);
  const beyond = results.filter(({ ok }) => !ok);
  if (!isolated) throw new Error('expected a cross-origin isolated page, got another');
  if (beyond.length > 0) {
    const lines = beyond.map(({ name, absolute, allowed, note }) => `${name} ${absolute} > ${allowed} ${note ?? ''}`);
    throw new Error(lines.slice(0, 5).join('; '));
  }
  return `${results.length} taps within their bounds, ${used}`;
}
