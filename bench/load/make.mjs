// Writes a folder of a preset with random weights: node make.mjs PRESET float32|float16|int8 FOLDER
import { ParamStore, useBackend } from '@seg/core';
import { buildModel, PRESETS, storedParams } from '@seg/models';
import { saveModel } from '@seg/models/node';

const [name, precision, folder] = process.argv.slice(2);
await useBackend('cpu');
const description = PRESETS[name];
const { params } = buildModel(new ParamStore(), description.config);
await saveModel(folder, description, storedParams(params), { precision });
