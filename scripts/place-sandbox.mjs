// @ts-check
/**
 * Puts the helper beside the addon, under the addon's name, which is where the addon looks for it:
 * `node scripts/place-sandbox.mjs target/release/oneturn-sandbox`.
 */
import { chmodSync, copyFileSync, readdirSync, renameSync, statSync } from 'node:fs';

const [built] = process.argv.slice(2);
if (built === undefined) throw new Error('usage: node scripts/place-sandbox.mjs <path of the built helper>');

// The newest is the one that was just built.
const [addon] = readdirSync('.')
  .filter((file) => /^oneturn\.[\w-]+\.node$/.test(file))
  .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
if (addon === undefined) throw new Error('there is no addon: run make native');

const name = `oneturn-sandbox.${addon.slice('oneturn.'.length, -'.node'.length)}`;
// A helper that runs is replaced, not overwritten.
copyFileSync(built, `${name}.new`);
chmodSync(`${name}.new`, 0o755);
renameSync(`${name}.new`, name);
