import { Option } from 'commander';

/** Makes the option of commands that compute. */
export function backendOption(): Option {
  return new Option('--backend <name>', 'where to compute')
    .choices(['auto', 'webgpu', 'node-gpu', 'node', 'wasm', 'cpu'])
    .default('auto');
}
