import { checkKinds, type FieldsOf } from './check-fields.ts';
import type { ModelConfig } from './model-description.ts';

type Kind<C extends ModelConfig, K> = C extends ModelConfig ? (K extends C['model'] ? C : never) : never;

/** A check for every field of a system's configs, by their `model`; the compiler asks for new ones. */
export type ConfigFields<C extends ModelConfig> = {
  readonly [K in C['model']]: FieldsOf<Omit<Kind<C, K>, 'model'>>;
};

/**
 * Checks a config of one system: every field there and of its type, lists as long as they must be. Whether the numbers
 * go together shows in the shapes of the parameters.
 *
 * @throws FormatError naming the field
 */
export function checkConfig<C extends ModelConfig>(
  where: string,
  config: unknown,
  fields: ConfigFields<C>,
): asserts config is C {
  checkKinds(where, 'config', config, { by: 'model', kinds: fields });
}
