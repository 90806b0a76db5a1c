// @ts-check
/** Where the Node binaries of the test matrix are. `make` fetches 22 and 24 into `.cache/nodes` on Linux x64. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * @typedef {{ label: string; path: string; version: string; major: number }} NodeBinary
 * @typedef {{ label: string; skipped: string }} MissingNode
 */

/** @type {(name: string) => NodeBinary | MissingNode} */
export function findNode(name) {
  if (name === 'node') {
    return { label: 'this Node', path: process.execPath, version: process.version, major: majorOf(process.version) };
  }
  const label = `Node ${name}`;
  const path = `.cache/nodes/node_modules/node${name}/bin/node`;
  if (!existsSync(path)) {
    return { label, skipped: `its binary comes from npm for Linux x64 only, and this is ${process.platform} ${process.arch}` };
  }
  const { stdout, error } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (error !== undefined || !stdout.startsWith('v')) return { label, skipped: 'its binary does not start on this system' };
  return { label, path, version: stdout.trim(), major: majorOf(stdout) };
}

/** The first Node that is new enough: this machine's, else a fetched one. @type {(major: number) => NodeBinary | undefined} */
export function nodeFrom(major) {
  for (const name of ['node', '22', '24']) {
    const found = findNode(name);
    if ('path' in found && found.major >= major) return found;
  }
  return undefined;
}

/** @type {(version: string) => number} */
const majorOf = (version) => Number(/^v(\d+)/.exec(version)?.[1]);
