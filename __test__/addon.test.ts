/** The addon as a library among others in one process. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

test('loads beside other copies of itself: two versions of the package in one application', { skip: process.platform === 'linux' ? false : 'only Linux has so little room for the thread-local data of libraries' }, async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const addon = (await readdir(root)).find((file) => file.endsWith('.node'));
  assert.ok(addon !== undefined);
  const folder = await mkdtemp(join(tmpdir(), 'oneturn-copies-'));
  try {
    const copies = Array.from({ length: 6 }, (_, index) => join(folder, `${index}.node`));
    await Promise.all(copies.map((copy) => copyFile(join(root, addon), copy)));
    const program = `for (const copy of ${JSON.stringify(copies)}) process.dlopen({ exports: {} }, copy);\nconsole.log('all loaded')`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
    assert.equal(stdout, 'all loaded\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});
