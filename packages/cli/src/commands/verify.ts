import { existsSync } from 'node:fs';
import { roundedSource, utf8Text } from '@seg/checkpoint';
import { type BackendName, useBackend } from '@seg/core';
import { readBytes } from '@seg/image/node';
import { type GoldenOptions, parseGolden, type TapResult } from '@seg/verify';
import { Command, Option } from 'commander';
import { PRECISIONS } from '../convert/convert-checkpoint.ts';
import { backendFor } from '../predict/load-segmenter.ts';
import { backendOption } from '../process/backend-option.ts';
import { isOutputClosed } from '../process/output.ts';
import { terminalText } from '../render/terminal-text.ts';

type VerifyOptions = {
  backend: BackendName | 'auto';
  all?: boolean;
  dtype: keyof typeof PRECISIONS;
  runtime: 'tfjs' | 'onnx';
};

/** `seg verify GOLDEN.json`: proves a machine, backend or browser right against recorded reference numbers. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'compare a model, its losses or its post-processing with a golden file; exit 1 at the first tap beyond its bound',
    )
    .argument('<golden...>', 'golden files; docs/goldens.md has the format')
    .addOption(backendOption())
    .option('--all', 'go on behind the first tap that is beyond its bound')
    .addOption(
      new Option('--dtype <type>', 'round the weights as seg convert --dtype does, to see what that moves')
        .choices(Object.keys(PRECISIONS))
        .default('f32'),
    )
    .addOption(
      new Option(
        '--runtime <name>',
        'what computes forward passes: the backend, or onnxruntime-node the pass exported to ONNX',
      )
        .choices(['tfjs', 'onnx'])
        .default('tfjs'),
    )
    .action(async (files: string[], options: VerifyOptions) => {
      const { backend, all, runtime } = options;
      const missing = files.find((file) => !existsSync(file));
      if (missing !== undefined) throw new Error(`verify: expected a golden file ${missing}, got nothing there`);
      const { name, description } = await useBackend(backendFor(runtime, backend));
      console.error(`backend ${name}: ${description}`);
      for (const file of files) {
        const faults = await verifyFile(file, options);
        if (faults > 0) process.exitCode = 1;
        if (faults > 0 && !all) return;
      }
    });
}

async function verifyFile(file: string, { all: keepGoing, dtype, runtime }: VerifyOptions): Promise<number> {
  const golden = parseGolden(file, utf8Text(file, await readBytes(file), 'JSON'));
  console.log(terminalText(`${file}: ${golden.model ?? golden.format} against ${golden.reference}`));
  console.log(`${'tap'.padEnd(68)} ${'difference'.padStart(10)} ${'relative'.padStart(9)} ${'allowed'.padStart(9)}`);
  let [count, faults] = [0, 0];
  const options: GoldenOptions = {
    weights: (source) => roundedSource(source, PRECISIONS[dtype]),
    ...(runtime === 'onnx' && { runtime: (await import('@seg/onnx/node')).runThroughOnnx }),
  };
  for await (const result of golden.check(options)) {
    count++;
    if (!result.ok) faults++;
    console.log(terminalText(formatResult(result)));
    if ((!result.ok && !keepGoing) || isOutputClosed()) break;
  }
  console.log(`${count - faults} passed, ${faults} failed`);
  return faults;
}

function formatResult({ name, absolute, relative, allowed, ok, note }: TapResult): string {
  const numbers = [absolute, relative, allowed].map((value, i) => value.toExponential(2).padStart(i === 0 ? 10 : 9));
  return `${name.padEnd(68)} ${numbers.join(' ')}  ${ok ? 'ok' : `BEYOND${note ? `: ${note}` : ''}`}`;
}
