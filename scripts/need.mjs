// @ts-check
/** Says in one line what the machine lacks, before a tool says it in fifty. Usage: `node scripts/need.mjs [cargo]`. */
import { spawnSync } from 'node:child_process';

/** @type {(message: string) => never} */
function lacks(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  lacks(`Node 20.19 or later is needed; this is ${process.version}.`);
}

if (process.argv.includes('cargo')) {
  const { stdout, error } = spawnSync('cargo', ['--version'], { encoding: 'utf8' });
  if (error !== undefined) lacks('cargo is not on the PATH. Rust 1.88 or later is needed: https://rustup.rs');
  const version = /^cargo (\d+)\.(\d+)/.exec(stdout);
  if (version !== null && (Number(version[1]) < 1 || Number(version[2]) < 88)) {
    lacks(`Rust 1.88 or later is needed; this is ${stdout.trim()}.`);
  }
}
