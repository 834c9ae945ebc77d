import { readAs, type Schema } from '@seg/checkpoint';

import type { TapResult } from '../compare/tap-result.ts';

/** A golden file, read and understood. */
export type Golden = {
  file: string;
  /** `golden-1` and the like. */
  format: string;
  /** System or backbone; nothing where a file is of several. */
  model: string | undefined;
  /** Reference that the numbers are of. */
  reference: string;
  /** Compares all that the file holds, in its order. */
  check(): AsyncGenerator<TapResult>;
};

/** Content of golden files of one format and some models, and how that is compared. */
export type GoldenKind = {
  format: string;
  /** Models whose files are of this kind; nothing where the format names none. */
  models: readonly string[] | undefined;
  /**
   * @param where Names the file
   * @returns The comparison, not begun
   * @throws FormatError naming the field that is not as documented
   */
  read(where: string, json: unknown): () => AsyncGenerator<TapResult>;
};

/** A kind of golden file by its schema and its comparison. */
export function goldenKind<T>(
  format: string,
  models: readonly string[] | undefined,
  schema: Schema<T>,
  check: (golden: T, where: string) => AsyncGenerator<TapResult>,
): GoldenKind {
  return {
    format,
    models,
    read: (where, json) => {
      const golden = readAs(where, schema, json);
      return () => check(golden, where);
    },
  };
}
