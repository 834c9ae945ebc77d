import { Command } from 'commander';

import { checkCommand } from '../data/check.ts';
import { convertDataCommand } from '../data/convert.ts';
import { type DataIo, processIo } from '../data/data-io.ts';
import { showCommand } from '../data/show.ts';
import { splitCommand } from '../data/split.ts';
import { statsCommand } from '../data/stats.ts';

/** `seg data check|stats|show|split|convert PATH`. */
export function dataCommand(io: DataIo = processIo): Command {
  const commands = [checkCommand, statsCommand, showCommand, splitCommand, convertDataCommand];
  const data = new Command('data').description(
    'look at, check, split and convert annotations: COCO, YOLO, VOC, Cityscapes, ADE20K, LabelMe, CVAT, label maps',
  );
  for (const command of commands) data.addCommand(command(io).exitOverride());
  return data;
}
