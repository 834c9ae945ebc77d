import type { Command, Option } from 'commander';

import { UsageError } from './exit-code.ts';

/** Refuses, in a command and those below it, a value that is given twice or is empty: commander takes the last, and nothing. */
export function strictOptions(command: Command): void {
  for (const below of command.commands) strictOptions(below);
  for (const option of command.options) if (option.required) watch(command, option);
}

function watch(command: Command, option: Option): void {
  const where = `${command.name()} ${option.long ?? option.short}`;
  let isGiven = false;
  command.on(`option:${option.name()}`, (value: string) => {
    if (isGiven && !option.variadic) throw new UsageError(`${where}: expected one value, got a second, ${value}`);
    if (value === '') throw new UsageError(`${where}: expected a value, got an empty text`);
    isGiven = true;
  });
}
