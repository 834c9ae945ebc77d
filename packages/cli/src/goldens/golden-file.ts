import { FormatError, type ParamSource } from '@seg/checkpoint';
import { formulaValues } from '@seg/core';

/** One recorded tensor: statistics and sampled values of a float64 run, and how far a float32 run was from it. */
export type Tap = {
  name: string;
  shape: number[];
  mean: number;
  std: number;
  absmax: number;
  /** `values[i]` is element i · stride. */
  stride: number;
  values: number[];
  /** Largest |float32 run − float64 run| over the whole tensor. */
  noise: number;
  probe?: number;
  noiseProbe?: number;
};

/** A tensor given by formula: its key seeds the values. */
export type FormulaTensor = [key: string, shape: number[], kind: string, center: number, scale: number];

/** Common to all golden files. docs/goldens.md describes the format. */
export type Golden = {
  format: string;
  model: string;
  salt: number;
  reference: string;
  keyStyle?: string;
  config: Record<string, unknown>;
  input: { key: string; shape: number[]; center: number; scale: number; layout: 'NCHW' | 'NHWC' };
  parameters: FormulaTensor[];
  taps?: Tap[];
};

/** @throws FormatError where the text is not a golden file */
export function parseGolden(name: string, text: string): Golden {
  let golden: Golden;
  try {
    golden = JSON.parse(text) as Golden;
  } catch {
    throw new FormatError(`${name}: expected a golden file in JSON, got ${JSON.stringify(text.slice(0, 40))}`);
  }
  if (typeof golden?.format !== 'string' || !golden.format.startsWith('golden')) {
    throw new FormatError(`${name}: expected a "format" of golden-…, got ${JSON.stringify(golden?.format)}`);
  }
  return golden;
}

/** The golden's parameters, computed from their keys when they are read. */
export function formulaParameters({ parameters, salt }: Golden): ParamSource {
  const byKey = new Map(parameters.map((parameter) => [parameter[0], parameter]));
  return {
    keys: () => byKey.keys(),
    read: (key) => {
      const found = byKey.get(key);
      if (found === undefined) return null;
      const [, shape, , center, scale] = found;
      return { shape, values: formulaValues(key, shape, center, scale, salt) };
    },
  };
}
