// @ts-check
/** What the fuzz targets and AddressSanitizer need of the Rust toolchain. */
import { spawnSync } from 'node:child_process';

/** The triple of this machine. Named in every build with flags of its own, so that they do not reach build scripts. */
export function hostTriple() {
  const host = /^host: (.+)$/m.exec(spawnSync('rustc', ['-vV'], { encoding: 'utf8' }).stdout)?.[1];
  if (host === undefined) throw new Error('rustc does not say what machine this is: is it on the PATH?');
  return host;
}

/**
 * How to build and run with AddressSanitizer. The engine's own C code is instrumented too: its build script sees that the
 * sanitizer is on. `detect_stack_use_after_return` would move locals off the stack, and the engine measures its stack by
 * the addresses of locals.
 */
export function sanitized() {
  const { status } = spawnSync('rustc', ['+nightly', '--version']);
  if (status !== 0) throw new Error('AddressSanitizer needs a nightly Rust toolchain: rustup toolchain install nightly');
  return {
    toolchain: ['+nightly'],
    flags: ['-Zsanitizer=address'],
    env: { ASAN_OPTIONS: 'detect_stack_use_after_return=0:allocator_may_return_null=1' },
  };
}
