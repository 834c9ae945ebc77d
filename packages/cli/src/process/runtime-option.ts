import { Option } from 'commander';

/** Makes the option of commands that run networks by the backend or by onnxruntime. */
export function runtimeOption(): Option {
  return new Option(
    '--runtime <name>',
    'what runs the network: the backend, or onnxruntime-node (npm install onnxruntime-node)',
  )
    .choices(['tfjs', 'onnx'])
    .default('tfjs');
}
