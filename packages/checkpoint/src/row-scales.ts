import { describeValue } from './describe-value.ts';
import { FormatError } from './errors.ts';
import { parseJson } from './read-as.ts';
import { checkScaleShape } from './row-quantization.ts';

/** Entry of a safetensors file's metadata that names the scales of its 8-bit tensors: JSON, key of scales by key. */
export const ROW_SCALES = 'seg.row_scales';

/** Key of the scales of a tensor, as this project writes them. */
export function scaleKey(key: string): string {
  return `${key}.row_scale`;
}

/** Type and shape of a tensor, as a header has them. */
type TensorHead = { dtype: string; shape: readonly number[] };

/**
 * Reads the keys of scales by the keys of 8-bit tensors from a file's metadata. Each tensor is I8, each of its scales F32,
 * with the tensor's rank and size 1 along all axes but one.
 *
 * @throws FormatError naming the tensor and what came
 */
export function readRowScales(
  name: string,
  text: string | undefined,
  entries: ReadonlyMap<string, TensorHead>,
): Map<string, string> {
  if (text === undefined) return new Map();
  const where = `${name}: ${ROW_SCALES}`;
  const value = typeof text === 'string' ? parseJson(where, text) : text;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new FormatError(`${where}: expected an object in JSON, got ${describeValue(value)}`);
  }
  const scaleOf = new Map(Object.entries(value as Record<string, string>));
  const scales = new Set(scaleOf.values());
  if (scales.size < scaleOf.size) throw new FormatError(`${where}: expected scales for each tensor, got some for two`);
  const both = [...scaleOf.keys()].find((key) => scales.has(key));
  if (both !== undefined) throw new FormatError(`${where}: expected ${both} as tensor or as scales, got both`);
  for (const [key, scale] of scaleOf) {
    checkPair(name, [key, entries.get(key)], [scale, entries.get(scale)]);
  }
  return scaleOf;
}

type Named = [key: string, head: TensorHead | undefined];

function checkPair(name: string, [key, tensor]: Named, [scaleKey, scales]: Named): void {
  if (tensor?.dtype !== 'I8')
    throw new FormatError(`${name}: ${key}: expected a tensor of I8, got ${tensor?.dtype ?? 'none'}`);
  if (scales?.dtype !== 'F32') {
    throw new FormatError(
      `${name}: ${key}: expected scales of F32 as ${describeValue(scaleKey)}, got ${scales?.dtype ?? 'none'}`,
    );
  }
  checkScaleShape(`${name}: ${key}`, tensor.shape, scales.shape);
}
