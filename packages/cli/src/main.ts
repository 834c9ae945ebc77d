import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { errorLine } from './process/error-line.ts';
import { EXIT, exitCodeOf } from './process/exit-code.ts';
import { strictOptions } from './process/strict-options.ts';

/** Each command's code is loaded only when it is called for. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  predict: async () => (await import('./commands/predict.ts')).predictCommand(),
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluateCommand(),
  serve: async () => (await import('./commands/serve.ts')).serveCommand(),
  convert: async () => (await import('./commands/convert.ts')).convertCommand(),
  reproduce: async () => (await import('./commands/reproduce.ts')).reproduceCommand(),
  data: async () => (await import('./commands/data.ts')).dataCommand(),
  export: async () => (await import('./commands/export.ts')).exportCommand(),
  models: async () => (await import('./commands/models.ts')).modelsCommand(),
  info: async () => (await import('./commands/info.ts')).infoCommand(),
  train: async () => (await import('./commands/train.ts')).trainCommand(),
  verify: async () => (await import('./commands/verify.ts')).verifyCommand(),
};

/**
 * Runs the `seg` command. Errors are one line on standard error; `SEG_DEBUG=1` adds where they come from.
 *
 * @param argv Arguments after the program's name
 * @returns The exit code: 0, what a command has set, 1 where the input is wrong, 2 where the arguments are, 70 for a fault
 * of the program
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(argv[0]);
    await program.parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage; // it has said why
    console.error(errorLine(error));
    return exitCodeOf(error);
  }
}

async function createProgram(name: string | undefined): Promise<Command> {
  const program = new Command('seg')
    .description('Mask-classification segmentation on TensorFlow.js')
    .version(readVersion())
    .exitOverride();
  const wanted = name !== undefined && Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]] : Object.values(COMMANDS);
  for (const load of wanted) program.addCommand(throwing(await load()));
  strictOptions(program);
  return program;
}

/** Makes a command and those below it throw where they would end the process, each with a code of its own. */
function throwing(command: Command): Command {
  for (const below of command.commands) throwing(below);
  return command.exitOverride();
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
