import { readAs } from '@seg/checkpoint/safetensors';
import * as v from 'valibot';

/** Fields of training cases that are not Hugging Face's. */
const configSchema = v.looseObject({
  backbone: v.optional(v.record(v.string(), v.unknown())),
  backbone_config: v.optional(v.record(v.string(), v.unknown())),
});

/**
 * A golden's config as a `config.json` of Hugging Face has it: without the sizes of the training case, the backbone
 * under its published name.
 *
 * @returns An object whose fields the models' readers check one by one
 */
export function huggingFaceConfig<T>(where: string, config: unknown): T {
  const { backbone, backbone_config, image, batch, deep_supervision, ...rest } = readAs(
    `${where}: config`,
    configSchema,
    config,
  );
  return { ...rest, backbone_config: backbone_config ?? backbone } as T;
}
