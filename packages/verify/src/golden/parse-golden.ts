import { FormatError, parseJson, readAs } from '@seg/checkpoint/safetensors';
import * as v from 'valibot';

import { GOLDEN_KINDS } from '../systems.ts';
import type { Golden, GoldenKind } from './golden.ts';

const headerSchema = v.object({
  format: v.string(),
  model: v.optional(v.string()),
  reference: v.optional(v.string(), 'a reference that the file does not name'),
});

/**
 * Reads a golden file of the form that docs/goldens.md describes.
 *
 * @param file Names the file in errors
 * @throws FormatError where the text is no golden file, of a model that is not known, or has a field that is not as
 * documented
 */
export function parseGolden(file: string, text: string): Golden {
  const json = parseJson(file, text);
  const { format, model, reference } = readAs(file, headerSchema, json);
  const check = kindOf(file, format, model).read(file, json);
  return { file, format, model, reference, check };
}

function kindOf(file: string, format: string, model: string | undefined): GoldenKind {
  const ofFormat = GOLDEN_KINDS.filter((kind) => kind.format === format);
  if (ofFormat.length === 0) {
    const formats = [...new Set(GOLDEN_KINDS.map((kind) => kind.format))];
    throw new FormatError(`${file}: expected a format of ${formats.join(', ')}, got ${JSON.stringify(format)}`);
  }
  const kind = ofFormat.find(({ models }) => models === undefined || (model !== undefined && models.includes(model)));
  if (kind === undefined) {
    const models = ofFormat.flatMap((one) => one.models ?? []);
    throw new FormatError(`${file}: expected a model of ${models.join(', ')}, got ${JSON.stringify(model)}`);
  }
  return kind;
}
