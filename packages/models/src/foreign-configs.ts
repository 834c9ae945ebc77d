/**
 * Tables of every field that is known of foreign configs and of our own, and a page that tells them.
 *
 * @packageDocumentation
 */

import { BACKBONE } from './backbones/backbone.ts';
import { type FieldChecks, isCheck, isKinds, type Kinds } from './description/check-fields.ts';
import { PREPROCESSING } from './description/preprocessing-fields.ts';
import { CATEGORY, INFERENCE } from './description/seg-config.ts';
import { RESNET_FIELDS, SWIN_FIELDS } from './hugging-face/backbone.ts';
import { ACTIVATION_NAMES } from './hugging-face/common.ts';
import type { FieldRule, FieldTable } from './hugging-face/field-table.ts';
import { PREPROCESSOR_HUGGING_FACE } from './hugging-face/preprocessing.ts';
import { MASK2FORMER_HUGGING_FACE } from './systems/mask2former/hugging-face.ts';
import { DETR_DECODER_HUGGING_FACE, MASKFORMER_HUGGING_FACE } from './systems/maskformer/hugging-face.ts';
import { SYSTEMS } from './systems/systems.ts';

/** A foreign format with its table. */
export type ForeignFormat = { title: string; table: FieldTable };

/** Every foreign format that is read. */
export const FOREIGN_FORMATS: readonly ForeignFormat[] = [
  { title: 'Hugging Face, `config.json` of model type `mask2former`', table: MASK2FORMER_HUGGING_FACE },
  { title: 'Hugging Face, `config.json` of model type `maskformer`', table: MASKFORMER_HUGGING_FACE },
  { title: 'Its `decoder_config`, of model type `detr`', table: DETR_DECODER_HUGGING_FACE },
  { title: 'A `backbone_config` of model type `swin` or `maskformer-swin`', table: SWIN_FIELDS },
  { title: 'A `backbone_config` of model type `resnet`', table: RESNET_FIELDS },
  { title: 'Hugging Face, `preprocessor_config.json`', table: PREPROCESSOR_HUGGING_FACE },
];

const HEAD = `# Configs from elsewhere

Written from the tables in packages/models by \`node scripts/write-foreign-configs.mjs\`; a test keeps it true.

Every field of a config is *obeyed*, or is *without effect* on what is computed here, or may have *only* the values that
mean what is built here. Whatever is neither, and any field that is in no table, is refused by its name and value before
a weight is read. A field that is absent or null has the format's default. transformers 4 and 5 name the fields.

Of detectron2, mmdetection, deeplab2 and the authors' files only weights are read, never configs: a preset or a
\`config.json\` says what they are of.
`;

/** Writes the page docs/foreign-configs.md. */
export function foreignConfigsPage(): string {
  const foreign = FOREIGN_FORMATS.map(({ title, table }) => `## ${title}\n\n${tableText(table)}`);
  const names = Object.entries(ACTIVATION_NAMES).map(
    ([theirs, ours]) => `\`${theirs}\`${ours === theirs ? '' : ` (ours: \`${ours}\`)`}`,
  );
  const activations = `## Names of activations\n\n${names.join(', ')}. Others, those with parameters of their own among them, are refused.\n`;
  return [HEAD, ...foreign, activations, ownText()].join('\n');
}

function tableText(table: FieldTable): string {
  const rows = Object.entries(table)
    .filter(([, rule]) => rule.is !== 'ignored')
    .map(([name, rule]) => `| \`${name}\` | ${ruleText(rule)} |`);
  const reasons = new Map<string, string[]>();
  for (const [name, rule] of Object.entries(table)) {
    if (rule.is === 'ignored') reasons.set(rule.why, [...(reasons.get(rule.why) ?? []), `\`${name}\``]);
  }
  const without = [...reasons].map(([why, names]) => `- ${why}: ${names.join(', ')}`);
  return `| field | rule |\n|---|---|\n${rows.join('\n')}\n\nWithout effect here:\n\n${without.join('\n')}\n`;
}

function ruleText(rule: FieldRule): string {
  switch (rule.is) {
    case 'obeyed': {
      const fallback = rule.default === undefined ? '' : `; default ${JSON.stringify(rule.default)}`;
      return `obeyed: ${rule.check.expected}${fallback}${rule.note === undefined ? '' : `; ${rule.note}`}`;
    }
    case 'only': {
      const values = rule.values.map((value) => JSON.stringify(value)).join(' or ');
      return `only ${values || 'absent'}: ${rule.why}`;
    }
    case 'alias':
      return `only the value of \`${rule.of}\``;
    case 'nested':
      return `obeyed: fields of ${Object.keys(rule.tables).join(', ')}`;
    case 'ignored':
      return `without effect: ${rule.why}`;
    default:
      throw new RangeError(`field: expected a known rule, got ${JSON.stringify(rule satisfies never)}`);
  }
}

function ownText(): string {
  const models = SYSTEMS.flatMap(({ fields }) => Object.entries(fields as Readonly<Record<string, FieldChecks>>));
  const configs = models.map(([model, fields]) => `### \`config\` of model \`${model}\`\n\n${fieldsText(fields)}`);
  const backbones = Object.entries(BACKBONE.kinds).map(
    ([type, fields]) => `### \`backbone\` of type \`${type}\`\n\n${fieldsText(fields)}`,
  );
  const kinds = (PREPROCESSING.resize as Kinds).kinds;
  const resizes = Object.entries(kinds).map(
    ([kind, fields]) => `\`${kind}\` (${Object.keys(fields).join(', ') || 'nothing'})`,
  );
  return `## Our own \`config.json\`, format \`seg-model-1\`

Beside \`format\` it has \`config\`, \`categories\`, \`preprocessing\` and perhaps \`inference\`. Every field is obeyed, none may be
absent but those that say "or nothing", and others are refused.

### \`categories\`, one for each class

${fieldsText(CATEGORY)}
### \`preprocessing\`

${fieldsText(PREPROCESSING)}
Kinds of \`resize\`: ${resizes.join(', ')}.

### \`inference\`

${fieldsText(INFERENCE)}
${[...configs, ...backbones].join('\n')}`;
}

function fieldsText(fields: FieldChecks, path = ''): string {
  return `| field | expected |\n|---|---|\n${fieldRows(fields, path).join('\n')}\n`;
}

function fieldRows(fields: FieldChecks, path: string): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const at = `${path}${name}`;
    if (isCheck(field)) return [`| \`${at}\` | ${field.expected} |`];
    if (isKinds(field)) return [`| \`${at}\` | by its \`${field.by}\`: ${Object.keys(field.kinds).join(', ')} |`];
    return fieldRows(field, `${at}.`);
  });
}
