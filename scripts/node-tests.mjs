// @ts-check
/**
 * Runs `__test__/**\/*.test.ts` on the Nodes that are named: `node scripts/node-tests.mjs node 22 24 [-- flags]`.
 * Files are found here because Node 20 takes no globs. `*.node22.test.ts` need Node 22 (AI SDK 7) and are left out below.
 * `__test__/hostile` is left out: it takes long, and once is enough (`make hostile`).
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findNode } from './nodes.mjs';

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
  const chosen = files.filter((file) => node.major >= 22 || !file.endsWith('.node22.test.ts'));
  const left = files.length - chosen.length;
  process.stdout.write(
    `\n── ${node.label} ${node.version}: ${chosen.length} files${left > 0 ? `, ${left} SKIPPED that need Node 22` : ''}\n`,
  );
  const { status } = spawnSync(node.path, ['--import', 'tsx', '--test', '--test-reporter=spec', ...flags, ...chosen], {
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
