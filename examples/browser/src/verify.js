// What the page test runs: golden files on a backend of the browser. Called through `window.verify`.

import { useBackend } from '@seg/core';
import { parseGolden } from '@seg/verify';

window.verify = async (file, backend) => {
  const { name, description } = await useBackend(backend);
  const golden = parseGolden(file, await (await fetch(`goldens/${file}`)).text());
  const results = [];
  for await (const result of golden.check()) results.push(result);
  return { backend: `${name}: ${description}`, isolated: crossOriginIsolated, results };
};
