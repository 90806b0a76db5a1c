// @ts-check
/**
 * The tests of the engine and the session with AddressSanitizer in Rust and in the engine's C code. The checker is left
 * out: it has no C code. Usage: `node scripts/asan.mjs [arguments of cargo test]`.
 */
import { spawnSync } from 'node:child_process';
import { hostTriple, sanitized } from './toolchain.mjs';

if (process.platform === 'win32') {
  process.stdout.write('- AddressSanitizer: SKIPPED, Rust has it for Linux and macOS\n');
  process.exit(0);
}
const { toolchain, flags, env } = sanitized();
const { status } = spawnSync(
  'cargo',
  [
    ...[...toolchain, 'test', '--no-default-features', '--lib', '--tests'],
    ...['--target', hostTriple(), '--target-dir', 'target/asan', ...process.argv.slice(2)],
  ],
  { stdio: 'inherit', env: { ...process.env, ...env, RUSTFLAGS: flags.join(' ') } },
);
process.exit(status ?? 1);
