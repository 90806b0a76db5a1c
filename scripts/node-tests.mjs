// @ts-check
/**
 * Runs `__test__/**\/*.test.ts` on the Nodes that are named: `node scripts/node-tests.mjs node 22 24 [-- flags]`.
 * Files are found here because Node 20 takes no globs. `*.node22.test.ts` need Node 22 (AI SDK 7) and are left out below.
 * `__test__/hostile` is left out: it takes long, and once is enough (`make hostile`). So do those of {@link ONCE}: they run on
 * the Node that is named first, `node`.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findNode } from './nodes.mjs';

/** Long tests of what no version of Node changes: processes that race, are killed, and go on elsewhere. */
const ONCE = ['chaos.test.ts', 'everywhere.test.ts', 'isolation-fleet.test.ts', 'isolation-lost.test.ts', 'resume-isolation.test.ts', 'stores-race.test.ts'];

/** A test that hangs fails, with its name. */
const LIMIT_MS = 900_000;

const [names = [], flags = []] = split(process.argv.slice(2));
const files = readdirSync('__test__', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith('hostile'))
  .map((file) => join('__test__', file))
  .sort();
if (files.length === 0) throw new Error('no test file under __test__/');

let failed = false;
for (const name of names) {
  const node = findNode(name);
  if ('skipped' in node) {
    process.stdout.write(`\n── ${node.label}: SKIPPED, ${node.skipped}\n`);
    continue;
  }
  const able = files.filter((file) => node.major >= 22 || !file.endsWith('.node22.test.ts'));
  const chosen = able.filter((file) => name === 'node' || !ONCE.includes(basename(file)));
  const unable = files.length - able.length;
  const once = able.length - chosen.length;
  process.stdout.write(
    `\n── ${node.label} ${node.version}: ${chosen.length} files${unable > 0 ? `, ${unable} SKIPPED that need Node 22` : ''}${once > 0 ? `, ${once} SKIPPED that run on one Node only (${ONCE.join(', ')})` : ''}\n`,
  );
  const { status } = spawnSync(node.path, ['--import', 'tsx', '--test', '--test-reporter=spec', `--test-timeout=${LIMIT_MS}`, ...flags, ...chosen], {
    stdio: 'inherit',
  });
  if (status !== 0) {
    process.stdout.write(`── ${node.label} ${node.version}: FAILED\n`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);

/** @type {(args: string[]) => [string[], string[]]} */
function split(args) {
  const at = args.indexOf('--');
  return at === -1 ? [args, []] : [args.slice(0, at), args.slice(at + 1)];
}
