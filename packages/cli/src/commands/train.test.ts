import { expect, test } from 'vitest';

import { trainCommand } from './train.ts';

test.each([
  ['--resume', '--dry-run'],
  ['--tensorboard', '--dry-run'],
  ['--resume', '--print-recipe'],
])('%s with %s, which writes nothing, is a usage error', async (option, dry) => {
  const command = trainCommand({ print: () => {}, note: () => {} }).exitOverride();
  const running = command.parseAsync(['--data', 'nowhere', option, dry], { from: 'user' });
  await expect(running).rejects.toThrow(`train: expected ${option} without ${dry}, got both`);
});

test('the recipe that is printed has the warm-up of its steps', async () => {
  const printed: string[] = [];
  const command = trainCommand({ print: (text) => printed.push(text), note: () => {} }).exitOverride();
  await command.parseAsync(['--print-recipe', '--recipe', 'finetune', '--steps', '20', '--backend', 'cpu'], {
    from: 'user',
  });
  expect(JSON.parse(printed[0])).toMatchObject({ steps: 20, warmup: 1 });
});
