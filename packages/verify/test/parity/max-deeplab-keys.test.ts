import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Initializer, ParamOptions, ParamStore } from '@seg/core';
import { MAX_DEEPLAB_PRESETS, MaxDeepLab, type MaxDeepLabConfig } from '@seg/models';
import { describe, expect, test } from 'vitest';

/** Variables of the checkpoint: object path, shape, whether training changes it. */
function table(name: string): string[] {
  const file = new URL(`../goldens/${name}-variables.tsv.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return lines.filter((line) => !line.startsWith('#'));
}

/** Parameters that a model declares, in the table's own words, with nothing allocated. */
function declared(config: MaxDeepLabConfig): string[] {
  const lines: string[] = [];
  const declare = (key: string, shape: number[], _: Initializer, { trainable = true }: ParamOptions) => {
    lines.push(`${key}\t${shape.join('x')}\t${trainable ? 1 : 0}`);
    return null;
  };
  new MaxDeepLab({ declare } as unknown as ParamStore, config);
  return lines;
}

/** Parameters that training changes, of all variables whose key starts so. */
function size(lines: readonly string[], prefix: string): number {
  const counted = lines.filter((line) => line.startsWith(prefix) && line.endsWith('\t1'));
  return counted.reduce(
    (sum, line) =>
      sum +
      line
        .split('\t')[1]
        .split('x')
        .reduce((n, side) => n * Number(side), 1),
    0,
  );
}

describe('Keys of MaX-DeepLab', () => {
  test.each([
    ['coco-panoptic-s', 'max_deeplab_s', 907],
    ['coco-panoptic-l', 'max_deeplab_l', 1672],
  ] as const)(
    '%s declares every variable of the checkpoint once, with its shape, and no other',
    (preset, name, count) => {
      const lines = table(name);
      expect(lines.length).toBe(count);
      expect(declared(MAX_DEEPLAB_PRESETS[preset]).sort()).toEqual(lines.sort());
    },
  );

  test('the encoders have as many parameters as deeplab2 counts', () => {
    expect(size(declared(MAX_DEEPLAB_PRESETS['coco-panoptic-s']), 'encoder/')).toBe(61_726_624);
    expect(size(declared(MAX_DEEPLAB_PRESETS['coco-panoptic-l']), 'encoder/')).toBe(450_523_232);
  });
});
