import { bytesOf } from './byte-source.ts';
import { expectValue } from './expect-options.ts';
import { expectSource, type ParamSource, type StoredValue } from './param-source.ts';
import { openSafetensors } from './safetensors.ts';
import { A_PRECISION, type Precision, writeSafetensors } from './write-safetensors.ts';

/**
 * The same source with its values as they come back from a file of a precision: to measure the cost of a smaller file
 * without writing one.
 */
export function roundedSource(source: ParamSource, precision: Precision): ParamSource {
  expectValue('roundedSource', 'precision', precision, A_PRECISION);
  expectSource('roundedSource', source);
  return { ...source, read: (key) => rounded(key, source.read(key), precision) };
}

function rounded(key: string, value: StoredValue | null, precision: Precision): StoredValue | null {
  if (value === null) return null;
  return openSafetensors(bytesOf(key, writeSafetensors(new Map([[key, value]]), { precision }))).read(key);
}
