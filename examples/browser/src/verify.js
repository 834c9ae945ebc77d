// What the page test runs: golden files on a backend of the browser. Called through `window.verify`.

import { parseGolden, verifyGolden } from '@seg/cli/goldens';
import { useBackend } from '@seg/core';

window.verify = async (file, backend) => {
  const { name, description } = await useBackend(backend);
  const golden = parseGolden(file, await (await fetch(`goldens/${file}`)).text());
  const results = [];
  await verifyGolden(golden, (result) => results.push(result) > 0);
  return { backend: `${name}: ${description}`, isolated: crossOriginIsolated, results };
};
