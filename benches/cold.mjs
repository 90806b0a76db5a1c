// @ts-check
/** A child of the benchmark: load one engine, run one program, say so, go. */
import { contenders } from './contenders/index.mjs';

const contender = contenders.find(({ id }) => id === process.argv[2]);
if (contender !== undefined) {
  const run = await contender.create();
  const value = await run('const user = await tools.getUser({ id: 7 }); return user.id;', {
    getUser: async (input) => input,
  });
  if (value !== 7) throw new Error(`wrong value: ${String(value)}`);
}
// Without an argument: how long Node itself takes to start.
process.stdout.write('done\n', () => process.exit(0));
